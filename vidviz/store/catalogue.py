"""The catalogue: one SQLite file in WAL mode, opened for a moment at a time by any thread or process."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from vidviz.errors import WorkspaceError
from vidviz.store.schema import SCHEMA_VERSION, TABLES, UPGRADES
from vidviz.workspace_folder import WorkspaceFolder

BUSY_SECONDS = 30.0


class _Reading(threading.local):
    """The connection that each thread is reading a catalogue with."""

    def __init__(self) -> None:
        self.by_path: dict[Path, sqlite3.Connection] = {}


_reading = _Reading()


class Catalogue:
    """Short transactions on the catalogue file at `path`; readers never wait for the writer."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create_or_upgrade(self) -> None:
        """Make the tables if the file is new, bring an older file up to date. One that is up to date waits for nobody.

        Raises:
            WorkspaceError: the file is damaged, read-only, or written by a newer vidviz.
        """
        with self._connect() as db:
            db.execute("PRAGMA journal_mode = WAL")
            if db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION:
                return
        with self.write() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            self._refuse_newer(version)
            if version == 0:
                _run_script(db, TABLES)
            for step in range(max(version, 1), SCHEMA_VERSION):
                _run_script(db, UPGRADES[step])
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION:d}")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection for reading; rows answer by column name.

        Reading while the same thread reads already shares the connection: opening one takes longer than most queries.
        """
        shared = _reading.by_path.get(self.path)
        if shared is not None:
            with explain_sqlite_errors(self.path):
                yield shared
            return
        with self._connect() as db:
            _reading.by_path[self.path] = db
            try:
                yield db
            finally:
                del _reading.by_path[self.path]

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one transaction: all of it is kept, or nothing."""
        with self._connect() as db:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.rollback()
                raise
            db.commit()

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        with explain_sqlite_errors(self.path):
            db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            try:
                db.row_factory = sqlite3.Row
                yield db
            finally:
                db.close()

    def _refuse_newer(self, version: int) -> None:
        if version > SCHEMA_VERSION:
            raise WorkspaceError(
                f"The workspace {str(self.path.parent)!r} was written by a newer vidviz (format {version}, this one "
                f"reads up to {SCHEMA_VERSION}). Update vidviz, or choose another workspace."
            )


def read_catalogue(folder: WorkspaceFolder) -> AbstractContextManager[sqlite3.Connection]:
    """A connection for reading the catalogue of a workspace; see `Catalogue.read`."""
    return Catalogue(folder.catalogue).read()


def write_catalogue(folder: WorkspaceFolder) -> AbstractContextManager[sqlite3.Connection]:
    """A transaction on the catalogue of a workspace; see `Catalogue.write`."""
    return Catalogue(folder.catalogue).write()


@contextmanager
def explain_sqlite_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into sentences about the workspace at `path`."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.Error as error:
        where = repr(str(path.parent))
        text = str(error)
        if "readonly" in text or "unable to open" in text:
            raise WorkspaceError(f"The workspace {where} cannot be written. Check its permissions.") from error
        if "full" in text or "disk I/O" in text:
            raise WorkspaceError(
                f"The disk that holds the workspace {where} is full or failing. What was stored before is safe; "
                "free some space and run the same command again."
            ) from error
        if "not a database" in text or "malformed" in text:
            raise WorkspaceError(f"The catalogue of the workspace {where} is damaged: {text}.") from error
        if "locked" in text:
            raise WorkspaceError(f"The workspace {where} is busy: another process is writing to it.") from error
        raise WorkspaceError(f"The catalogue of the workspace {where} cannot be used: {text}.") from error


def _run_script(db: sqlite3.Connection, script: str) -> None:
    """Run statements one by one: `executescript` would commit the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""
