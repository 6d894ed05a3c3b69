"""Putting a backup of the catalogue back, for people: which there are, which one, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vidviz.errors import DamagedCatalogueError, UnknownNameError, WorkspaceError
from vidviz.services.library import contents
from vidviz.services.library.workspaces import open_workspace
from vidviz.store.catalogue import Catalogue
from vidviz.store.recovery.backup_files import Backup, list_backups
from vidviz.store.recovery.backups import restore_backup
from vidviz.workspace_folder import WorkspaceFolder


@dataclass(frozen=True)
class Restored:
    """A backup that is the catalogue now, what it holds, and where the file lies that was there before."""

    backup: Backup
    videos: int
    clips: int
    put_aside: Path | None


def require_backups(path: Path) -> list[Backup]:
    """The backups of a workspace's catalogue, newest first.

    Raises:
        WorkspaceError: there are none.
    """
    found = list_backups(path.resolve())
    if not found:
        raise WorkspaceError(f"There are no backups in {str(path)!r}. Is it the right workspace?")
    return found


def restore(path: Path, name: str = "") -> Restored:
    """Put the backup of this name, or the newest, in the catalogue's place; the file that was there is put aside.

    Raises:
        UnknownNameError: there is no backup of this name.
        WorkspaceError: there are no backups, or the catalogue is whole and no name was given.
    """
    backups = {backup.name: backup for backup in require_backups(path)}
    folder = WorkspaceFolder(path.resolve())
    if not name and _is_whole(folder):
        raise WorkspaceError(
            f"The catalogue of {str(path)!r} is whole. To go back to an older one all the same, name a backup with "
            "--from; `vidviz restore --list` shows them."
        )
    chosen = backups.get(name or next(iter(backups)))
    if chosen is None:
        raise UnknownNameError("backup", name, backups)
    put_aside = restore_backup(folder, chosen)
    return Restored(chosen, *contents.count_library(open_workspace(folder.path)), put_aside)


def _is_whole(folder: WorkspaceFolder) -> bool:
    catalogue = Catalogue(folder.catalogue)
    if not catalogue.is_there:
        return False
    try:
        catalogue.look_through()
    except DamagedCatalogueError:
        return False
    return True
