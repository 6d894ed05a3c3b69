"""Writing files so that a crash or a full disk leaves either the old one or the new one, never half of one."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from vidviz.errors import WorkspaceError


@contextmanager
def replace_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of `path`, on disk for certain, when the block ends without an error.

    Raises:
        WorkspaceError: the disk is full or the folder cannot be written.
    """
    with explain_disk_errors(path):
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
            _sync_folder(path.parent)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


@contextmanager
def explain_disk_errors(path: Path) -> Iterator[None]:
    """Turn errors of the file system into a sentence about the workspace."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise WorkspaceError(
                f"The disk is full: {path.name!r} could not be written to {str(path.parent)!r}. What was stored "
                "before is safe; free some space and run the same command again."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise WorkspaceError(
                f"The folder {str(path.parent)!r} cannot be written. Check its permissions."
            ) from error
        raise WorkspaceError(f"{path.name!r} could not be written to {str(path.parent)!r}: {error}.") from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
