"""Removals: rows that leave the catalogue with all that hangs on them, and come back as they were.

Whoever calls these holds a write transaction, so that a removal or its return happens whole or not at all. Files are
not touched: what no row names any more is swept away later, when nothing can be taken back.
"""

# ruff: noqa: S608 (statements are put together from constants of this file alone)

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from vidviz.errors import WorkspaceError
from vidviz.records import EmbeddingSet, Removal, RemovalKind
from vidviz.store.sets import set_of

_CHOSEN = "(SELECT value FROM json_each(:chosen))"
_CLIPS: dict[str, str] = {
    "clip": f"id IN {_CHOSEN}",
    "video": f"video_id IN {_CHOSEN}",
    "recipe": f"recipe_key IN {_CHOSEN}",
}
_ENDED = f"id IN {_CHOSEN} AND state NOT IN ('waiting', 'running')"
_ON_CLIPS = ("clip_label", "clip_tag", "clip_failure", "edit_clip")


def _clips_with_all(kind: str) -> list[tuple[str, str]]:
    """The clips that a kind of removal takes, and what hangs on them."""
    clips = _CLIPS[kind]
    return [("clip", clips), *((table, f"clip_id IN (SELECT id FROM clip WHERE {clips})") for table in _ON_CLIPS)]


_TAKEN: dict[RemovalKind, list[tuple[str, str]]] = {
    "file": [("source", f"path IN {_CHOSEN} AND video_id IS NULL")],
    "clip": _clips_with_all("clip"),
    "video": [
        ("video", f"id IN {_CHOSEN}"),
        ("source", f"video_id IN {_CHOSEN}"),
        ("label", f"video_id IN {_CHOSEN}"),
        *_clips_with_all("video"),
    ],
    "recipe": [
        ("embedding_set", f"recipe_key IN {_CHOSEN}"),
        ("clip_failure", f"set_key IN (SELECT key FROM embedding_set WHERE recipe_key IN {_CHOSEN})"),
        *_clips_with_all("recipe"),
    ],
    "set": [("embedding_set", f"key IN {_CHOSEN}"), ("clip_failure", f"set_key IN {_CHOSEN}")],
    "label": [(table, f"name IN {_CHOSEN}") for table in ("label", "clip_label", "label_colour")],
    "value": [
        (table, "(name, value) IN (SELECT value ->> 0, value ->> 1 FROM json_each(:chosen))")
        for table in ("label", "clip_label", "label_colour")
    ],
    "selection": [("selection", f"key IN {_CHOSEN}")],
    "job": [("job", _ENDED), ("job_item", f"job_id IN (SELECT id FROM job WHERE {_ENDED})")],
}
"""Kind -> tables and which of their rows go, those that others refer to first. Everything in it is ours."""

Chosen = Collection[int | str | tuple[str, str]]
"""Paths of files that failed; ids of videos, clips, jobs; keys of recipes, sets, selections; names of label columns, or
(column, value)."""


def count_taken(db: sqlite3.Connection, kind: RemovalKind, chosen: Chosen) -> dict[str, int]:
    """Table -> how many of its rows a removal would take; only tables with any."""
    counts: Counter[str] = Counter()
    for table, which in _TAKEN[kind]:
        row = db.execute(f"SELECT count(*) FROM {table} WHERE {which}", {"chosen": _json(chosen)})
        counts[table] += row.fetchone()[0]
    return {table: count for table, count in counts.items() if count}


def list_clips_taken(db: sqlite3.Connection, kind: RemovalKind, chosen: Chosen) -> list[int]:
    """The clips that a removal would take."""
    which = dict(_TAKEN[kind]).get("clip")
    if which is None:
        return []
    return [row[0] for row in db.execute(f"SELECT id FROM clip WHERE {which}", {"chosen": _json(chosen)})]


def remove(db: sqlite3.Connection, kind: RemovalKind, chosen: Chosen, title: str) -> Removal | None:
    """Take rows out of the catalogue, to be had again; None where there are none."""
    counts: Counter[str] = Counter()
    now = time.time()
    row = db.execute("INSERT INTO removal (kind, title, counts, removed_at) VALUES (?, ?, '{}', ?)", (kind, title, now))
    removal_id = int(row.lastrowid or 0)
    rows = list(_read_rows(db, kind, chosen))
    counts.update(table for table, _ in rows)
    if not rows:
        db.execute("DELETE FROM removal WHERE id = ?", (removal_id,))
        return None
    kept = [(removal_id, position, table, content) for position, (table, content) in enumerate(rows)]
    db.executemany("INSERT INTO removed_row VALUES (?, ?, ?, ?)", kept)
    for table, which in reversed(_TAKEN[kind]):
        db.execute(f"DELETE FROM {table} WHERE {which}", {"chosen": _json(chosen)})
    db.execute("UPDATE removal SET counts = ? WHERE id = ?", (json.dumps(counts), removal_id))
    return Removal(removal_id, kind, title, dict(counts), now)


