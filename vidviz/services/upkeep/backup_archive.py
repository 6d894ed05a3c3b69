"""One file with all of a workspace that cannot be made again, to be kept on another disk; and a workspace from it.

In it are the catalogue, the vectors of all sets, and the videos that the workspace holds itself. Pictures, maps and the
index are made again where they are wanted; videos that lie elsewhere stay there.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

from vidviz.errors import WorkspaceError
from vidviz.log.timing import timed
from vidviz.services.library import contents
from vidviz.services.library.source_files import file_state
from vidviz.services.library.workspaces import open_workspace
from vidviz.services.progress import Progress, ignore_progress
from vidviz.store import videos
from vidviz.store.catalogue import Catalogue, write_catalogue
from vidviz.store.files import explain_disk_errors, replace_path
from vidviz.store.recovery.backups import copy_catalogue
from vidviz.workspace_folder import WorkspaceFolder

_CATALOGUE = "catalogue.db"
_ENTRY = re.compile(r"catalogue\.db|vectors/[0-9a-f]{16}/[0-9]{8}\.npz|videos/[0-9a-f]{64}(\.[a-z0-9]{1,4})?")
"""What a backup holds; whatever else a file has in it is no backup of ours."""


@dataclass(frozen=True)
class Archive:
    """A backup that was written or read: where it lies, its files, its bytes, and what it knows."""

    path: Path
    files: int
    num_bytes: int
    videos: int
    clips: int


@timed
def write_archive(folder: WorkspaceFolder, out: Path, progress: Progress = ignore_progress) -> Archive:
    """Pack what cannot be made again into one .zip file, whole or not at all; others may go on working meanwhile.

    Vectors go first and the catalogue after them, so that there are none of clips that it does not know.

    Raises:
        WorkspaceError: the place cannot be written, the disk is full, or the catalogue is damaged.
    """
    if out.suffix.lower() != ".zip":
        raise WorkspaceError(f"A backup is one .zip file, and {out.name!r} ends otherwise.")
    with explain_disk_errors(out):
        out.parent.mkdir(parents=True, exist_ok=True)
    vectors, kept = sorted(folder.path.glob("vectors/*/*.npz")), sorted(folder.videos.glob("*"))
    files = [path for path in [*vectors, folder.catalogue, *kept] if _ENTRY.fullmatch(_name_of(folder, path))]
    with explain_disk_errors(out), replace_path(out) as place, zipfile.ZipFile(place, "w") as packed:
        for done, path in enumerate(files):
            progress(done, len(files), path.name)
            if path == folder.catalogue:
                with _whole_copy(folder) as copy:
                    packed.write(copy, _CATALOGUE)
            else:
                packed.write(path, _name_of(folder, path))
    progress(len(files), len(files), "")
    return Archive(out, len(files), out.stat().st_size, *contents.count_library(folder))


@timed
def read_archive(path: Path, workspace: Path, progress: Progress = ignore_progress) -> Archive:
    """Make a workspace of a backup. Interrupted at any moment, it can be done again.

    Raises:
        WorkspaceError: the file is no backup of ours, there is a workspace already, or the disk is full.
    """
    folder = WorkspaceFolder(workspace.resolve())
    if Catalogue(folder.catalogue).is_there:
        raise WorkspaceError(f"There is a workspace in {str(workspace)!r} already. Choose a new --workspace for it.")
    try:
        with zipfile.ZipFile(path) as packed:
            entries = _check_entries(path, packed)
            for done, entry in enumerate(entries):
                progress(done, len(entries), entry.filename)
                _unpack(packed, entry, folder.path / entry.filename)
    except (OSError, zipfile.BadZipFile) as error:
        raise WorkspaceError(f"{path.name!r} cannot be read as a backup: {error}.") from error
    progress(len(entries), len(entries), "")
    made = open_workspace(folder.path)
    _find_kept_videos(made)
    return Archive(path, len(entries), path.stat().st_size, *contents.count_library(made))


def _find_kept_videos(folder: WorkspaceFolder) -> None:
    """Say where the videos are that this workspace holds: where it was packed, they lay elsewhere."""
    with write_catalogue(folder) as db:
        for video in videos.list_videos(db):
            here = folder.videos / PurePath(video.path).name
            if video.kept and here.is_file():
                videos.move_video(db, video.id, str(here), kept=True, file_state=file_state(here))


def _check_entries(path: Path, packed: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of a backup, the catalogue last: until then there is no workspace."""
    entries = packed.infolist()
    names = [entry.filename for entry in entries]
    if _CATALOGUE not in names or len(set(names)) < len(names) or not all(map(_ENTRY.fullmatch, names)):
        raise WorkspaceError(f"{path.name!r} is no backup of a workspace, as `vidviz backup` writes them.")
    return sorted(entries, key=lambda entry: entry.filename == _CATALOGUE)


def _unpack(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path) -> None:
    with explain_disk_errors(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        with replace_path(place) as part, packed.open(entry) as source, part.open("wb") as target:
            shutil.copyfileobj(source, target)


@contextmanager
def _whole_copy(folder: WorkspaceFolder) -> Iterator[Path]:
    """A copy of the catalogue as it is now, checked, while the block runs."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / _CATALOGUE
        copy_catalogue(folder.catalogue, copy)
        yield copy


def _name_of(folder: WorkspaceFolder, path: Path) -> str:
    return path.relative_to(folder.path).as_posix()
