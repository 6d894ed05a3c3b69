"""Uploads written into the workspace, where an import finds them. Their names are text and never paths."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Container
from dataclasses import replace
from pathlib import PurePosixPath
from typing import BinaryIO

from vidviz.services.importing.found_files import NEVER_VIDEOS
from vidviz.services.importing.import_run import ImportRequest
from vidviz.services.importing.label_sources import TABLE_NAME
from vidviz.services.library.source_files import KEPT_ENDINGS
from vidviz.store.files import explain_disk_errors, replace_file
from vidviz.workspace_folder import WorkspaceFolder


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


def choose_file_name(number: int, name: str, taken: Container[str]) -> str:
    """What an upload is called in its folder; empty where it is left out.

    Of a directory upload, what is no video by its name is left out, as from a folder on this machine, and its
    labels.csv labels the rest.

    Args:
        number: which file of its batch it is.
        name: what it was called ("cats/tom.mp4" in a directory upload).
        taken: the names that others have there.
    """
    told = PurePosixPath(name)
    if told.name == TABLE_NAME and TABLE_NAME not in taken:
        return TABLE_NAME
    from_folder = len(told.parts) > 1
    if from_folder and (told.name.startswith(".") or told.suffix.lower() in NEVER_VIDEOS):
        return ""
    ending = told.suffix.lower()
    return f"{number:05d}{ending if ending in KEPT_ENDINGS else ''}"