def list_removals(db: sqlite3.Connection) -> list[Removal]:
    """All that can be taken back, the last one first."""
    return [_removal(row) for row in db.execute("SELECT * FROM removal ORDER BY id DESC")]


def find_removal(db: sqlite3.Connection, removal_id: int | None = None) -> Removal | None:
    """The removal of this number, or the last one; None where there is none."""
    row = db.execute(
        "SELECT * FROM removal WHERE ?1 IS NULL OR id = ?1 ORDER BY id DESC LIMIT 1", (removal_id,)
    ).fetchone()
    return _removal(row) if row else None


def take_back(db: sqlite3.Connection, removal: Removal) -> None:
    """Put what was removed back as it was. What came in again meanwhile stays as it is now.

    Raises:
        WorkspaceError: it hangs on something that was removed after it.
    """
    columns: dict[str, set[str]] = {}
    for table, content in db.execute(
        "SELECT table_name, content FROM removed_row WHERE removal_id = ? ORDER BY position", (removal.id,)
    ).fetchall():
        known = columns.setdefault(table, _columns_of(db, table))
        values = {name: _from_json(value) for name, value in json.loads(content).items() if name in known}
        names, places = ", ".join(values), ", ".join(f":{name}" for name in values)
        try:
            db.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({places})", values)
        except sqlite3.IntegrityError:
            if table == "edit_clip":  # of an edit that is forgotten by now
                continue
            raise WorkspaceError(
                f"{removal.title!r} cannot be taken back: what it belongs to was removed after it. Take that back "
                "first."
            ) from None
    db.execute("DELETE FROM removal WHERE id = ?", (removal.id,))


def forget_removals(db: sqlite3.Connection, removal_ids: Collection[int]) -> None:
    """Give up what was removed: it cannot be taken back any more."""
    db.execute("DELETE FROM removal WHERE id IN (SELECT value FROM json_each(?))", (_json(removal_ids),))


def list_removed_sets(db: sqlite3.Connection, removal_id: int) -> list[EmbeddingSet]:
    """The embedding sets that went with a removal."""
    rows = db.execute(
        "SELECT content FROM removed_row WHERE table_name = 'embedding_set' AND removal_id = ?", (removal_id,)
    )
    return [set_of(json.loads(content)) for (content,) in rows]


def list_removed(db: sqlite3.Connection, table: str, besides: Collection[int] = ()) -> list[dict[str, Any]]:
    """The rows of a table that can be taken back, those of the removals `besides` left out."""
    rows = db.execute(
        "SELECT content FROM removed_row WHERE table_name = ? AND removal_id NOT IN (SELECT value FROM json_each(?))",
        (table, _json(besides)),
    )
    return [json.loads(content) for (content,) in rows]


def _read_rows(db: sqlite3.Connection, kind: RemovalKind, chosen: Chosen) -> Iterator[tuple[str, str]]:
    """(table, row as JSON), those that others refer to first."""
    for table, which in _TAKEN[kind]:
        for row in db.execute(f"SELECT * FROM {table} WHERE {which}", {"chosen": _json(chosen)}):
            yield table, json.dumps(dict(row), default=lambda value: {"hex": value.hex()})


def _columns_of(db: sqlite3.Connection, table: str) -> set[str]:
    if table not in {name for taken in _TAKEN.values() for name, _ in taken}:
        raise WorkspaceError(f"Rows of the table {table!r} are never removed; the catalogue is not ours.")
    return {name for (name,) in db.execute("SELECT name FROM pragma_table_info(?)", (table,))}


def _from_json(value: Any) -> Any:
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) else value


def _json(chosen: Collection[object]) -> str:
    return json.dumps(list(chosen))


def _removal(row: sqlite3.Row) -> Removal:
    return Removal(row["id"], row["kind"], row["title"], json.loads(row["counts"]), row["removed_at"])
