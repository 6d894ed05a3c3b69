"""Where the weights files of sets were when something was embedded with them."""

from __future__ import annotations

import json
import sqlite3
import time


def record_file(db: sqlite3.Connection, identity: str, path: str) -> None:
    """Remember that the weights of this identity (`file:<digits>`) lay at a path."""
    db.execute(
        "INSERT INTO weights_file VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at",
        (identity, path, time.time()),
    )


def list_paths(db: sqlite3.Connection, identity: str) -> list[str]:
    """Where they were seen, the latest first; then what jobs of before this was remembered were started with."""
    seen = db.execute("SELECT path FROM weights_file WHERE identity = ? ORDER BY seen_at DESC", (identity,))
    found = [str(row["path"]) for row in seen]
    jobs = db.execute("SELECT arguments FROM job WHERE kind = 'embed' ORDER BY id DESC")
    asked = [str(json.loads(row["arguments"]).get("weights", "")) for row in jobs]
    return list(dict.fromkeys([*found, *filter(None, asked)]))
