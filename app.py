"""The dashboard's launcher: `vidviz serve`, or `streamlit run app.py`."""

import logging
from contextlib import suppress

import streamlit as st

from vidviz import __version__
from vidviz.config import enter_start_folder, workspace_path
from vidviz.errors import VidvizError
from vidviz.log import process_log
from vidviz.services.dashboard import end_with_server
from vidviz.ui import main, messages
from vidviz.ui.components.media import WorkspaceMedia
from vidviz.ui.components.routes.media_routes import media_routes
from vidviz.ui.components.routes.upload_routes import upload_routes

enter_start_folder()
end_with_server()
process_log.start(workspace_path())
process_log.listen_to("streamlit", "uvicorn.error")
logging.getLogger("vidviz.ui").info("the dashboard starts, vidviz %s", __version__)
media = WorkspaceMedia()
with suppress(VidvizError):  # pages tell it
    media.upload_desk()  # removes what is left of uploads that were broken off
routes = [*media_routes(media), *upload_routes(media.upload_desk)]
app = st.App(main.__file__, routes=routes, on_script_error=messages.tell_unforeseen)
