"""Commands for exploring: map, search."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from vidviz.cli.options import TableOption
from vidviz.cli.output import Answer, answering, printable
from vidviz.numbers.metrics import SEARCH_METRICS, Metric

if TYPE_CHECKING:
    from vidviz.types import MapSpec
    from vidviz.workspace_folder import WorkspaceFolder


def _say_colourings() -> str:
    from vidviz.services.maps.map_colours import say_colourings

    return f"A label column, {say_colourings()}, or how one of them begins [default: the first label]."


def _say_pictures() -> str:
    from vidviz.services.maps.map_export import say_pictures

    return f"Draw it to a {say_pictures()} file."


@click.command("map")
@click.option("--set", "set_key", default="", help="An embedding set's key or backbone [default: the newest].")
@click.option("--method", type=click.Choice(["umap", "tsne", "pca"]), default="umap", show_default=True)
@click.option("--dims", type=click.IntRange(2, 3), default=2, show_default=True)
@click.option("--neighbours", default=15, show_default=True, help="UMAP: how many neighbours make a neighbourhood.")
@click.option("--min-dist", default=0.1, show_default=True, help="UMAP: how tightly points may lie.")
@click.option("--perplexity", default=30.0, show_default=True, help="t-SNE: how many neighbours count, softly.")
@click.option("--metric", type=click.Choice(get_args(Metric)), default="cosine", show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), cls=TableOption, say_help=_say_pictures)
@click.option("--colour-by", default="", cls=TableOption, say_help=_say_colourings)
@answering
def map_command(
    answer: Answer,
    set_key: str,
    method: str,
    dims: int,
    neighbours: int,
    min_dist: float,
    perplexity: float,
    metric: str,
    seed: int,
    out: Path | None,
    colour_by: str,
) -> None:
    """Lay the clips of a set out in the plane or in space."""
    from vidviz.services.library import embedding_sets
    from vidviz.services.maps import map_build
    from vidviz.types import NEVER_TRAINED, MapSpec

    folder = answer.open()
    found = embedding_sets.find_set(folder, set_key).spec
    spec = MapSpec(method, dims, neighbours, min_dist, seed, perplexity, metric)  # type: ignore[arg-type]
    if out is not None:
        _draw_map(answer, folder, out.absolute(), set_key, spec, colour_by)
        return
    table = map_build.map_table(folder, set_key, spec)
    axes = list("xyz")[:dims]
    points = table[["clip_id", "video", "start_seconds", "end_seconds", *axes]].to_dict("records")
    lines = [
        table[["clip_id", "video", *axes]].to_string(index=False),
        *([NEVER_TRAINED] if found.random_weights else []),
    ]
    data = {"method": method, "backbone": found.backbone, "weights": found.weights, "points": points}
    answer.give(data, "\n".join(lines))


def _draw_map(answer: Answer, folder: WorkspaceFolder, out: Path, set_key: str, spec: MapSpec, colour_by: str) -> None:
    from vidviz.services.maps import map_export

    map_export.save_map(folder, out, set_key, spec, colour_by)
    answer.give({"files": [str(out)]}, str(out))


@click.command()
@click.option("--clip", "clips", type=int, multiple=True, help="A clip to be like; `vidviz export` lists them.")
@click.option("--less", "less", type=int, multiple=True, help="A clip not to be like.")
@click.option("--sentence", default="", help="What is to be seen; for clip_b32 and xclip_b32.")
@click.option("--video", type=click.Path(path_type=Path), help="A video file to ask with; see --from and --to.")
@click.option("--image", type=click.Path(path_type=Path), help="A picture to ask with; for networks that see frames.")
@click.option("--from", "start", type=float, default=0.0, help="Where the stretch of --video begins, in seconds.")
@click.option("--to", "end", type=float, help="Where it ends [default: with the video].")
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 1000), help="How many hits.")
@click.option("--set", "set_key", default="", help="An embedding set's key or backbone [default: the newest].")
@click.option("--filter", "filter_text", default="", help="The dashboard's filter, as its URL has it (JSON).")
@click.option("--metric", type=click.Choice(list(SEARCH_METRICS)), default="COSINE", show_default=True)
@click.option("--threshold", type=float, help="The least score (of L2 the largest distance) that counts.")
@click.option("--best-per-video", is_flag=True, help="Only the nearest clip of each video.")
@click.option("--leave-out-self", is_flag=True, help="Do not count the clip itself.")
@click.option("--leave-out-own-video", is_flag=True, help="No clips of the video that is asked with.")
@answering
def search(
    answer: Answer,
    clips: tuple[int, ...],
    less: tuple[int, ...],
    sentence: str,
    video: Path | None,
    image: Path | None,
    start: float,
    end: float | None,
    set_key: str,
    **wanted: Any,
) -> None:
    """Find the clips nearest to clips, a stretch of a video, a picture or a sentence."""
    from dataclasses import asdict

    from vidviz.numbers.score_digits import score_digits
    from vidviz.services.library import embedding_sets
    from vidviz.services.library.clip_filter import read_filter
    from vidviz.services.search import search_run
    from vidviz.services.search.moments import join_moments
    from vidviz.services.search.queries import LESS, Example
    from vidviz.services.search.query_vector import compose_query
    from vidviz.types import NEVER_TRAINED

    folder = answer.open()
    spec = embedding_sets.find_set(folder, set_key).spec
    examples = [*(Example(number) for number in clips), *(Example(number, LESS) for number in less)]
    query = compose_query(folder, examples, video=video, seconds=(start, end), image=image, sentence=sentence)
    include_self, filter_text = not wanted.pop("leave_out_self"), wanted.pop("filter_text")
    options = search_run.SearchOptions(**wanted, include_self=include_self, clip_filter=read_filter(filter_text))
    found = search_run.search(folder, set_key, query, options)
    digits = score_digits([hit.score for hit in found.hits], spec.precision)
    lines = [
        f"{hit.score:.{digits}f}  {hit.clip_id:>16}  {hit.start_seconds:7.2f} - {hit.end_seconds:.2f} s  "
        f"{printable(hit.video)}  {hit.label or ''}"
        for hit in found.hits
    ]
    smaller_is_nearer = SEARCH_METRICS[options.metric].smaller_is_nearer
    data = {
        "hits": [asdict(hit) for hit in found.hits],
        "moments": [asdict(one) for one in join_moments(found.hits, smaller_is_nearer=smaller_is_nearer)],
        "backbone": spec.backbone,
        "weights": spec.weights,
        "engine": found.engine,
        "filter": found.expression,
        "note": found.note,
    }
    notes = [found.note, NEVER_TRAINED if spec.random_weights else ""]
    answer.give(data, "\n".join([*lines, *filter(None, notes)]))
