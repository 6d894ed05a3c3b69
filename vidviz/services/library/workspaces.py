"""Opening a workspace: its folders are made, its catalogue is looked at and brought to this version."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vidviz.errors import WorkspaceError
from vidviz.store import job_rows, videos
from vidviz.store.catalogue import Catalogue, read_catalogue
from vidviz.store.connections import can_write, holds_changes
from vidviz.store.files import explain_disk_errors
from vidviz.store.recovery.backups import keep_backup
from vidviz.store.sqlite_errors import tell_missing
from vidviz.workspace_folder import WorkspaceFolder


def open_workspace(path: Path, *, create: bool = True) -> WorkspaceFolder:
    """Open the workspace at `path`, made new where nothing is unless `create` is off.

    Raises:
        DamagedCatalogueError: its catalogue is damaged, or gone from among all that belongs to it.
        WorkspaceError: it does not exist and cannot be made, is not a folder, or is of another version and cannot be
            brought to this one.
    """
    path = path.resolve()
    folder = WorkspaceFolder(path)
    catalogue = Catalogue(folder.catalogue)
    with explain_disk_errors(path):
        if path.exists() and not path.is_dir():
            raise WorkspaceError(f"{str(path)!r} is a file, not a workspace folder. Choose another --workspace.")
        known = catalogue.is_there
        if not known and _was_used(folder):
            raise tell_missing(folder.catalogue)
        if not folder.catalogue.exists() and not create:
            raise WorkspaceError(f"There is no workspace in {str(path)!r}. `vidviz import` makes one.")
        try:
            for part in (path, folder.videos, folder.previews, folder.jobs, folder.uploads, folder.milvus.parent):
                part.mkdir(parents=True, exist_ok=True)
        except OSError:
            if not known:  # one that was there can be read, also where nothing can be written
                raise
    catalogue.create_or_upgrade()
    if known and is_writable(folder):
        keep_backup(folder)
    return folder


def is_writable(folder: WorkspaceFolder) -> bool:
    """Whether a workspace takes changes; what only reads works in any: a read-only place, or on a full disk."""
    return can_write(folder.catalogue)


@contextmanager
def opened_for_import(path: Path) -> Iterator[WorkspaceFolder]:
    """Open the workspace at `path`; one that is new goes again where the import fails and nothing is in it."""
    new = not path.exists()
    folder = open_workspace(path)
    try:
        yield folder
    except Exception:
        if new and _is_unused(folder):
            shutil.rmtree(folder.path, ignore_errors=True)
        raise


def _is_unused(folder: WorkspaceFolder) -> bool:
    """Whether no more than the one import that failed was ever done in a workspace."""
    with read_catalogue(folder) as db:
        return not videos.count_videos(db) and len(job_rows.list_jobs(db, limit=2)) < 2


def _was_used(folder: WorkspaceFolder) -> bool:
    """Whether anything lies in the folder that only a catalogue can have known."""
    return holds_changes(folder.catalogue) or any(_remains(folder))


def _remains(folder: WorkspaceFolder) -> Iterator[Path]:
    yield from folder.backups.glob("catalogue-*.db")
    yield from folder.path.glob("vectors/*/*.npz")
    yield from folder.maps.glob("*.npz")
    yield from folder.previews.glob("*.webp")
    yield from folder.videos.glob("*")
