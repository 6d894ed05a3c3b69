"""Writing files so that a crash or a full disk leaves either the old one or the new one, never half of one."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from vidviz.errors import WorkspaceError

UNFINISHED = ".writing-"
"""How the names of files begin that are not whole yet."""

DAMAGED = (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What reading a damaged .npz file raises; and `MemoryError`, where it claims to hold more than there is room for."""


def is_sound(path: Path) -> bool:
    """Whether every part of an .npz file is as it was written; read piece by piece, so that little memory is needed."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except DAMAGED:
        return False


@contextmanager
def replace_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of `path`, on disk for certain, when the block ends without an error.

    Raises:
        WorkspaceError: the disk is full or the folder cannot be written.
    """
    with replace_path(path) as temporary, temporary.open("xb") as file:
        yield file


@contextmanager
def replace_path(path: Path) -> Iterator[Path]:
    """Name a file to write that takes the place of `path`, on disk for certain, when the block ends without an error.

    Raises:
        WorkspaceError: the disk is full or the folder cannot be written.
    """
    with explain_disk_errors(path):
        temporary = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
        try:
            yield temporary
            _sync(temporary)
            temporary.replace(path)
            sync_folder(path.parent)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def remove_unfinished(folder: Path) -> None:
    """Remove what killed processes left half-written in `folder`; to be called when nobody else writes there."""
    for path in folder.glob(f"{UNFINISHED}*"):
        path.unlink(missing_ok=True)


@contextmanager
def sharing(path: Path, tidy: Callable[[], None]) -> Iterator[None]:
    """Hold a share of the lock file at `path`; whoever finds nobody else there calls `tidy` first.

    The lock goes with the process, however that ends.
    """
    with explain_disk_errors(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        with explain_disk_errors(path), suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            tidy()
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def holding(path: Path, refuse: Callable[[str], Exception]) -> Iterator[None]:
    """Hold the lock file at `path` alone; where another process does, raise what `refuse` makes of its id.

    The lock goes with the process, however that ends.
    """
    with explain_disk_errors(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            raise refuse(holder) from None
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


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


def sync_folder(folder: Path) -> None:
    """Have what was renamed in `folder` on disk for certain."""
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
