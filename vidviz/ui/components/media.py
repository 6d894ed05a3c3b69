"""Where the browser's pictures, films and points come from: the workspace, and the shelves."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import streamlit as st

from vidviz.config import workspace_path
from vidviz.errors import VidvizError
from vidviz.services.importing.upload_desk import UploadDesk, desk_of
from vidviz.services.library import contents
from vidviz.services.library.workspaces import open_workspace
from vidviz.services.search import query_files
from vidviz.ui.components.map_shelf import POINTS, ROWS
from vidviz.ui.components.shelf import ByteShelf
from vidviz.workspace_folder import WorkspaceFolder

SHELF = ByteShelf()
"""The sheets of this server, for all its sessions."""


class WorkspaceMedia:
    """Finds the media of the workspace that this server shows."""

    @cached_property
    def _folder(self) -> WorkspaceFolder:
        return open_workspace(workspace_path())

    def upload_desk(self) -> UploadDesk:
        """Who receives uploads for it."""
        return desk_of(self._folder)

    def poster_path(self, clip_id: int) -> Path | None:
        """The WebP poster of a clip."""
        return _existing(self._folder.poster(clip_id))

    def strip_path(self, clip_id: int) -> Path | None:
        """The animated WebP of a clip."""
        return _existing(self._folder.strip(clip_id))

    def video_path(self, video_id: str) -> Path | None:
        """A file that a browser plays."""
        try:
            video = contents.find_video(self._folder, video_id)
        except VidvizError:
            return query_files.find_playable(self._folder, video_id)
        try:
            return _existing(contents.playable_path(self._folder, video))
        except VidvizError:
            return None

    def sheet(self, token: str) -> bytes | None:
        """A sprite sheet that a page has made."""
        return SHELF.get(token)

    def point_bytes(self, token: str) -> bytes | None:
        """A typed array of a large map."""
        return POINTS.get(token)

    def point_row(self, token: str, row: int) -> dict[str, Any] | None:
        """What is shown of one point of a large map."""
        rows = ROWS.get(token)
        return None if rows is None else rows.describe(row)


def media_url(path: str) -> str:
    """The address of something that `media_routes` serves, e.g. `poster/17`."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/vidviz/{path}" if base else f"/vidviz/{path}"


def _existing(path: Path) -> Path | None:
    return path if path.is_file() else None
