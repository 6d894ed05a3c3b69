"""Launches the page with every component on it, over a folder of media that the test has made."""

import os
from pathlib import Path

import streamlit as st

from vidviz.ui.components.media import WorkspaceMedia
from vidviz.ui.components.routes.media_routes import media_routes

MEDIA = Path(os.environ["VIDVIZ_TEST_MEDIA"])


class FolderMedia(WorkspaceMedia):
    def poster_path(self, clip_id: int) -> Path | None:
        return MEDIA / f"poster-{clip_id % 6}.webp"

    def strip_path(self, clip_id: int) -> Path | None:
        return MEDIA / f"strip-{clip_id % 6}.webp"

    def video_path(self, video_id: str) -> Path | None:
        return MEDIA / ("broken.mp4" if video_id[0] == "b" else "video.webm")

    def sheet(self, token: str) -> bytes | None:
        path = MEDIA / f"{token}.webp"
        return path.read_bytes() if path.is_file() else None


app = st.App("components_page.py", routes=media_routes(FolderMedia()))
