"""Compare: two embedding sets of the same clips, side by side, and what they put near a clip."""

import streamlit as st

from vidviz.services.compare import set_pairs
from vidviz.services.library.label_palette import label_colours
from vidviz.ui import messages, state
from vidviz.ui.compare import agreement_numbers, map_pair, set_choice
from vidviz.ui.compare.face_off import draw_face_off, find_face_off
from vidviz.ui.compare.set_choice import Comparison
from vidviz.ui.map import map_controls
from vidviz.ui.page_frame import page_parts

folder = state.open_workspace()
first = messages.require_set(folder)

with messages.telling_errors():
    with st.container(horizontal=True, vertical_alignment="bottom"):
        second = set_choice.choose_second(folder, first)
        k, across = set_choice.choose_nearness()
    pair = set_pairs.pair_sets(folder, first.key, second.key, state.current_filter())
    if not len(pair):
        st.info("No clip is in both sets. Embed the same clips by both, or loosen the filter on top.")
        st.stop()
    comparison = Comparison(folder, pair, k, across, state.current_clip(folder), label_colours(folder))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = map_controls.choose_layout()
        by = map_pair.choose_colour(comparison)
    maps = map_pair.load_maps(comparison, wanted)
    face_off = find_face_off(comparison)
    map_pair.draw_maps(comparison, maps, map_pair.colour_maps(comparison, maps, by), face_off)
    draw_face_off(comparison, face_off)
    agreement_numbers.draw_numbers(comparison)
    page_parts.explain_backbone(first)
    page_parts.explain_backbone(second)
