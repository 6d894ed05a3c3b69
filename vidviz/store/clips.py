"""Clips in the catalogue, one by one and as a table."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidviz.errors import WorkspaceError
from vidviz.store.videos import LABEL
from vidviz.types import Span

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Clip:
    """A stretch of a video that is looked at as one thing."""

    id: int
    video_id: str
    recipe_key: str
    span: Span


def add_clips(db: sqlite3.Connection, clips: Sequence[Clip]) -> None:
    """Store clips; known ones are left as they are.

    Raises:
        WorkspaceError: two different clips have the same number (see `vidviz.types.clip_id`).
    """
    for clip in clips:
        row = (clip.id, clip.video_id, clip.recipe_key, clip.span.start_seconds, clip.span.end_seconds)
        db.execute("INSERT INTO clip VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING", row)
        stored = db.execute("SELECT * FROM clip WHERE id = ?", (clip.id,)).fetchone()
        if tuple(stored) != row:
            raise WorkspaceError(f"Two clips share the number {clip.id}; change the recipe's length a little.")


def find_clip(db: sqlite3.Connection, clip_id: int) -> Clip | None:
    """The clip with this number, if there is one."""
    row = db.execute("SELECT * FROM clip WHERE id = ?", (clip_id,)).fetchone()
    return _clip(row) if row else None


def list_clips(db: sqlite3.Connection, recipe_key: str, video_id: str | None = None) -> list[Clip]:
    """The clips of a recipe, of all videos or of one, by video and time."""
    where, values = "recipe_key = ?", [recipe_key]
    if video_id is not None:
        where, values = where + " AND video_id = ?", [*values, video_id]
    rows = db.execute(f"SELECT * FROM clip WHERE {where} ORDER BY video_id, start_seconds", values)  # noqa: S608 (fixed text)
    return [_clip(row) for row in rows]


def count_clips(db: sqlite3.Connection) -> dict[str, int]:
    """How many clips each recipe has, the recipe with most of them first."""
    rows = db.execute("SELECT recipe_key, count(*) FROM clip GROUP BY recipe_key ORDER BY count(*) DESC, recipe_key")
    return dict(rows.fetchall())


def clip_table(db: sqlite3.Connection, recipe_key: str | None = None) -> pd.DataFrame:
    """One row a clip: clip_id, video_id, video (name), start_seconds, end_seconds, recipe, then a column a label.

    Ordered by video name and time. Clips whose video has no value in a label column hold None there.
    """
    import pandas as pd

    query = (
        "SELECT clip.id AS clip_id, video_id, video.name AS video, start_seconds, end_seconds, recipe_key AS recipe "
        "FROM clip JOIN video ON video.id = clip.video_id WHERE ?1 IS NULL OR recipe_key = ?1 "
        "ORDER BY video.name, video_id, start_seconds"
    )
    table = pd.read_sql_query(query, db, params=(recipe_key,))
    labels = pd.read_sql_query("SELECT video_id, name, value FROM label", db)
    by_column = {LABEL: {}, **{str(name): _by_video(rows) for name, rows in labels.groupby("name", sort=True)}}
    for name, values in by_column.items():
        # Plain objects: pandas would make a missing label NaN, which is neither text nor JSON.
        table[name] = pd.Series([values.get(video_id) for video_id in table["video_id"]], dtype=object)
    return table


def _by_video(rows: pd.DataFrame) -> dict[str, str]:
    return dict(zip(rows["video_id"], rows["value"], strict=True))


def _clip(row: sqlite3.Row) -> Clip:
    return Clip(row["id"], row["video_id"], row["recipe_key"], Span(row["start_seconds"], row["end_seconds"]))
