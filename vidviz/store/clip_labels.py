"""Labels and tags of single clips, in the catalogue: what is said of a clip over what its video is labelled."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping


def find_clip_labels(db: sqlite3.Connection, clip_id: int) -> dict[str, str]:
    """Column -> value of a clip, its own before those of its video."""
    of_video = db.execute(
        "SELECT name, value FROM label JOIN clip ON clip.video_id = label.video_id WHERE clip.id = ?", (clip_id,)
    )
    own = db.execute("SELECT name, value FROM clip_label WHERE clip_id = ?", (clip_id,))
    labels = {**dict(of_video.fetchall()), **dict(own.fetchall())}
    return {name: value for name, value in labels.items() if value}


def find_clip_tags(db: sqlite3.Connection, clip_id: int) -> tuple[str, ...]:
    """The tags of a clip, sorted."""
    return tuple(row[0] for row in db.execute("SELECT tag FROM clip_tag WHERE clip_id = ? ORDER BY tag", (clip_id,)))


def add_clip_labels(db: sqlite3.Connection, labels: Mapping[int, Mapping[str, str]]) -> int:
    """Give clips labels, by id and column, where they have none of their own; returns how many keep others."""
    kept = 0
    for clip_id, told in labels.items():
        own = dict(db.execute("SELECT name, value FROM clip_label WHERE clip_id = ?", (clip_id,)).fetchall())
        given = {name: value for name, value in told.items() if value}
        new = [(clip_id, name, value) for name, value in given.items() if name not in own]
        db.executemany("INSERT INTO clip_label VALUES (?, ?, ?)", new)
        kept += any(own.get(name, value) != value for name, value in given.items())
    return kept


def list_tags_by_clip(db: sqlite3.Connection) -> dict[int, list[str]]:
    """Clip id -> tags, sorted, of every clip that has any."""
    tags: dict[int, list[str]] = {}
    for clip_id, tag in db.execute("SELECT clip_id, tag FROM clip_tag ORDER BY clip_id, tag"):
        tags.setdefault(clip_id, []).append(tag)
    return tags


def count_tags(db: sqlite3.Connection) -> dict[str, int]:
    """Tag -> how many clips have it, by name."""
    return dict(db.execute("SELECT tag, count(*) FROM clip_tag GROUP BY tag ORDER BY tag").fetchall())
