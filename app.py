"""The dashboard's launcher: `vidviz serve`, or `streamlit run app.py`."""

import streamlit as st

from vidviz.ui import main
from vidviz.ui.components.media import WorkspaceMedia
from vidviz.ui.components.media_routes import media_routes

app = st.App(main.__file__, routes=media_routes(WorkspaceMedia()))
