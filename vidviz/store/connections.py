"""Connections to the catalogue file, also where nothing can be written: a read-only place, or a full disk.

In WAL mode SQLite makes two files beside the catalogue even for a reader. Where it cannot, the catalogue is read as a
file that never changes; what a killed process left in the log beside it is read from a copy in the temporary folder.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import threading
from pathlib import Path

BUSY_SECONDS = 30.0
_UNWRITABLE = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_FULL")


def connect(path: Path, mode: str = "rw", *, busy_seconds: float | None = None) -> sqlite3.Connection:
    """A connection in autocommit mode, rows by column name; with mode "rw", a file that is gone is not made anew."""
    wait = BUSY_SECONDS if busy_seconds is None else busy_seconds
    return _open(f"{path.absolute().as_uri()}?mode={mode}", wait)


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection for reading, whether or not SQLite can write beside the file."""
    db = connect(path)
    try:
        db.execute("PRAGMA schema_version")
    except sqlite3.OperationalError as error:
        db.close()
        if not error.sqlite_errorname.startswith(_UNWRITABLE) or not path.is_file():
            raise
        return _connect_unwritable(path)
    return db


def can_write(path: Path) -> bool:
    """Whether the catalogue at `path` takes changes; another process that writes right now does not count."""
    try:
        db = connect(path, busy_seconds=0.0)
        try:
            db.execute("BEGIN IMMEDIATE")  # which SQLite grants in a read-only place, too: a change is tried
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
            db.execute(f"PRAGMA user_version = {version:d}")
            db.rollback()
        finally:
            db.close()
    except sqlite3.OperationalError as error:
        return error.sqlite_errorname.startswith("SQLITE_BUSY")
    return True


def log_beside(path: Path) -> Path:
    """Where SQLite writes changes first; the file goes when the last connection is closed as it should be."""
    return path.with_name(f"{path.name}-wal")


def holds_changes(path: Path) -> bool:
    """Whether there are changes in the log beside the file: somebody is at it, or was killed."""
    try:
        return log_beside(path).stat().st_size > 0
    except OSError:
        return False


def _open(address: str, busy_seconds: float) -> sqlite3.Connection:
    db = sqlite3.connect(address, uri=True, timeout=busy_seconds, isolation_level=None)
    db.row_factory = sqlite3.Row
    return db


def _connect_unwritable(path: Path) -> sqlite3.Connection:
    if holds_changes(path):
        return _open(f"{_copies.find(path).as_uri()}?mode=rw", BUSY_SECONDS)
    return _open(f"{path.absolute().as_uri()}?immutable=1", BUSY_SECONDS)


class _Copies:
    """A copy of each catalogue that can be read no other way, until this process ends."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._made: dict[Path, tuple[object, tempfile.TemporaryDirectory[str]]] = {}

    def find(self, path: Path) -> Path:
        """Where the copy is; made when there is none, or the catalogue has changed since."""
        files = (path, log_beside(path))
        state = [(file.stat().st_size, file.stat().st_mtime_ns) for file in files]
        with self._guard:
            known = self._made.get(path)
            if known is None or known[0] != state:
                folder = tempfile.TemporaryDirectory(prefix="vidviz-catalogue-")
                for file in files:
                    shutil.copyfile(file, Path(folder.name, file.name))
                known = self._made[path] = (state, folder)
            return Path(known[1].name, path.name)


_copies = _Copies()
