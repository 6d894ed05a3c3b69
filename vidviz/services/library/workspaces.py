"""Opening a workspace: its folders are made, its catalogue is brought to this version."""

from __future__ import annotations

from pathlib import Path

from vidviz.errors import WorkspaceError
from vidviz.store.catalogue import Catalogue
from vidviz.store.files import explain_disk_errors
from vidviz.workspace_folder import WorkspaceFolder


def open_workspace(path: Path, *, create: bool = True) -> WorkspaceFolder:
    """Open the workspace at `path`, made new where nothing is unless `create` is off.

    Raises:
        WorkspaceError: it does not exist, is not a folder, cannot be written, or is of a newer version.
    """
    path = path.resolve()
    folder = WorkspaceFolder(path)
    with explain_disk_errors(path):
        if path.exists() and not path.is_dir():
            raise WorkspaceError(f"{str(path)!r} is a file, not a workspace folder. Choose another --workspace.")
        if not folder.catalogue.exists() and not create:
            raise WorkspaceError(f"There is no workspace in {str(path)!r}. `vidviz import` makes one.")
        for part in (path, folder.videos, folder.previews, folder.jobs, folder.uploads, folder.milvus.parent):
            part.mkdir(parents=True, exist_ok=True)
    Catalogue(folder.catalogue).create_or_upgrade()
    return folder
