"""A Milvus Lite folder as a whole: left to another process, or removed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from vidviz.errors import SearchIndexError
from vidviz.index.milvus.connection import close_shared, keep_closed
from vidviz.index.milvus.lite_lock import refuse_if_locked


def close_lite(lite_path: Path) -> None:
    """Let another process open a Lite folder that this one has open; nothing where it has not."""
    close_shared(os.path.realpath(lite_path))


def delete_lite_folder(lite_path: Path) -> None:
    """Remove a Lite folder with all its collections, damaged or not; they can be built again.

    Raises:
        IndexLockedError: another process has it open.
        SearchIndexError: it cannot be removed.
    """
    path = Path(os.path.realpath(lite_path))
    with keep_closed(str(path)):
        refuse_if_locked(path)
        try:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise SearchIndexError(f"The index {path} cannot be removed: {error.strerror}.") from error
