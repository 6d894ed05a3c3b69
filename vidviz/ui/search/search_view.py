"""The Search page's parts: clips to start from, hits as cards, links."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from vidviz.ui import state
from vidviz.ui.components.cards import cards_of
from vidviz.ui.components.clip_choice import choose_among
from vidviz.ui.sitemap import link_to

OFFERED = 48
VIEWS = {"search": "Search", "library": "Whole library", "engine": "Engine", "lab": "Index lab"}


def choose_view() -> str:
    """Which part of the page is open."""
    chosen = st.segmented_control(
        "View",
        list(VIEWS),
        default="search",
        required=True,
        format_func=lambda name: VIEWS[name],
        key="search view",
        bind="query-params",
        label_visibility="collapsed",
    )
    return str(chosen or "search")


def offer_clips(table: pd.DataFrame, colours: Mapping[str, str]) -> None:
    """Clips to start from: a few of every label, where there are more than fit."""
    st.caption("Choose the clip to start from.")
    text = st.text_input("Name or label contains", key="offer text", placeholder="all clips", width=320)
    if text:
        wanted = table["video"].str.contains(text, case=False, regex=False)
        table = table[wanted | table["label"].fillna("").str.contains(text, case=False, regex=False)]
    if table.empty:
        st.info("No clip's video or label contains that.")
        return
    rows = table
    if len(table) > OFFERED:
        turn = table.groupby(table["label"].fillna("")).cumcount()
        rows = table.assign(turn=turn).sort_values(["turn", "video"]).head(OFFERED).drop(columns="turn")
    choose_among(cards_of(rows, colours), key="offered clips")
    if len(table) > len(rows):
        st.caption(f"{len(table) - len(rows)} more: narrow them down by name or label, or pick one on the map.")


def draw_links() -> None:
    """On to the other pages, and back to choosing a clip."""
    with st.container(horizontal=True):
        link_to("map", "On the map")
        link_to("inside", "Look inside")
        link_to("compare", "Compare")
    if st.button("Another clip", help="Choose the clip to start from."):
        state.choose_clip(None)
        st.rerun()
