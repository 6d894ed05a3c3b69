"""The command that gives clips labels and tags, and takes them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vidviz.cli.output import Answer, answering, printable

if TYPE_CHECKING:
    from vidviz.records import Edit
    from vidviz.workspace_folder import WorkspaceFolder


@click.command()
@click.option("--clip", "clip_ids", type=int, multiple=True, metavar="ID", help="A clip; again for several.")
@click.option("--value", metavar="TEXT", help='The label; "" takes it away.')
@click.option("--column", default="label", metavar="NAME", show_default=True, help="Its column, known or new.")
@click.option("--tag", metavar="TEXT", help="Add a tag.")
@click.option("--untag", metavar="TEXT", help="Take a tag away.")
@click.option("--undo", is_flag=True, help="Take the last edit of the workspace back.")
@click.option("--redo", is_flag=True, help="Do again what was taken back last.")
@answering
def label(
    answer: Answer,
    clip_ids: tuple[int, ...],
    value: str | None,
    column: str,
    tag: str | None,
    untag: str | None,
    undo: bool,
    redo: bool,
) -> None:
    """Give clips a label or a tag, before the labels of their videos."""
    asked = {"value": value, "tag": tag, "untag": untag, "undo": undo or None, "redo": redo or None}
    given = [name for name, text in asked.items() if text is not None]
    if len(given) != 1:
        raise click.UsageError("Give one of --value, --tag, --untag, --undo and --redo.")
    (kind,) = given
    if (kind in ("undo", "redo")) == bool(clip_ids):
        raise click.UsageError("Name the clips with --clip." if not clip_ids else f"--{kind} takes no --clip.")
    edit = _change(answer.open(), kind, clip_ids, str(asked[kind]), column)
    _tell(answer, kind, edit)


def _change(folder: WorkspaceFolder, kind: str, clip_ids: tuple[int, ...], text: str, column: str) -> Edit | None:
    from vidviz.services.library import clip_annotations

    if kind == "value":
        return clip_annotations.set_label(folder, clip_ids, text, column)
    if kind in ("tag", "untag"):
        return (clip_annotations.add_tag if kind == "tag" else clip_annotations.remove_tag)(folder, clip_ids, text)
    return (clip_annotations.undo if kind == "undo" else clip_annotations.redo)(folder)


def _tell(answer: Answer, kind: str, edit: Edit | None) -> None:
    from vidviz.services.library import clip_annotations

    if edit is None:
        sentence = f"There is nothing to {kind}." if kind in ("undo", "redo") else "That changes nothing."
        answer.give({"edit": None, "message": sentence}, sentence)
        return
    done = {"undo": "Undone: ", "redo": "Done again: "}.get(kind, "Done: ")
    sentence = printable(f"{done}{clip_annotations.describe_edit(edit)}.")
    answer.give({"edit": _entry(edit), "message": sentence}, sentence)


def _entry(edit: Edit) -> dict[str, Any]:
    column = {"column": edit.column} if edit.kind == "label" else {}
    return {"kind": edit.kind, **column, "value": edit.value, "clips": edit.num_clips}
