"""Files of a Milvus Lite folder that the engine can do without."""

from __future__ import annotations

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
    found = list((lite_path / "collections" / collection / "partitions").glob("*/indexes/*.idx"))
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
