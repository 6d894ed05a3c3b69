"""Commands for what the library holds: import, export."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vidviz.cli.output import Answer, answering, printable
from vidviz.words import count_of

if TYPE_CHECKING:
    from vidviz.records import JobItem
    from vidviz.types import Recipe


@click.command("import")
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option(
    "--recipe",
    type=click.Choice(["windows", "shots", "segments"]),
    help="How clips are cut [default: windows, or segments where a label table has times].",
)
@click.option("--length", "length_seconds", type=float, help="Length of a window, in seconds [default: 2].")
@click.option("--stride", "stride_seconds", type=float, help="From window to window [default: the length].")
@click.option("--tail", type=click.Choice(["keep", "drop", "shift"]), help="What no window covers [default: keep].")
@click.option("--labels", type=click.Path(), help="A table of labels: CSV with video,label, and what data sets have.")
@click.option("--keep", is_flag=True, help="Copy the videos into the workspace.")
@click.option("--rebuild-previews", is_flag=True, help="Make all posters and previews again.")
@answering
def import_command(
    answer: Answer,
    paths: tuple[str, ...],
    recipe: str | None,
    length_seconds: float | None,
    stride_seconds: float | None,
    tail: str | None,
    labels: str | None,
    keep: bool,
    rebuild_previews: bool,
) -> None:
    """Add videos: files, or folders with all that is in them."""
    from vidviz.services import jobs
    from vidviz.services.importing import import_run
    from vidviz.services.library import contents, workspaces

    if rebuild_previews:
        report = import_run.rebuild_previews(answer.open())
        answer.give(
            {"files": [_item(item) for item in report.items]}, f"{count_of(len(report.items), 'preview')} made again."
        )
        return
    if not paths:
        raise click.UsageError("Name the files or folders to import.")
    cut = _choose_recipe(recipe, length_seconds, stride_seconds, tail)
    request = import_run.request_paths(paths, cut, labels, keep=keep)
    title = f"Import {Path(request.paths[0]).name}" + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
    arguments = import_run.request_arguments(request)
    try:
        with workspaces.opened_for_import(answer.path) as folder:
            job = jobs.run_here(folder, "import", title, arguments, answer.progress())
            items = jobs.list_items(folder, job.id)
            given = contents.video_labels(folder, {item.video_id for item in items if item.video_id})
    except import_run.NothingImportedError as error:
        answer.fail(error, {"files": [_item(item) for item in error.items]}, _lines_of(error.items))
    lines = [*_lines_of(items), job.message]
    files = [{**_item(item), "labels": given.get(item.video_id or "", {})} for item in items]
    answer.give({"files": files, "message": job.message}, "\n".join(lines))


@click.command()
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT")
@click.option("--set", "set_key", default="", help="With the vectors of this set, as .npz beside the table.")
@click.option(
    "--as", "tool", type=click.Choice(["tensorboard", "fiftyone"]), help="Files for another tool: a folder or .zip."
)
@answering
def export(answer: Answer, out: Path, set_key: str, tool: str | None) -> None:
    """Write the table of clips (.csv, .parquet, .json), the vectors of a set (.npz), or files for another tool."""
    from vidviz.services.export import export_run

    folder, place = answer.open(), out.absolute()
    if tool is None:
        written = export_run.export_clips(folder, place, set_key)
    else:
        written = export_run.export_bundle(folder, place, tool, set_key)
    names = [str(path) for path in written]
    answer.give({"files": names}, "\n".join(names))


def _choose_recipe(
    cut: str | None, length_seconds: float | None, stride_seconds: float | None, tail: str | None
) -> Recipe | None:
    """The recipe that the options say; None where they say nothing."""
    from vidviz.types import Recipe

    if cut == "segments":
        return Recipe("segments")
    if (cut, length_seconds, stride_seconds, tail) == (None,) * 4:
        return None
    length = 2.0 if length_seconds is None else length_seconds
    stride = length if stride_seconds is None else stride_seconds
    return Recipe(cut or "windows", length, stride, tail or "keep")  # type: ignore[arg-type]


def _lines_of(items: Iterable[JobItem]) -> list[str]:
    return [
        f"{item.status:9} {printable(item.name)}: {count_of(item.clips, 'clip')}. {item.reason or ''}" for item in items
    ]


def _item(item: Any) -> dict[str, Any]:
    entry = {"file": item.path, "name": item.name, "status": item.status, "clips": item.clips, "video": item.video_id}
    return {**entry, "reason": item.reason} if item.status != "ok" or item.reason else entry
