"""How many rows each table of the catalogue has, and of which version it is."""

from __future__ import annotations

import sqlite3

COUNTS = {
    "identity": "SELECT count(*) FROM identity",
    "video": "SELECT count(*) FROM video",
    "weights_file": "SELECT count(*) FROM weights_file",
    "source": "SELECT count(*) FROM source",
    "label": "SELECT count(*) FROM label",
    "clip": "SELECT count(*) FROM clip",
    "embedding_set": "SELECT count(*) FROM embedding_set",
    "clip_failure": "SELECT count(*) FROM clip_failure",
    "job": "SELECT count(*) FROM job",
    "job_item": "SELECT count(*) FROM job_item",
    "clip_label": "SELECT count(*) FROM clip_label",
    "clip_tag": "SELECT count(*) FROM clip_tag",
    "edit": "SELECT count(*) FROM edit",
    "edit_clip": "SELECT count(*) FROM edit_clip",
    "selection": "SELECT count(*) FROM selection",
    "label_colour": "SELECT count(*) FROM label_colour",
    "removal": "SELECT count(*) FROM removal",
    "removed_row": "SELECT count(*) FROM removed_row",
    "gone_clip": "SELECT count(*) FROM gone_clip",
}
"""Table -> the statement that counts its rows."""


def count_rows(db: sqlite3.Connection) -> dict[str, int]:
    """Table -> number of rows, of the tables that this catalogue has: one of an older version lacks some."""
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {name: int(db.execute(count).fetchone()[0]) for name, count in COUNTS.items() if name in there}


def read_version(db: sqlite3.Connection) -> int:
    """The version of the catalogue's schema; see `schema.SCHEMA_VERSION`."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])
