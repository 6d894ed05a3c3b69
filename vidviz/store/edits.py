"""Edits of clips' labels and tags, each with what was before: made, undone and done again, the last one first.

Whoever calls these holds a write transaction. The clips of an edit go to SQLite as one JSON array, so that ten
thousand are a few statements.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Collection

from vidviz.records import Edit, EditKind

MOST_EDITS = 100
MOST_EDITED_CLIPS = 1_000_000
"""The log holds no more edits, and no more clips in all of them, than this; the newest is always kept."""


def list_unknown(db: sqlite3.Connection, clip_ids: Collection[int]) -> list[int]:
    """Which of these are no clips of the library."""
    rows = db.execute(
        "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM clip) ORDER BY value", (_json(clip_ids),)
    )
    return [row[0] for row in rows]


def count_most_tags(db: sqlite3.Connection, clip_ids: Collection[int], besides: str) -> int:
    """How many tags besides this one the clip with most of them has."""
    row = db.execute(
        "SELECT coalesce(max(tags), 0) FROM (SELECT count(*) AS tags FROM clip_tag "
        "WHERE clip_id IN (SELECT value FROM json_each(?)) AND tag != ? GROUP BY clip_id)",
        (_json(clip_ids), besides),
    ).fetchone()
    return int(row[0])


_TOUCHED: dict[EditKind, str] = {
    # A clip whose label reads so already, be it its own or its video's, is left as it is.
    "label": "SELECT :edit, clip.id, own.value FROM json_each(:clip_ids) AS chosen JOIN clip ON clip.id = chosen.value "
    "LEFT JOIN clip_label AS own ON own.clip_id = clip.id AND own.name = :name "
    "LEFT JOIN label ON label.video_id = clip.video_id AND label.name = :name "
    "WHERE coalesce(own.value, label.value, '') != :value",
    "tag": "SELECT :edit, clip.id, NULL FROM json_each(:clip_ids) AS chosen JOIN clip ON clip.id = chosen.value "
    "WHERE NOT EXISTS (SELECT 1 FROM clip_tag WHERE clip_id = clip.id AND tag = :value)",
    "untag": "SELECT :edit, clip_id, NULL FROM json_each(:clip_ids) AS chosen JOIN clip_tag ON clip_id = chosen.value "
    "WHERE tag = :value",
}

_SET_LABELS = (
    "INSERT INTO clip_label SELECT clip_id, :name, :value FROM edit_clip WHERE edit_id = :edit "
    "ON CONFLICT (clip_id, name) DO UPDATE SET value = excluded.value"
)
_FORGET_LABELS = (
    "DELETE FROM clip_label WHERE name = :name "
    "AND clip_id IN (SELECT clip_id FROM edit_clip WHERE edit_id = :edit AND before IS NULL)"
)
_RESTORE_LABELS = (
    "INSERT INTO clip_label SELECT clip_id, :name, before FROM edit_clip "
    "WHERE edit_id = :edit AND before IS NOT NULL ON CONFLICT (clip_id, name) DO UPDATE SET value = excluded.value"
)
_ADD_TAG = (
    "INSERT INTO clip_tag SELECT clip_id, :value FROM edit_clip WHERE edit_id = :edit "
    "ON CONFLICT (clip_id, tag) DO NOTHING"
)
_REMOVE_TAG = (
    "DELETE FROM clip_tag WHERE tag = :value AND clip_id IN (SELECT clip_id FROM edit_clip WHERE edit_id = :edit)"
)

_DO: dict[EditKind, list[str]] = {"label": [_SET_LABELS], "tag": [_ADD_TAG], "untag": [_REMOVE_TAG]}
_UNDO: dict[EditKind, list[str]] = {
    "label": [_FORGET_LABELS, _RESTORE_LABELS],
    "tag": [_REMOVE_TAG],
    "untag": [_ADD_TAG],
}


def make_edit(
    db: sqlite3.Connection, kind: EditKind, clip_ids: Collection[int], value: str, column: str = ""
) -> Edit | None:
    """Change clips and remember it; None where it would change nothing. What was undone cannot be done again then."""
    values = (kind, column, value, time.time())
    row = db.execute("INSERT INTO edit (kind, name, value, num_clips, made_at) VALUES (?, ?, ?, 0, ?)", values)
    edit_id = int(row.lastrowid or 0)
    named = {"edit": edit_id, "name": column, "value": value, "clip_ids": _json(clip_ids)}
    num_clips = db.execute(f"INSERT INTO edit_clip {_TOUCHED[kind]}", named).rowcount
    if not num_clips:
        db.execute("DELETE FROM edit WHERE id = ?", (edit_id,))
        return None
    db.execute("UPDATE edit SET num_clips = ? WHERE id = ?", (num_clips, edit_id))
    edit = Edit(edit_id, kind, column, value, num_clips)
    _run(db, _DO[kind], edit)
    db.execute("DELETE FROM edit WHERE undone")
    _forget_old(db)
    return edit


def undo_edit(db: sqlite3.Connection) -> Edit | None:
    """Take the last edit back; None where there is none."""
    edit = find_undo(db)
    if edit:
        _run(db, _UNDO[edit.kind], edit)
        db.execute("UPDATE edit SET undone = 1 WHERE id = ?", (edit.id,))
    return edit


def redo_edit(db: sqlite3.Connection) -> Edit | None:
    """Do again what was taken back last; None where there is nothing."""
    edit = find_redo(db)
    if edit:
        _run(db, _DO[edit.kind], edit)
        db.execute("UPDATE edit SET undone = 0 WHERE id = ?", (edit.id,))
    return edit


def find_undo(db: sqlite3.Connection) -> Edit | None:
    """The edit that an undo would take back."""
    return _find(
        db, "SELECT max(id) FROM edit WHERE NOT undone AND EXISTS (SELECT 1 FROM edit_clip WHERE edit_id = id)"
    )


def find_redo(db: sqlite3.Connection) -> Edit | None:
    """The edit that a redo would do again."""
    return _find(db, "SELECT min(id) FROM edit WHERE undone AND EXISTS (SELECT 1 FROM edit_clip WHERE edit_id = id)")


def _find(db: sqlite3.Connection, query: str) -> Edit | None:
    """The edit with the id that the query gives; one whose clips are all gone does not count."""
    edit_id = db.execute(query).fetchone()[0]
    row = db.execute(
        "SELECT id, kind, name, value, (SELECT count(*) FROM edit_clip WHERE edit_id = edit.id) FROM edit WHERE id = ?",
        (edit_id,),
    ).fetchone()
    return Edit(*row) if row else None


def _run(db: sqlite3.Connection, statements: list[str], edit: Edit) -> None:
    for statement in statements:
        db.execute(statement, {"edit": edit.id, "name": edit.column, "value": edit.value})


def _forget_old(db: sqlite3.Connection) -> None:
    """Keep the log within its bounds."""
    db.execute(
        "DELETE FROM edit WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER newest AS place, "
        "sum(num_clips) OVER newest AS total FROM edit WINDOW newest AS (ORDER BY id DESC)) "
        "WHERE place > 1 AND (place > ? OR total > ?))",
        (MOST_EDITS, MOST_EDITED_CLIPS),
    )


def _json(clip_ids: Collection[int]) -> str:
    return json.dumps(sorted({int(number) for number in clip_ids}))
