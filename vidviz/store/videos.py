"""Videos, the files they were offered as, and their labels, in the catalogue."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import asdict, fields

from vidviz.records import REPLACED, Source, Video
from vidviz.types import VideoProbe

_PROBE_COLUMNS = [field.name for field in fields(VideoProbe)]


def add_video(db: sqlite3.Connection, video: Video) -> None:
    """Store a video; one that is known keeps its first name and place."""
    row = {
        **asdict(video.probe),
        "id": video.id,
        "name": video.name,
        "path": video.path,
        "kept": video.kept,
        "size_bytes": video.size_bytes,
        "loss": video.loss,
        "file_state": video.file_state,
        "added_at": time.time(),
    }
    columns = ", ".join(row)
    places = ", ".join(f":{name}" for name in row)
    db.execute(f"INSERT INTO video ({columns}) VALUES ({places}) ON CONFLICT (id) DO NOTHING", row)  # noqa: S608 (names are ours)


def find_video(db: sqlite3.Connection, video_id: str) -> Video | None:
    """The video with this id, if the library has it."""
    row = db.execute("SELECT * FROM video WHERE id = ?", (video_id,)).fetchone()
    return _video(row) if row else None


def list_videos(db: sqlite3.Connection) -> list[Video]:
    """All videos, by name."""
    return [_video(row) for row in db.execute("SELECT * FROM video ORDER BY name, id")]


def count_videos(db: sqlite3.Connection) -> int:
    """How many videos the library has."""
    return int(db.execute("SELECT count(*) FROM video").fetchone()[0])


def move_video(db: sqlite3.Connection, video_id: str, path: str, *, kept: bool, file_state: str) -> None:
    """Say where a known video's bytes are now, and the state of that file."""
    db.execute(
        "UPDATE video SET path = ?, kept = ?, file_state = ?, replaced_by = NULL WHERE id = ?",
        (path, kept, file_state, video_id),
    )


def note_state(db: sqlite3.Connection, video_id: str, file_state: str) -> None:
    """Remember the state of a video's file in which its content is known to be the video's."""
    db.execute("UPDATE video SET file_state = ? WHERE id = ?", (file_state, video_id))


def note_playable(db: sqlite3.Connection, video_id: str, browser_playable: bool) -> None:
    """Say whether a browser plays a video's file as it is."""
    db.execute("UPDATE video SET browser_playable = ? WHERE id = ?", (browser_playable, video_id))


def list_displaced(db: sqlite3.Connection, path: str, video_id: str) -> list[Video]:
    """The other videos that were read from a place where this one's file lies now."""
    rows = db.execute(
        "SELECT * FROM video WHERE path = ? AND id != ? AND NOT kept AND replaced_by IS NULL", (path, video_id)
    )
    return [_video(row) for row in rows]


def list_places(db: sqlite3.Connection, video_id: str) -> list[str]:
    """Every path that a video was offered from."""
    rows = db.execute("SELECT path FROM source WHERE video_id = ? ORDER BY seen_at DESC", (video_id,))
    return [path for (path,) in rows]


def displace_videos(db: sqlite3.Connection, elsewhere: Mapping[str, tuple[str, str] | None], by_id: str) -> None:
    """Say that a video's file lies in the places of others: each is read from elsewhere, (path, state), or replaced."""
    for video_id, place in elsewhere.items():
        if place is None:
            db.execute("UPDATE video SET replaced_by = ? WHERE id = ?", (by_id, video_id))
        else:
            move_video(db, video_id, place[0], kept=False, file_state=place[1])


def record_source(db: sqlite3.Connection, source: Source) -> None:
    """Remember what became of a file. That it was offered again unchanged does not replace what is known of it."""
    db.execute(
        "INSERT INTO source (path, name, status, reason, video_id, size_bytes, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (path) DO UPDATE SET name = excluded.name, status = excluded.status, reason = excluded.reason, "
        "video_id = excluded.video_id, size_bytes = excluded.size_bytes, seen_at = excluded.seen_at "
        "WHERE excluded.status != 'duplicate' OR source.video_id IS NOT excluded.video_id",
        (source.path, source.name, source.status, source.reason, source.video_id, source.size_bytes, time.time()),
    )


def list_sources(db: sqlite3.Connection) -> list[Source]:
    """All files ever offered, by name."""
    rows = db.execute("SELECT path, name, status, reason, video_id, size_bytes FROM source ORDER BY name, path")
    return [Source(**dict(row)) for row in rows]


def set_labels(db: sqlite3.Connection, video_id: str, labels: Mapping[str, str]) -> None:
    """Give a video label values by column; an empty value takes the label away."""
    for name, value in labels.items():
        db.execute("DELETE FROM label WHERE video_id = ? AND name = ?", (video_id, name))
        if value:
            db.execute("INSERT INTO label (video_id, name, value) VALUES (?, ?, ?)", (video_id, name, value))


def _video(row: sqlite3.Row) -> Video:
    values = dict(row)
    for name in ("variable_rate", "has_audio", "browser_playable"):
        values[name] = bool(values[name])
    probe = VideoProbe(**{name: values[name] for name in _PROBE_COLUMNS})
    return Video(
        values["id"],
        values["name"] + (REPLACED if values["replaced_by"] else ""),
        values["path"],
        bool(values["kept"]),
        values["size_bytes"],
        probe,
        values["loss"],
        values["file_state"],
        values["replaced_by"] or "",
    )
