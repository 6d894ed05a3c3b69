"""Labels and tags that a person gives to clips, with undo and redo; and selections that a URL can name."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from vidviz.errors import LabelError, WorkspaceError
from vidviz.records import LABEL, Edit, EditKind
from vidviz.services.library.contents import CLIP_IDS
from vidviz.services.library.reserved_columns import COLUMNS, RESERVED
from vidviz.store import clip_labels, edits, selections
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.store.recovery.backups import keep_backup
from vidviz.words import count_of
from vidviz.workspace_folder import WorkspaceFolder

LONGEST_NAME = 100
"""Of a label column or a tag, in characters."""

LONGEST_VALUE = 10_000
MOST_TAGS = 100
"""That one clip can have."""

SHOWN_CHARACTERS = 40
_UNSEEN = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode's categories of control characters, halves of characters, and breaks of lines and paragraphs."""


def set_label(folder: WorkspaceFolder, clip_ids: Collection[int], value: str, column: str = LABEL) -> Edit | None:
    """Give clips a label, before that of their videos; an empty value says that they have none.

    Returns:
        What was changed, or None where every clip has that label already.

    Raises:
        LabelError: the column or the value cannot be used.
        WorkspaceError: a clip is not in the library.
    """
    column = _check_text("The name of a label column", column, LONGEST_NAME)
    if column in RESERVED | COLUMNS:
        raise LabelError(f"Tables of clips have a column {column!r} of their own. Choose another name.")
    if value.strip():
        value = _check_text("A label", value, LONGEST_VALUE, allowed="\n\t")
    return _edit(folder, "label", clip_ids, value.strip(), column)


def add_tag(folder: WorkspaceFolder, clip_ids: Collection[int], tag: str) -> Edit | None:
    """Add a tag to clips; a clip can have several. None where every clip has it already.

    Raises:
        LabelError: the tag cannot be used, or a clip would have too many.
        WorkspaceError: a clip is not in the library.
    """
    return _edit(folder, "tag", clip_ids, _check_tag(tag))


def remove_tag(folder: WorkspaceFolder, clip_ids: Collection[int], tag: str) -> Edit | None:
    """Take a tag away from clips; None where no clip has it.

    Raises:
        LabelError: this cannot be a tag.
        WorkspaceError: a clip is not in the library.
    """
    return _edit(folder, "untag", clip_ids, _check_tag(tag))


def undo(folder: WorkspaceFolder) -> Edit | None:
    """Take back the last edit of the workspace, whoever made it; None where there is none."""
    with write_catalogue(folder) as db:
        return edits.undo_edit(db)


def redo(folder: WorkspaceFolder) -> Edit | None:
    """Do again the edit that was taken back last; None where there is none, or another was made since."""
    with write_catalogue(folder) as db:
        return edits.redo_edit(db)


def last_edit(folder: WorkspaceFolder) -> Edit | None:
    """What `undo` would take back."""
    with read_catalogue(folder) as db:
        return edits.find_undo(db)


def next_redo(folder: WorkspaceFolder) -> Edit | None:
    """What `redo` would do again."""
    with read_catalogue(folder) as db:
        return edits.find_redo(db)


def describe_edit(edit: Edit) -> str:
    """An edit in a few words, as in "label 'jump' on 12 clips". They hold what a person typed: text, no Markdown."""
    clips = count_of(edit.num_clips, "clip")
    value = f"'{_shorten(edit.value)}'"
    if edit.kind == "tag":
        return f"tag {value} on {clips}"
    if edit.kind == "untag":
        return f"tag {value} off {clips}"
    column = _shorten(edit.column)
    return f"{column} {value} on {clips}" if edit.value else f"{column} taken away from {clips}"


def list_tags(folder: WorkspaceFolder) -> dict[str, int]:
    """Tag -> how many clips have it, by name."""
    with read_catalogue(folder) as db:
        return clip_labels.count_tags(db)


def keep_selection(folder: WorkspaceFolder, clip_ids: Collection[int]) -> str:
    """Keep a selection, so that a URL can name it; returns its key, which follows from its clips.

    Raises:
        WorkspaceError: a number that no clip can have.
    """
    for clip_id in clip_ids:
        if not 0 <= clip_id < CLIP_IDS:
            raise WorkspaceError(f"There is no clip {clip_id} in this workspace.")
    with write_catalogue(folder) as db:
        return selections.add_selection(db, clip_ids)


def find_selection(folder: WorkspaceFolder, key: str) -> frozenset[int] | None:
    """The clips of a selection that was kept and that the library still has; None where there is no such selection."""
    if not (key.isascii() and key.isalnum()):
        return None
    with read_catalogue(folder) as db:
        return selections.find_selection(db, key)


def _edit(
    folder: WorkspaceFolder, kind: EditKind, clip_ids: Collection[int], value: str, column: str = ""
) -> Edit | None:
    with write_catalogue(folder) as db:
        unknown = edits.list_unknown(db, clip_ids)
        if unknown:
            others = f" and {len(unknown) - 1:,} others of these" if len(unknown) > 1 else ""
            raise WorkspaceError(
                f"There is no clip {unknown[0]}{others} in this workspace. `vidviz export` and `Workspace.clips()` "
                "list the clips."
            )
        if kind == "tag" and edits.count_most_tags(db, clip_ids, value) >= MOST_TAGS:
            raise LabelError(
                f"One of these clips has {MOST_TAGS} tags, and no clip can have more. Take one away first."
            )
        edit = edits.make_edit(db, kind, clip_ids, value, column)
    keep_backup(folder)
    return edit


def _check_tag(tag: str) -> str:
    tag = _check_text("A tag", tag, LONGEST_NAME)
    if "," in tag:
        raise LabelError("A tag holds no comma: commas stand between tags. Add one tag at a time.")
    return tag


def _check_text(what: str, text: str, longest: int, allowed: str = "") -> str:
    """The text without blanks around it, if it is one that can be stored and shown."""
    text = text.strip()
    if not text:
        raise LabelError(f"{what} cannot be empty.")
    if len(text) > longest:
        raise LabelError(f"{what} has at most {longest:,} characters, not {len(text):,}. Shorten it.")
    if any(unicodedata.category(character) in _UNSEEN and character not in allowed for character in text):
        raise LabelError(f"{what} cannot hold control characters or line breaks. Take them out.")
    return text


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[: SHOWN_CHARACTERS - 1]}…"
