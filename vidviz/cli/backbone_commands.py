"""Commands for backbones: list them, embed with one, look inside one."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vidviz.cli.options import TableOption
from vidviz.cli.output import Answer, answering

if TYPE_CHECKING:
    from vidviz.services.backbones.backbone_choices import RegisteredBackbone
    from vidviz.services.inside.layer_films import Inspection


def _name_backbone(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    """A `module:function` typed here is code that a person asks to run."""
    from vidviz.services.backbones.named_backbones import name_backbone

    return name_backbone(name)


def _say_poolings() -> str:
    from vidviz.services.backbones.backbone_choices import say_poolings

    return f"{say_poolings()} where frames are seen one by one."


@click.command()
@click.option("--backbone", required=True, callback=_name_backbone, help="See `vidviz backbones`; or module:function.")
@click.option("--weights", default="auto", show_default=True, help="auto, random, a published name, a file or folder.")
@click.option("--layer", default="", help="Which layer is the embedding [default: the penultimate].")
@click.option(
    "--pooling",
    default="mean",
    show_default=True,
    cls=TableOption,
    say_help=_say_poolings,
)
@click.option("--recipe", "recipe_key", default="", help="Which clips [default: the recipe with most].")
@click.option("--device", default="", help="cpu, cuda or mps [default: the best there is].")
@click.option("--precision", default="auto", show_default=True, help="auto, float32, bfloat16 or float16.")
@click.option(
    "--sampling",
    default="auto",
    show_default=True,
    help="as-trained (views at the pace of the training), one-view, or spread over the clip.",
)
@click.option("--accept-licence", is_flag=True, help="Download weights whose terms forbid commercial use.")
@answering
def embed(answer: Answer, **options: Any) -> None:
    """Compute the embeddings of all clips; go on where an earlier run stopped."""
    from vidviz.services import jobs
    from vidviz.services.backbones.fed_frames import say_set_frames
    from vidviz.services.embedding import embed_run

    folder = answer.open()
    if os.path.exists(options["weights"]):  # noqa: PTH110 - False, not an error, for whatever cannot be a path
        options["weights"] = str(Path(options["weights"]).absolute())  # the job may go on from elsewhere
    request = embed_run.EmbedRequest(**options)
    title = f"Embed with {request.backbone}"
    job = jobs.run_here(folder, "embed", title, embed_run.request_arguments(request), answer.progress())
    spec = embed_run.plan_set(folder, request)
    data = {
        "job": job.id,
        "state": job.state,
        "message": job.message,
        "set": spec.key if job.state == "done" else None,
        "frames": say_set_frames(spec),
    }
    answer.give(data, job.message)


@click.command()
@click.option(
    "--count", "name", default="", callback=_name_backbone, help="Count one's parameters and multiply-adds instead."
)
@answering
def backbones(answer: Answer, name: str) -> None:
    """List the networks that can be used, with the state of their weights."""
    if name:
        _count(answer, name)
        return
    from vidviz.services.backbones.backbone_choices import list_registered
    from vidviz.services.backbones.fed_frames import say_backbone_frames

    rows, lines = [], []
    for registered in list_registered():
        backbone = registered.backbone
        states = {"state": registered.state, "weights_states": registered.weights_states}
        rows.append({**asdict(backbone), "given": say_backbone_frames(backbone), **states})
        lines.append(
            f"{backbone.name:18} {backbone.family:18} {backbone.embedding_size:5}-d "
            f"{backbone.parameters_millions:6.1f} M {backbone.clip_gmacs:7.1f} GMACs  "
            f"{_say_weights(registered):44} {backbone.title}"
        )
    answer.give({"backbones": rows}, "\n".join(lines))


def _count(answer: Answer, name: str) -> None:
    from vidviz.services.backbones.backbone_choices import count_named

    counted = count_named(name)
    answer.give(
        {"backbone": name, **asdict(counted)},
        f"{name}: {counted.parameters:,} parameters, {counted.gmacs:.4f} GMACs a view.",
    )


def _say_weights(registered: RegisteredBackbone) -> str:
    """The state of the default weights, with size and licence where they would have to be fetched."""
    backbone, state = registered.backbone, registered.state
    for weights in backbone.weights:
        if weights.name == backbone.default_weights and state == "to download":
            return f"{state} ({weights.size_mb:.0f} MB, {weights.licence.partition(' ')[0]})"
    return state


@click.command()
@click.option("--clip", "clip_id", type=int, required=True, help="The clip to show the network.")
@click.option(
    "--backbone", default="simple3d_motion", show_default=True, callback=_name_backbone, help="See `vidviz backbones`."
)
@click.option("--weights", default="auto", show_default=True, help="auto, random, a published name, a file or folder.")
@click.option("--layer", "layers", multiple=True, help="A layer to look at; may be given again [default: the stages].")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the activations (.npz) or the film (.gif, .mp4) to this file."
)
@click.option(
    "--channels", "num_channels", type=click.IntRange(1, 256), default=16, show_default=True, help="Of a film."
)
@click.option(
    "--order", default="variance", show_default=True, help="Of a film's channels: variance, mean, selectivity or index."
)
@click.option(
    "--sampling",
    default="auto",
    show_default=True,
    help="as-trained (views at the pace of the training), one-view, or spread over the clip.",
)
@click.option("--view", type=click.IntRange(1), default=1, show_default=True, help="Which view of the clip it sees.")
@answering
def inspect(
    answer: Answer,
    clip_id: int,
    backbone: str,
    weights: str,
    layers: tuple[str, ...],
    out: Path | None,
    num_channels: int,
    order: str,
    sampling: str,
    view: int,
) -> None:
    """Show what the layers of a network answer to a clip."""
    from vidviz.services.inside import layer_films

    inspection = layer_films.inspect_clip(
        answer.open(), clip_id, backbone, weights, layers, sampling=sampling, view=view
    )
    rows = [layer_films.summarise_layer(layer, inspection.clock) for layer in inspection.layers]
    if out:
        from vidviz.services.inside import film_export

        film_export.save_inspection(inspection, out.absolute(), num_channels=num_channels, order=order)
    lines = [f"{row['layer']:24} {row['shape']!s:24} mean {row['mean']:9.4f}  dead {row['dead']:4d}" for row in rows]
    data = {
        "clip_id": clip_id,
        "backbone": backbone,
        "weights": inspection.weights,
        "fed": inspection.view.words,
        "view": inspection.view.number,
        "views": inspection.view.num_views,
        "layers": rows,
        "skipped": inspection.skipped,
    }
    skipped = list(inspection.skipped.values())
    answer.give(
        data, "\n".join([f"{backbone}, weights: {inspection.weights}, fed {_say_fed(inspection)}", *lines, *skipped])
    )


def _say_fed(inspection: Inspection) -> str:
    view = inspection.view
    return f"{view.words} ({view.title})" if view.num_views > 1 else view.words
