"""What was done on the map, and the clip at hand beside it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from vidviz.errors import VidvizError
from vidviz.services import library, searching, selecting
from vidviz.services.library import KnownClip
from vidviz.services.selecting import Format, Order
from vidviz.store.sets import EmbeddingSet
from vidviz.store.workspace import WorkspaceFolder
from vidviz.ui import state
from vidviz.ui.cards import MOST_CARDS, cards_of, label_colours, play_large
from vidviz.ui.components import clip_gallery
from vidviz.ui.map_component import MapEvent
from vidviz.ui.map_view import View
from vidviz.ui.search_view import cards_of_hits
from vidviz.ui.sitemap import link_to

NUM_NEIGHBOURS = 6
LASSO_HINT = "Draw a lasso or a box on the map to fill a gallery. Shift adds, ctrl removes, double-click clears."
TURN_HINT = "Drag to turn, scroll to zoom. Lasso and box work in 2-D."


def current_selection(set_key: str) -> set[int]:
    """The clips that are selected on the map of this set."""
    selection: set[int] = st.session_state.get(f"selection {set_key}", set())
    return selection


def forget_selection(set_key: str) -> None:
    """Select nothing."""
    st.session_state.pop(f"selection {set_key}", None)


def react(event: MapEvent, view: View, set_key: str) -> bool:
    """Do what was done on the map; whether the page must be drawn anew."""
    if event.clicked is not None:
        state.choose_clip(event.clicked)
    if event.polygon is not None:
        known = current_selection(set_key)
        before = np.isin(view.points.ids, np.fromiter(known, np.int64, len(known)))
        after = event.polygon.apply(before, view.points.coordinates)
        st.session_state[f"selection {set_key}"] = set(view.points.ids[after].tolist())
    return event.clicked is not None or event.polygon is not None


def neighbour_lines(folder: WorkspaceFolder, set_key: str, current: int | None) -> list[tuple[int, int]]:
    """Pairs of clips to join: the clip at hand with its true nearest neighbours, wherever the map put them."""
    if current is None:
        return []
    try:
        hits = searching.nearest_exactly(folder, set_key, current, NUM_NEIGHBOURS)
    except VidvizError:  # the panel beside the map says why there are none
        return []
    return [(current, hit.clip_id) for hit in hits]


def draw_panel(folder: WorkspaceFolder, chosen: EmbeddingSet, clip: KnownClip | None) -> None:
    """The clip at hand, large, with its neighbours."""
    if clip is None:
        st.info("Click a point: its clip plays here, with its nearest neighbours.")
        return
    colours = label_colours(library.clip_table(folder, chosen.spec.recipe_key))
    play_large(clip, colours, key="map player", height_px=300)
    with st.container(horizontal=True):
        link_to("search", "Find similar")
        link_to("inside", "Look inside")
    _draw_neighbours(folder, chosen, clip, colours)


def _draw_neighbours(folder: WorkspaceFolder, chosen: EmbeddingSet, clip: KnownClip, colours: dict[str, str]) -> None:
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
    if picked is not None:
        state.choose_clip(picked)
        st.rerun()


def draw_selection(folder: WorkspaceFolder, chosen: EmbeddingSet, clip: KnownClip | None, *, flat: bool) -> None:
    """The clips that are selected on the map, as a gallery and to take away."""
    selected = current_selection(chosen.key)
    if not selected:
        st.caption(LASSO_HINT if flat else TURN_HINT)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Selection: {len(selected)} clips**")
        if st.button("Clear", key="clear selection", help="Or double-click the map."):
            forget_selection(chosen.key)
            st.rerun()
        order = _choose_order()
        _offer_files(folder, chosen.key, frozenset(selected))
    rows, scores = selecting.order_selection(folder, chosen.key, selected, order)
    colours = label_colours(library.clip_table(folder, chosen.spec.recipe_key))
    cards = cards_of(rows.iloc[:MOST_CARDS], colours, scores[:MOST_CARDS])
    picked = clip_gallery(cards, key="selection gallery", current=clip.clip_id if clip else None)
    if len(rows) > MOST_CARDS:
        st.caption(f"{len(rows) - MOST_CARDS} more are selected; the files have all of them.")
    if picked is not None and (clip is None or picked != clip.clip_id):
        state.choose_clip(picked)
        st.rerun()


def _choose_order() -> Order:
    picked: Order = st.segmented_control(
        "Order",
        ["time", "typical first", "unusual first"],
        default="time",
        required=True,
        key="selection order",
        label_visibility="collapsed",
        help="Typical clips point the way of the selection's mean; the number is their cosine similarity to it.",
    )
    return picked


def _offer_files(folder: WorkspaceFolder, set_key: str, selected: frozenset[int]) -> None:
    """The selection to take away; a file is packed when it is asked for."""
    kinds: dict[Format, str] = {
        "csv": "The clips as a table.",
        "parquet": "The clips as a table, typed.",
        "npz": "The clips' numbers and vectors.",
    }
    for ending, help_text in kinds.items():
        st.download_button(
            ending.upper() if ending != "parquet" else "Parquet",
            lambda ending=ending: selecting.pack_selection(folder, set_key, selected, ending),  # type: ignore[misc]
            f"selection.{ending}",
            key=f"selection {ending}",
            help=help_text,
            on_click="ignore",
        )
