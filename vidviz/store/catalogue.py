"""The catalogue: one SQLite file in WAL mode, opened for a moment at a time by any thread or process."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from vidviz.errors import WorkspaceError
from vidviz.store.connections import connect, connect_to_read, holds_changes
from vidviz.store.recovery.backups import make_backup
from vidviz.store.schema import SCHEMA_VERSION, TABLES, UPGRADES
from vidviz.store.sqlite_errors import explain_sqlite_errors, find_damage, tell_damaged
from vidviz.workspace_folder import WorkspaceFolder

ALWAYS_CHECKED_BYTES = 32 * 2**20
"""Looked through in 30 ms."""


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

        An older one is copied first. A small file is looked through for damage, and so is one that was left in haste.

        Raises:
            WorkspaceError: the file is damaged, read-only, or written by a newer vidviz.
        """
        if self.is_there and self._check() == SCHEMA_VERSION:
            return
        with explain_sqlite_errors(self.path), closing(connect(self.path, "rwc")) as db:
            db.execute("PRAGMA journal_mode = WAL")
        with self.write() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                _run_script(db, TABLES)
            elif version < SCHEMA_VERSION:
                make_backup(WorkspaceFolder(self.path.parent))  # while nobody else can take the step
            for step in range(max(version, 1), SCHEMA_VERSION):
                _run_script(db, UPGRADES[step])
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION:d}")

    @property
    def is_there(self) -> bool:
        """Whether there is a file with anything in it."""
        try:
            return self.path.stat().st_size > 0
        except OSError:
            return False

    def look_through(self) -> None:
        """Look for damage, page by page: a second for each gigabyte.

        Raises:
            DamagedCatalogueError: there is some.
        """
        with self.read() as db:
            if damage := find_damage(db):
                raise tell_damaged(self.path, damage)

    def _check(self) -> int:
        """The version of the file, after a look at what is in it.

        Raises:
            WorkspaceError: it is damaged, or written by a newer vidviz.
        """
        left_in_haste = holds_changes(self.path)
        with self.read() as db:
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
            self._refuse_newer(version)
            if left_in_haste or self.path.stat().st_size <= ALWAYS_CHECKED_BYTES:
                self.look_through()
        return version

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
        with explain_sqlite_errors(self.path), closing(connect_to_read(self.path)) as db:
            _reading.by_path[self.path] = db
            try:
                yield db
            finally:
                del _reading.by_path[self.path]

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one transaction: all of it is kept, or nothing."""
        with explain_sqlite_errors(self.path), closing(connect(self.path)) as db:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.rollback()
                raise
            db.commit()

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


def _run_script(db: sqlite3.Connection, script: str) -> None:
    """Run statements one by one: `executescript` would commit the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""
