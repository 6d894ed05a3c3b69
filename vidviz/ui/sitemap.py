"""The pages, and the way from one to another with the clip at hand."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from vidviz.services.serving import find_site
from vidviz.ui import state

TITLES = {"map": "Map", "search": "Search", "inside": "Inside", "library": "Library"}
SECTIONS = {"Explore": ("map", "search"), "Understand": ("inside",), "Manage": ("library",)}


def make_pages(start: str) -> dict[str, StreamlitPage]:
    """Every page by name; `start` is shown where the URL names none."""
    folder = find_site() / "pages"
    return {
        name: st.Page(folder / f"{name}.py", title=title, url_path=name, default=name == start)
        for name, title in TITLES.items()
    }


def link_to(name: str, label: str, help_text: str | None = None) -> None:
    """A link to a page that carries the set and the clip at hand along."""
    pages: dict[str, StreamlitPage] | None = st.session_state.get("pages")
    if pages is None:  # a page that runs by itself has nowhere to lead
        st.caption(label)
        return
    st.page_link(pages[name], label=label, help=help_text, query_params=state.links())
