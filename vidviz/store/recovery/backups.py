"""Copies of the catalogue, the one file of a workspace that cannot be made again: kept, and put back.

A copy is written beside its place, checked, synced and renamed into it, so that there is none that is not whole.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from vidviz.errors import JobError, WorkspaceError
from vidviz.store.connections import connect_to_read, log_beside
from vidviz.store.files import explain_disk_errors, holding, remove_unfinished, replace_path, sync_folder
from vidviz.store.recovery.backup_files import Backup, list_backups, next_backup, next_put_aside
from vidviz.store.sqlite_errors import explain_sqlite_errors, find_damage
from vidviz.workspace_folder import WorkspaceFolder

logger = logging.getLogger(__name__)

KEPT_BACKUPS = 5
OFTEN_SECONDS = 3600.0


def keep_backup(folder: WorkspaceFolder) -> None:
    """Make a backup where the catalogue has changed and the last one is an hour old; what hinders it is only logged."""
    try:
        if _is_due(folder):
            make_backup(folder)
    except JobError:  # another process makes one now
        return
    except (WorkspaceError, OSError) as error:
        logger.warning("no backup of the catalogue could be made: %s", error)


def make_backup(folder: WorkspaceFolder) -> Backup:
    """Copy the catalogue as it is now, and remove all but the newest copies.

    Raises:
        WorkspaceError: the disk is full, or the catalogue is damaged: then no older copy goes.
        JobError: another process makes one now.
    """
    with explain_disk_errors(folder.backups):
        folder.backups.mkdir(exist_ok=True)
    with holding(folder.backups / "backup.lock", _refuse_second):
        remove_unfinished(folder.backups)
        path = next_backup(folder.path)
        with replace_path(path) as copy:
            copy_catalogue(folder.catalogue, copy)
        for older in list_backups(folder.path)[KEPT_BACKUPS:]:
            older.path.unlink(missing_ok=True)
    return Backup(path, path.stat().st_mtime)


def restore_backup(folder: WorkspaceFolder, backup: Backup) -> Path | None:
    """Put a copy in the catalogue's place; the file that was there is put aside, never deleted.

    Killed at any moment, this leaves the old catalogue or the new one, or none, which the next opening tells.

    Returns:
        Where the file lies that was put aside; None where there was none.

    Raises:
        WorkspaceError: the copy is damaged, or the workspace cannot be written.
        JobError: another process makes a backup now.
    """
    with holding(folder.backups / "backup.lock", _refuse_second):
        remove_unfinished(folder.path)
        with replace_path(folder.catalogue) as copy:
            copy_catalogue(backup.path, copy)
            return _put_aside(folder)


def _put_aside(folder: WorkspaceFolder) -> Path | None:
    """Move the catalogue, and what SQLite keeps beside it, out of the way; returns where it is now."""
    aside, there = next_put_aside(folder.path), folder.catalogue.exists()
    for ending in ("-wal", "-shm", ""):
        old = folder.catalogue.with_name(folder.catalogue.name + ending)
        if old.exists():
            old.rename(aside.with_name(aside.name + ending))
    sync_folder(folder.path)
    return aside if there else None


def copy_catalogue(path: Path, copy: Path) -> None:
    """Copy a catalogue as it is now, whoever writes to it meanwhile.

    Raises:
        WorkspaceError: it is damaged.
    """
    with (
        explain_sqlite_errors(path),
        closing(connect_to_read(path)) as source,
        closing(sqlite3.connect(copy, isolation_level=None)) as target,
    ):
        source.backup(target)
        damage = find_damage(target)
    if damage:
        raise WorkspaceError(f"{str(path)!r} is damaged ({damage}); no copy of it was kept.")


def _is_due(folder: WorkspaceFolder) -> bool:
    kept = list_backups(folder.path)
    if not kept:
        return True
    files = (folder.catalogue, log_beside(folder.catalogue))
    changed_at = max(path.stat().st_mtime for path in files if path.exists())
    # Set back, the clock must not put the next one off for long.
    return changed_at > kept[0].made_at and abs(time.time() - kept[0].made_at) > OFTEN_SECONDS


def _refuse_second(holder: str) -> JobError:
    return JobError(f"Process {holder} makes a backup of this workspace now. Try again in a moment.")
