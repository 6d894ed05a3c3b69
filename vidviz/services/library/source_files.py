"""The files that videos came from: how they may be called, and whether they are still what was imported."""

from __future__ import annotations

import os
from pathlib import Path

from vidviz.records import Video

KEPT_ENDINGS = frozenset({".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".ogv", ".flv", ".gif", ".ts", ".h264"})
"""Endings that a kept video keeps, for whoever goes by them; any other name is made of the content alone."""


def as_text(name: str) -> str:
    """A name that can be stored and sent: bytes that are no UTF-8 become escapes."""
    return name.encode("utf-8", "backslashreplace").decode()


def whole_path(path: Path) -> str:
    """The path without links, as text; a path that cannot be followed stays as it is."""
    try:
        return as_text(os.path.realpath(path))
    except ValueError:
        return as_text(str(path))


def is_unchanged(video: Video) -> bool:
    """Whether the video's file is still there, and as large as when it was imported."""
    try:
        return Path(video.path).stat().st_size == video.size_bytes
    except OSError:
        return False


def say_changed(video: Video) -> str:
    """A sentence where the video's file is another one now: its frames would go under the wrong name."""
    path = Path(video.path)
    if not path.is_file() or path.stat().st_size == video.size_bytes:
        return ""  # a missing file is told by whoever opens it
    return f"{video.name} has changed since it was imported; import it again."
