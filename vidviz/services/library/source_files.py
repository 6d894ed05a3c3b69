"""The files that videos came from: how they may be called, and whether they are still what was imported."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from vidviz.errors import MediaError, WorkspaceError
from vidviz.records import Video
from vidviz.store import videos
from vidviz.store.catalogue import write_catalogue
from vidviz.workspace_folder import WorkspaceFolder

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


def file_state(path: str | os.PathLike[str]) -> str:
    """What changes with every change of a file that the system knows of: its size, its times, and which file it is.

    Raises:
        OSError: there is none, or it cannot be looked at.
    """
    found = Path(path).stat()
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


def is_unchanged(folder: WorkspaceFolder, video: Video) -> bool:
    """Whether the video's file is still there, with the content that was imported.

    A file in the state in which it was last looked at is taken for unchanged; any other is read, and where it is the
    video all the same, its state is remembered.
    """
    if video.replaced_by:
        return False
    try:
        state = file_state(video.path)
    except (OSError, ValueError):
        return False
    if state == video.file_state:
        return True
    if not has_content(video.path, video):
        return False
    with suppress(WorkspaceError), write_catalogue(folder) as db:  # a read-only one is looked at again
        videos.note_state(db, video.id, state)
    return True


def has_content(path: str, video: Video) -> bool:
    """Whether the file at `path` is there and holds the video; it is read where its size is right."""
    try:
        same_size = Path(path).stat().st_size == video.size_bytes
        return same_size and _hash_in(path, file_state(path)) == video.id
    except (OSError, ValueError, MediaError):
        return False


def say_changed(folder: WorkspaceFolder, video: Video) -> str:
    """A sentence where the video's file is another one now: its frames would go under the wrong name."""
    if video.replaced_by:
        return f"{video.name} is gone: another file lies in its place now, and is a video of its own."
    if not os.access(video.path, os.R_OK) or is_unchanged(folder, video):
        return ""  # a missing file is told by whoever opens it
    return f"{video.name} has changed since it was imported; import it again."


def intact_path(folder: WorkspaceFolder, video: Video) -> Path:
    """Where the video's file is, for whoever opens it next.

    Raises:
        MediaError: another file lies there now.
    """
    if reason := say_changed(folder, video):
        raise MediaError(reason)
    return Path(video.path)


@lru_cache(maxsize=1024)
def _hash_in(path: str, _state: str) -> str:
    from vidviz.decode.probe import hash_file

    return hash_file(path)
