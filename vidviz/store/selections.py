"""Selections of clips in the catalogue, each under a name that follows from its clips, so that a URL can name it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Collection

import numpy as np

from vidviz.numbers.digests import short_digest

MOST_SELECTIONS = 1000
MOST_BYTES = 64 * 2**20
"""No more selections, and no more bytes in all of them, than this are kept; the newest always is."""


def add_selection(db: sqlite3.Connection, clip_ids: Collection[int]) -> str:
    """Keep a selection; returns its key: 16 hexadecimal digits of the SHA-256 of its sorted ids.

    They are hashed and stored as int64, the low byte first, each once.
    """
    ids = np.unique(np.fromiter(clip_ids, np.int64, len(clip_ids)))
    content = ids.astype("<i8").tobytes()
    key = short_digest(content)
    db.execute(
        "INSERT INTO selection VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET kept_at = excluded.kept_at",
        (key, content, time.time()),
    )
    db.execute(
        "DELETE FROM selection WHERE key IN (SELECT key FROM (SELECT key, row_number() OVER newest AS place, "
        "sum(length(clip_ids)) OVER newest AS total FROM selection WINDOW newest AS (ORDER BY kept_at DESC, key)) "
        "WHERE place > 1 AND (place > ? OR total > ?))",
        (MOST_SELECTIONS, MOST_BYTES),
    )
    return key


def find_selection(db: sqlite3.Connection, key: str) -> frozenset[int] | None:
    """The clips of a selection that the library still has; None where no such selection is kept."""
    row = db.execute("SELECT clip_ids FROM selection WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    ids = json.dumps(np.frombuffer(row[0], "<i8").tolist())
    known = db.execute("SELECT id FROM clip WHERE id IN (SELECT value FROM json_each(?))", (ids,))
    return frozenset(clip[0] for clip in known)
