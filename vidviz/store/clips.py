"""Clips in the catalogue, one by one and as a table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from vidviz.errors import WorkspaceError
from vidviz.records import LABEL, REPLACED, TAG_SEPARATOR, TAGS, Clip
from vidviz.store.clip_labels import list_tags_by_clip
from vidviz.types import Span

if TYPE_CHECKING:
    import pandas as pd


_ALIVE = "video_id NOT IN (SELECT id FROM video WHERE replaced_by IS NOT NULL)"


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
    """The clips of a recipe, of all videos or of one, by video and time; none of a video that was replaced."""
    rows = db.execute(
        f"SELECT * FROM clip WHERE recipe_key = ?1 AND (?2 IS NULL OR video_id = ?2) AND {_ALIVE} "  # noqa: S608 (ours)
        "ORDER BY video_id, start_seconds",
        (recipe_key, video_id),
    )
    return [_clip(row) for row in rows]


def count_clips(db: sqlite3.Connection) -> dict[str, int]:
    """How many clips each recipe has, the recipe with most of them first; those of replaced videos do not count."""
    rows = db.execute(
        f"SELECT recipe_key, count(*) FROM clip WHERE {_ALIVE} "  # noqa: S608 (ours)
        "GROUP BY recipe_key ORDER BY count(*) DESC, recipe_key"
    )
    return dict(rows.fetchall())


def count_replaced(db: sqlite3.Connection, recipe_key: str) -> int:
    """How many clips of a recipe are of videos that were replaced."""
    row = db.execute(f"SELECT count(*) FROM clip WHERE recipe_key = ? AND NOT ({_ALIVE})", (recipe_key,))  # noqa: S608
    return int(row.fetchone()[0])


def count_all(db: sqlite3.Connection, video_id: str | None = None) -> int:
    """How many clips there are, of all recipes; of all videos or of one."""
    return int(db.execute("SELECT count(*) FROM clip WHERE ?1 IS NULL OR video_id = ?1", (video_id,)).fetchone()[0])


def list_ids(db: sqlite3.Connection) -> list[int]:
    """The numbers of all clips."""
    return [clip_id for (clip_id,) in db.execute("SELECT id FROM clip")]


def list_gone(db: sqlite3.Connection, set_key: str) -> list[int]:
    """The clips of a set's recipe that were removed, and whose vectors may still be there; by number."""
    rows = db.execute(
        "SELECT clip_id FROM gone_clip JOIN embedding_set USING (recipe_key) WHERE key = ? ORDER BY clip_id", (set_key,)
    )
    return [clip_id for (clip_id,) in rows]


def clip_table(db: sqlite3.Connection, recipe_key: str | None = None) -> pd.DataFrame:
    """One row a clip: clip_id, video_id, video (name), start_seconds, end_seconds, recipe, a column a label, tags.

    Ordered by video name and time. A label of the clip counts before that of its video; clips without any hold None.
    `tags` are the clip's, sorted and joined by ", ", and "" where there are none.
    """
    import pandas as pd

    query = (
        "SELECT clip.id AS clip_id, video_id, iif(video.replaced_by IS NULL, video.name, video.name || ?2) AS video, "
        "start_seconds, end_seconds, recipe_key AS recipe "
        "FROM clip JOIN video ON video.id = clip.video_id WHERE ?1 IS NULL OR recipe_key = ?1 "
        "ORDER BY video.name, video_id, start_seconds"
    )
    table = pd.read_sql_query(query, db, params=(recipe_key, REPLACED))
    of_videos = _by_column(db.execute("SELECT name, video_id, value FROM label"))
    of_clips = _by_column(db.execute("SELECT name, clip_id, value FROM clip_label"))
    for name in [LABEL, *sorted((of_videos.keys() | of_clips.keys()) - {LABEL})]:
        values = _overlay(table, of_videos.get(name, {}), of_clips.get(name, {}))
        # Plain objects: pandas would make a missing label NaN, which is neither text nor JSON.
        table[name] = pd.Series(values, dtype=object)
    tags = list_tags_by_clip(db)
    table[TAGS] = pd.Series([TAG_SEPARATOR.join(tags.get(clip_id, ())) for clip_id in table["clip_id"]], dtype=object)
    return table


def _by_column(rows: Iterable[Sequence[Any]]) -> dict[str, dict[Any, str]]:
    """Column -> owner -> value."""
    columns: dict[str, dict[Any, str]] = {}
    for name, owner, value in rows:
        columns.setdefault(name, {})[owner] = value
    return columns


def _overlay(table: pd.DataFrame, of_videos: dict[Any, str], of_clips: dict[Any, str]) -> list[str | None]:
    values = [of_videos.get(video_id) for video_id in table["video_id"]]
    if not of_clips:
        return values
    return [of_clips.get(clip_id, value) or None for clip_id, value in zip(table["clip_id"], values, strict=True)]


def _clip(row: sqlite3.Row) -> Clip:
    return Clip(row["id"], row["video_id"], row["recipe_key"], Span(row["start_seconds"], row["end_seconds"]))
