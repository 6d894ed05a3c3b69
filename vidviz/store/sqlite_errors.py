"""What SQLite's errors mean, as sentences about the workspace, with the way out of each."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vidviz.errors import DamagedCatalogueError, WorkspaceError
from vidviz.store.recovery.backup_files import offer_backup


@contextmanager
def explain_sqlite_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors, and pandas' that come of them, into sentences about the catalogue at `path`."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except (sqlite3.Error, OSError) as error:  # pandas.errors.DatabaseError is an OSError
        cause = error if isinstance(error, sqlite3.Error) else error.__cause__
        if not isinstance(cause, sqlite3.Error):
            raise
        raise _explain(path, str(cause)) from error


def find_damage(db: sqlite3.Connection) -> str:
    """What SQLite's quick check finds, in a few words; "" where all is well.

    Raises:
        sqlite3.Error: so damaged that not even that can be told.
    """
    found = [str(row[0]) for row in db.execute("PRAGMA quick_check(1)")]
    return "" if found == ["ok"] else " ".join(" ".join(found).split())[:100]


def tell_damaged(path: Path, damage: str) -> DamagedCatalogueError:
    """The error for a damaged catalogue."""
    where = repr(str(path.parent))
    return DamagedCatalogueError(
        f"The catalogue of the workspace {where} is damaged: {damage}. {offer_backup(path.parent)}"
    )


def tell_missing(path: Path) -> DamagedCatalogueError:
    """The error for a catalogue that is gone, or holds nothing, where a workspace was."""
    state = "is empty" if path.exists() else "is missing"
    return DamagedCatalogueError(
        f"The catalogue of the workspace {str(path.parent)!r} {state}, although there are videos, vectors, previews or "
        f"backups in it. {offer_backup(path.parent)}"
    )


def _explain(path: Path, text: str) -> WorkspaceError:
    where = repr(str(path.parent))
    if "unable to open" in text and (why := _why_not_open(path)):
        return why
    if "readonly" in text or "unable to open" in text:
        return WorkspaceError(f"The workspace {where} cannot be written. Check its permissions.")
    if "full" in text or "disk I/O" in text:
        return WorkspaceError(
            f"The disk that holds the workspace {where} is full or failing. What was stored before is safe; free some "
            "space and run the same command again."
        )
    if "not a database" in text or "malformed" in text:
        return tell_damaged(path, text)
    if "locked" in text:
        return WorkspaceError(f"The workspace {where} is busy: another process is writing to it.")
    return WorkspaceError(f"The catalogue of the workspace {where} cannot be used: {text}.")


def _why_not_open(path: Path) -> WorkspaceError | None:
    """Why a file cannot be opened, where it is not the right to write beside it that lacks."""
    where = repr(str(path.parent))
    try:
        os.close(os.open(path, os.O_RDONLY))
    except FileNotFoundError:
        if path.parent.is_dir():
            return tell_missing(path)
        return WorkspaceError(
            f"The workspace {where} is gone: it was moved or deleted. Put it back, or choose another workspace."
        )
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            return WorkspaceError(
                f"The workspace {where} cannot be opened: too many files are open in this process. Close some "
                "sessions, or raise the limit (`ulimit -n`)."
            )
        if error.errno in (errno.EACCES, errno.EPERM):
            return WorkspaceError(f"The workspace {where} cannot be read. Check its permissions.")
    return None
