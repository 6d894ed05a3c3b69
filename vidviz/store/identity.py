"""Which workspace a catalogue is of, and how often it has changed."""

from __future__ import annotations

import sqlite3


def read_workspace_id(db: sqlite3.Connection) -> str:
    """The workspace's own id, made when it was; collections of a shared server are named after it."""
    return str(db.execute("SELECT id FROM identity").fetchone()[0])


def read_revision(db: sqlite3.Connection) -> int:
    """A number that rises with every change of videos, clips, labels and tags."""
    return int(db.execute("SELECT revision FROM identity").fetchone()[0])
