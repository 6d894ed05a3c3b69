"""Uploads: bytes from a browser, put where an import finds them. Their names are text and never paths."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from vidviz.services.importing.found_files import NEVER_VIDEOS
from vidviz.services.importing.import_run import ImportRequest
from vidviz.services.importing.label_sources import TABLE_NAME
from vidviz.services.library.source_files import KEPT_ENDINGS
from vidviz.store.files import explain_disk_errors, replace_file
from vidviz.types import Recipe
from vidviz.workspace_folder import WorkspaceFolder


def receive(folder: WorkspaceFolder, files: Sequence[tuple[str, BinaryIO]], recipe: Recipe | None) -> ImportRequest:
    """Write uploads into the workspace; returns the request that imports and keeps them.

    Of a directory upload, what is no video by its name is left out, as from a folder on this machine, and its
    labels.csv labels the rest.

    Args:
        folder: the workspace.
        files: what each was called ("cats/tom.mp4" in a directory upload), and its bytes.
        recipe: how they are cut.

    Raises:
        WorkspaceError: the disk is full.
    """
    batch = folder.uploads / secrets.token_hex(8)
    with explain_disk_errors(batch):
        batch.mkdir(parents=True)
    names: dict[str, str] = {}
    for number, (name, file) in enumerate(files):
        path = _choose_path(batch, number, PurePosixPath(name))
        if path is None:
            continue
        with replace_file(path) as copy:
            shutil.copyfileobj(file, copy)
        if path.name != TABLE_NAME:
            names[str(path)] = name
    return ImportRequest((str(batch),), recipe, keep=True, names=names)


def receive_table(folder: WorkspaceFolder, request: ImportRequest, name: str, file: BinaryIO) -> ImportRequest:
    """Write an uploaded label table into the workspace; returns the request with it.

    Args:
        folder: the workspace.
        request: what is imported.
        name: what the table was called: some data sets say the class there.
        file: its bytes.

    Raises:
        WorkspaceError: the disk is full.
    """
    path = folder.uploads / secrets.token_hex(8) / "table"
    with explain_disk_errors(path):
        path.parent.mkdir(parents=True)
    with replace_file(path) as copy:
        shutil.copyfileobj(file, copy)
    return replace(request, labels=str(path), names={**request.names, str(path): PurePosixPath(name).name or "table"})


def _choose_path(batch: Path, number: int, name: PurePosixPath) -> Path | None:
    """Where an upload goes, None where it is left out."""
    table = batch / TABLE_NAME
    if name.name == TABLE_NAME and not table.exists():
        return table
    from_folder = len(name.parts) > 1
    if from_folder and (name.name.startswith(".") or name.suffix.lower() in NEVER_VIDEOS):
        return None
    ending = name.suffix.lower()
    return batch / f"{number:05d}{ending if ending in KEPT_ENDINGS else ''}"
