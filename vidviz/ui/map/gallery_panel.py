"""Under the map: the selected clips, or those that the filter lets through, as a gallery to sort and to label."""

from __future__ import annotations

import streamlit as st

from vidviz.services.library.label_palette import label_colours
from vidviz.services.maps import selection_order
from vidviz.services.maps.selection_order import Order
from vidviz.ui import state
from vidviz.ui.components.cards import cards_of
from vidviz.ui.components.gallery_and_player import clip_gallery
from vidviz.ui.map.annotate_panel import draw_annotate
from vidviz.ui.map.map_scene import Scene
from vidviz.ui.map.map_selection import select
from vidviz.words import count_of

GALLERY = "selection gallery"
CARDS_SHOWN = "selection cards shown"
FIRST_CARDS, MORE_CARDS = 48, 144
LASSO_HINT = "Draw a lasso or a box on the map to fill a gallery. Shift adds, ctrl removes, double-click clears."
TURN_HINT = "Drag to turn, scroll to zoom. Lasso and box work in 2-D."


def draw_gallery(scene: Scene) -> None:
    """The selection, else what the filter lets through."""
    folder, chosen, selected = scene.folder, scene.chosen, scene.selected
    shown = selected or scene.filtered
    if not shown:
        st.caption(LASSO_HINT if scene.view.drawn.spec.dims == 2 else TURN_HINT)
        clip_gallery([], key=GALLERY)  # empty, but in the browser already when a lasso fills it
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{'Selection' if selected else 'Through the filter'}: {count_of(len(shown), 'clip')}**")
        if selected and st.button("Clear", key="clear selection", help="Or double-click the map."):
            select(folder, [])
            st.rerun()
        if not selected and st.button("Select all", key="select filtered", help="Select what the filter lets through."):
            select(folder, shown)
            st.rerun()
        order = _choose_order()
        draw_annotate(folder, chosen.spec.recipe_key, shown)
    rows, scores = selection_order.order_selection(folder, chosen.key, shown, order)
    count = _count_shown(shown)
    cards = cards_of(rows.iloc[:count], label_colours(folder), scores[:count], chosen.spec.precision)
    picked = clip_gallery(cards, key=GALLERY, current=scene.current)
    if len(rows) > count:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Show more", on_click=_show_more, args=(shown, count))
            st.caption(f"{len(rows) - count:,} more are meant; what you take away has all of them.")
    if picked is not None and picked != scene.current:
        state.choose_clip(picked)
        st.rerun()


def _count_shown(shown: frozenset[int]) -> int:
    """How many cards are drawn: a first screen at once, and more on request as long as the same clips are meant."""
    of, count = st.session_state.get(CARDS_SHOWN, (None, 0))
    return count if of == hash(shown) else FIRST_CARDS


def _show_more(shown: frozenset[int], count: int) -> None:
    st.session_state[CARDS_SHOWN] = (hash(shown), count + MORE_CARDS)


def _choose_order() -> Order:
    picked: Order = st.segmented_control(
        "Order",
        ["time", "typical first", "unusual first"],
        default="time",
        required=True,
        key="selection order",
        label_visibility="collapsed",
        **state.KEPT,
        help="Typical clips point the way of the mean of all these; the number is their cosine similarity to it.",
    )
    return picked
