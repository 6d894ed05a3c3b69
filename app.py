"""The dashboard's launcher: `vidviz serve`, or `streamlit run app.py`."""

import logging

import streamlit as st

from vidviz import __version__
from vidviz.config import enter_start_folder, workspace_path
from vidviz.log import process_log
from vidviz.services.dashboard import end_with_server
from vidviz.ui import main, messages
from vidviz.ui.components.media import WorkspaceMedia
from vidviz.ui.components.media_routes import media_routes

enter_start_folder()
end_with_server()
process_log.start(workspace_path())
process_log.listen_to("streamlit", "uvicorn.error")
logging.getLogger("vidviz.ui").info("the dashboard starts, vidviz %s", __version__)
app = st.App(main.__file__, routes=media_routes(WorkspaceMedia()), on_script_error=messages.tell_unforeseen)
