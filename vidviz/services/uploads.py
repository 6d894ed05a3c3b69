"""Uploads: bytes from a browser, put where an import finds them. Their names are text and never paths."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import BinaryIO

from vidviz.services.importing import KEPT_ENDINGS, ImportRequest
from vidviz.store.files import replace_file
from vidviz.store.workspace import WorkspaceFolder
from vidviz.types import Recipe


def receive(folder: WorkspaceFolder, files: Sequence[tuple[str, BinaryIO]], recipe: Recipe) -> ImportRequest:
    """Write uploads into the workspace; returns the request that imports and keeps them.

    Args:
        folder: the workspace.
        files: what each was called ("cats/tom.mp4" in a directory upload), and its bytes.
        recipe: how they are cut.

    Raises:
        WorkspaceError: the disk is full.
    """
    batch = folder.uploads / secrets.token_hex(8)
    batch.mkdir(parents=True)
    names: dict[str, str] = {}
    for number, (name, file) in enumerate(files):
        ending = PurePosixPath(name).suffix.lower()
        path = batch / f"{number:05d}{ending if ending in KEPT_ENDINGS else ''}"
        with replace_file(path) as copy:
            shutil.copyfileobj(file, copy)
        names[str(path)] = name
    return ImportRequest(tuple(names), recipe, keep=True, names=names)
