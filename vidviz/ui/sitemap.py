"""The pages, and the way from one to another with the clip at hand."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from vidviz.services.dashboard import find_site
from vidviz.ui import state

SECTIONS: dict[str, dict[str, str]] = {
    "Explore": {"map": "Map", "search": "Search"},
    "Understand": {"inside": "Inside", "compare": "Compare"},
    "Manage": {"library": "Library"},
}
"""Section of the menu -> its pages, name -> title. A page is `pages/NAME.py`, and its address is /NAME."""

INSIDE_PANEL = "inside panel"
"""Which panel of Inside is open, in the session and the URL."""
WHY_LINK = "why with"
"""In the URL of Inside, the clip whose similarity a link asks about."""


def make_pages() -> dict[str, StreamlitPage]:
    """Every page by name."""
    folder = find_site() / "pages"
    return {
        name: st.Page(folder / f"{name}.py", title=title, url_path=name)
        for section in SECTIONS.values()
        for name, title in section.items()
    }


def navigate(pages: dict[str, StreamlitPage], start: str) -> StreamlitPage:
    """The page that the URL names; where it names none, `start`.

    Streamlit serves its default page under no name of its own, so the default is a signpost: every page keeps
    the address by which others link to it.
    """

    def go_to_start() -> None:
        st.switch_page(pages[start], query_params=dict(st.query_params))

    signpost = st.Page(go_to_start, title="vidviz", url_path="start", default=True, visibility="hidden")
    sections = {section: [pages[name] for name in names] for section, names in SECTIONS.items()}
    return st.navigation({"": [signpost], **sections})


def link_to(name: str, label: str, help_text: str | None = None, *, further: Mapping[str, str] | None = None) -> None:
    """A link to a page that carries the set and the clip at hand along, and `further` values of that page's URL."""
    pages: dict[str, StreamlitPage] | None = st.session_state.get("pages")
    if pages is None:  # a page that runs by itself has nowhere to lead
        st.caption(label)
        return
    st.page_link(pages[name], label=label, help=help_text, query_params=state.links() | dict(further or {}))
