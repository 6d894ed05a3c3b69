"""Previews are written so that nobody ever sees half of one.

Encoders want a path, and a preview can be made again: no fsync, unlike what the store keeps (`vidviz.store.files`).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PART_SUFFIX = ".part"
DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


def is_about_disk(error: BaseException) -> bool:
    """Whether an error says that the disk is full or read-only, or that a preview may not be written.

    Decoders and scalers raise `OSError`s of many kinds about one file; those end nothing but that file.
    """
    if not isinstance(error, OSError):
        return False
    return error.errno in DISK_ERRORS or str(error.filename or "").endswith(PART_SUFFIX)


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`; it takes the place of `path` when the block ends, and is removed if it fails."""
    part = path.with_name(f".{path.name}.{os.getpid()}{PART_SUFFIX}")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> int:
    """Remove what killed processes left half-written in `folder`; returns how many files that were.

    To be called when no worker writes there.
    """
    parts = [entry for entry in folder.glob(f".*{PART_SUFFIX}") if entry.is_file()]
    for part in parts:
        part.unlink(missing_ok=True)
    return len(parts)
