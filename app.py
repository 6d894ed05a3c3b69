"""The dashboard's launcher: `vidviz serve`, or `streamlit run app.py`."""

import streamlit as st

from vidviz.ui import main
from vidviz.ui.media import WorkspaceMedia
from vidviz.ui.routes import media_routes

app = st.App(main.__file__, routes=media_routes(WorkspaceMedia()))
