"""Uploads on the Library page: what was sent, and the button that imports it."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from vidviz.services.importing.upload_batch import UploadBatch
from vidviz.services.importing.upload_desk import UploadDesk, desk_of
from vidviz.types import Recipe
from vidviz.ui.components.video_upload import video_upload
from vidviz.ui.library.library_view import begin_import
from vidviz.words import count_of
from vidviz.workspace_folder import WorkspaceFolder

BATCH = "upload batch"


def offer_upload(folder: WorkspaceFolder, recipe: Recipe | None, table: UploadedFile | None) -> None:
    """Files or folders from the person's own machine; the workspace keeps them."""
    desk = desk_of(folder)
    batch = _batch_of_session(desk)
    video_upload(desk, batch, key="upload")
    files = count_of(len(batch.files), "file")
    if batch.files and st.button(f"Import {files}", type="primary", disabled=bool(batch.arriving)):
        begin_import(folder, f"Import {files} uploaded", desk.take(batch.token, recipe), table)


def _batch_of_session(desk: UploadDesk) -> UploadBatch:
    batch = desk.open(st.session_state.get(BATCH, ""))
    st.session_state[BATCH] = batch.token
    _stand_by(desk, batch.token)
    return batch


def _leave(standing: tuple[UploadDesk, str]) -> None:
    desk, token = standing
    desk.leave(token)


@st.cache_resource(scope="session", show_spinner=False, on_release=_leave)
def _stand_by(_desk: UploadDesk, token: str) -> tuple[UploadDesk, str]:
    """Streamlit lets go of it when the session's connection ends."""
    return _desk, token
