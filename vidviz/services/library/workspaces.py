"""Opening a workspace: its folders are made, its catalogue is looked at and brought to this version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vidviz.errors import WorkspaceError
from vidviz.store.backups import keep_backup
from vidviz.store.catalogue import Catalogue
from vidviz.store.connections import holds_changes
from vidviz.store.files import explain_disk_errors
from vidviz.store.sqlite_errors import tell_missing
from vidviz.workspace_folder import WorkspaceFolder


def open_workspace(path: Path, *, create: bool = True) -> WorkspaceFolder:
    """Open the workspace at `path`, made new where nothing is unless `create` is off.

    Raises:
        DamagedCatalogueError: its catalogue is damaged, or gone from among all that belongs to it.
        WorkspaceError: it does not exist, is not a folder, cannot be written, or is of a newer version.
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
        for part in (path, folder.videos, folder.previews, folder.jobs, folder.uploads, folder.milvus.parent):
            part.mkdir(parents=True, exist_ok=True)
    catalogue.create_or_upgrade()
    if known:
        keep_backup(folder)
    return folder


def _was_used(folder: WorkspaceFolder) -> bool:
    """Whether anything lies in the folder that only a catalogue can have known."""
    return holds_changes(folder.catalogue) or any(_remains(folder))


def _remains(folder: WorkspaceFolder) -> Iterator[Path]:
    yield from folder.backups.glob("catalogue-*.db")
    yield from folder.path.glob("vectors/*/*.npz")
    yield from folder.maps.glob("*.npz")
    yield from folder.previews.glob("*.webp")
    yield from folder.videos.glob("*")
