"""The script behind every page of the dashboard; app.py launches it."""

from __future__ import annotations

import streamlit as st

from vidviz.services import garbage
from vidviz.services.backbones import shared_backbones
from vidviz.services.library import contents
from vidviz.ui import messages, sitemap, state
from vidviz.ui.page_frame import page_parts


def run() -> None:
    """Draw the frame, then the page that the URL names."""
    st.set_page_config(page_title="vidviz", page_icon="🎞️", layout="wide")
    folder = state.open_workspace()
    with messages.telling_errors():
        pages = sitemap.make_pages()
        st.session_state["pages"] = pages
        page = sitemap.navigate(pages, start="map" if contents.count_library(folder)[1] else "library")
        page_parts.tighten()
        page_parts.draw_space_bar(folder)
        page_parts.tell_lost(folder, page.url_path)
        page_parts.draw_sidebar(folder)
        page.run()
        if state.current_clip(folder) is not None:
            shared_backbones.warm_up()
    garbage.leave_started_alone()


if __name__ == "__main__":
    run()
