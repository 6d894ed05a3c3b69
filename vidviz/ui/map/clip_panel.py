"""The clip at hand beside the map: playing, with its true neighbours, and how far its place is to be trusted."""

from __future__ import annotations

import streamlit as st

from vidviz.errors import VidvizError
from vidviz.log.told_errors import sentence_of
from vidviz.services.library.label_palette import label_colours
from vidviz.services.maps import set_neighbours
from vidviz.services.search import search_run
from vidviz.ui import state
from vidviz.ui.components.cards import play_large
from vidviz.ui.components.gallery_and_player import clip_gallery
from vidviz.ui.components.hit_cards import cards_of_hits
from vidviz.ui.map.map_scene import Scene
from vidviz.ui.plain_text import plain
from vidviz.ui.sitemap import link_to
from vidviz.workspace_folder import WorkspaceFolder

NUM_NEIGHBOURS = 6
PANEL_PX = 645


def neighbour_lines(folder: WorkspaceFolder, set_key: str, current: int | None) -> list[tuple[int, int]]:
    """Pairs of clips to join: the clip at hand with its true nearest neighbours, wherever the map put them."""
    if current is None:
        return []
    try:
        hits = search_run.nearest_exactly(folder, set_key, current, NUM_NEIGHBOURS)
    except VidvizError:  # the panel beside the map says why there are none
        return []
    return [(current, hit.clip_id) for hit in hits]


def draw_panel(scene: Scene) -> None:
    """The clip at hand, large, with its neighbours."""
    with st.container(height=PANEL_PX, border=False):
        if scene.clip is None:
            st.info("Click a point: its clip plays here, with its nearest neighbours.")
            return
        colours = label_colours(scene.folder)
        play_large(scene.clip, colours, key="map player", height_px=300)
        if scene.clip.tags:
            st.text(f"Tags: {', '.join(scene.clip.tags)}")
        with st.container(horizontal=True, vertical_alignment="center"):
            link_to("search", "Find similar")
            link_to("inside", "Look inside")
            link_to("compare", "Compare")
            if st.button("✕", key="put clip away", type="tertiary", help="Have no clip at hand."):
                state.choose_clip(None)
                st.rerun()
        _draw_neighbours(scene, scene.clip.clip_id, colours)


def _draw_neighbours(scene: Scene, clip_id: int, colours: dict[str, str]) -> None:
    try:
        hits = search_run.nearest_exactly(scene.folder, scene.chosen.key, clip_id, NUM_NEIGHBOURS)
    except VidvizError as error:
        st.caption(plain(sentence_of(error)))
        return
    st.caption(
        "Nearest in the embedding, by cosine similarity",
        help="Of the vectors themselves, not of the map; lines on the map lead to them.",
    )
    picked = clip_gallery(
        cards_of_hits(hits, colours, scene.chosen.spec.precision), key="map neighbours", columns=3, card_width_px=96
    )
    num_kept, k = set_neighbours.count_kept(scene.folder, scene.chosen.key, scene.view.drawn.stored, clip_id)
    if k:
        st.caption(
            f"{num_kept} of its {k} true neighbours are its neighbours on this map.",
            help="Trust in the place of this clip. Colour the map by trust to see where it is to be believed.",
        )
    if picked is not None:
        state.choose_clip(picked)
        st.rerun()
