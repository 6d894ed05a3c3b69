"""The files that Milvus Lite keeps of a collection: their size, and those that it can do without."""

from __future__ import annotations

import contextlib
from pathlib import Path


def remove_index_files(lite_path: Path, collection: str) -> int:
    """Remove the indexes of a collection, which Lite makes again from the rows beside them when it next loads it.

    Killed while it writes one, Lite 3.2 leaves half a file, and refuses to load the collection from then on.

    Args:
        lite_path: the Lite folder, open in this process; the collection must not be loaded.
        collection: its name.

    Returns:
        How many files were removed.
    """
    found = list((_folder_of(lite_path, collection) / "partitions").glob("*/indexes/*.idx"))
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def count_bytes(lite_path: Path, collection: str) -> int:
    """How much room a collection takes on disk; 0 where there is none."""
    size = 0
    for path in _folder_of(lite_path, collection).rglob("*"):
        with contextlib.suppress(OSError):  # Lite has just merged it into another
            size += path.stat().st_size if path.is_file() else 0
    return size


def _folder_of(lite_path: Path, collection: str) -> Path:
    return lite_path / "collections" / collection
