"""Launches the map of many points that `benchmarks/map.py` measures, with the routes its points come by."""

import streamlit as st

from vidviz.ui.components.media import WorkspaceMedia
from vidviz.ui.components.routes.media_routes import media_routes

app = st.App("many_points_page.py", routes=media_routes(WorkspaceMedia()))
