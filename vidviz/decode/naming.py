"""How a file is called in messages, and how a file is written so that nobody ever sees half of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_NAME = 120
PART_SUFFIX = ".part"


def file_label(path: str | os.PathLike[str]) -> str:
    """The name of a file without its folder, safe to print: whatever is not printable is escaped.

    Control characters, line breaks, direction marks and undecodable bytes come out as `\\n`, `\\u202e` and so
    on; a very long name keeps its beginning and its end. HTML is left as it is: pages escape what they show.
    """
    name = Path(path).name or os.fspath(path)
    shown = "".join(ch if ch.isprintable() else ascii(ch)[1:-1] for ch in name)
    if len(shown) > LONGEST_NAME:
        shown = f"{shown[: LONGEST_NAME - 21]}…{shown[-20:]}"
    return shown


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
