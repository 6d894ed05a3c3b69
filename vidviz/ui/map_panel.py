"""The clip at hand beside the map: playing, with its true neighbours, and how far its place is to be trusted."""

from __future__ import annotations

import streamlit as st

from vidviz.errors import VidvizError
from vidviz.services import neighbourhoods, searching
from vidviz.services.colouring import label_colours
from vidviz.services.library import KnownClip
from vidviz.store.sets import EmbeddingSet
from vidviz.store.workspace import WorkspaceFolder
from vidviz.ui import state
from vidviz.ui.cards import play_large
from vidviz.ui.components import clip_gallery
from vidviz.ui.map_view import View
from vidviz.ui.search_view import cards_of_hits
from vidviz.ui.sitemap import link_to

NUM_NEIGHBOURS = 6


def neighbour_lines(folder: WorkspaceFolder, set_key: str, current: int | None) -> list[tuple[int, int]]:
    """Pairs of clips to join: the clip at hand with its true nearest neighbours, wherever the map put them."""
    if current is None:
        return []
    try:
        hits = searching.nearest_exactly(folder, set_key, current, NUM_NEIGHBOURS)
    except VidvizError:  # the panel beside the map says why there are none
        return []
    return [(current, hit.clip_id) for hit in hits]


def draw_panel(folder: WorkspaceFolder, chosen: EmbeddingSet, view: View, clip: KnownClip | None) -> None:
    """The clip at hand, large, with its neighbours."""
    if clip is None:
        st.info("Click a point: its clip plays here, with its nearest neighbours.")
        return
    colours = label_colours(folder)
    play_large(clip, colours, key="map player", height_px=300)
    if clip.tags:
        st.text(f"Tags: {', '.join(clip.tags)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        link_to("search", "Find similar")
        link_to("inside", "Look inside")
        if st.button("✕", key="put clip away", type="tertiary", help="Have no clip at hand."):
            state.choose_clip(None)
            st.rerun()
    _draw_neighbours(folder, chosen, view, clip, colours)


def _draw_neighbours(
    folder: WorkspaceFolder, chosen: EmbeddingSet, view: View, clip: KnownClip, colours: dict[str, str]
) -> None:
    try:
        hits = searching.nearest_exactly(folder, chosen.key, clip.clip_id, NUM_NEIGHBOURS)
    except VidvizError as error:
        st.caption(str(error))
        return
    st.caption(
        "Nearest in the embedding, by cosine similarity",
        help="Of the vectors themselves, not of the map; lines on the map lead to them.",
    )
    picked = clip_gallery(cards_of_hits(hits, colours), key="map neighbours", columns=3, card_width_px=96)
    _tell_trust(folder, chosen, view, clip)
    if picked is not None:
        state.choose_clip(picked)
        st.rerun()


def _tell_trust(folder: WorkspaceFolder, chosen: EmbeddingSet, view: View, clip: KnownClip) -> None:
    num_kept, k = neighbourhoods.count_kept(folder, chosen.key, view.drawn.stored, clip.clip_id)
    if not k:
        return
    st.caption(
        f"{num_kept} of its {k} true neighbours are its neighbours on this map.",
        help="Trust in the place of this clip. Colour the map by trust to see where it is to be believed.",
    )
