"""Compare: two embedding sets of the same clips, side by side, and what they put near a clip."""

import streamlit as st

from vidviz.services import pairing
from vidviz.services.colouring import label_colours
from vidviz.ui import compare_maps, compare_numbers, compare_sets, frame, map_controls, messages, state
from vidviz.ui.compare_face_off import draw_face_off, find_face_off
from vidviz.ui.compare_sets import Comparison

folder = state.open_workspace()
first = messages.require_set(folder)

with messages.telling_errors():
    with st.container(horizontal=True, vertical_alignment="bottom"):
        second = compare_sets.choose_second(folder, first)
        k, across = compare_sets.choose_nearness()
    pair = pairing.pair_sets(folder, first.key, second.key, state.current_filter())
    if not len(pair):
        st.info("No clip is in both sets. Embed the same clips by both, or loosen the filter on top.")
        st.stop()
    comparison = Comparison(folder, pair, k, across, state.current_clip(folder), label_colours(folder))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = map_controls.choose_layout()
        by = compare_maps.choose_colour(comparison)
    maps = compare_maps.load_maps(comparison, wanted)
    faced = find_face_off(comparison)
    compare_maps.draw_maps(comparison, maps, compare_maps.colour_maps(comparison, maps, by), faced)
    draw_face_off(comparison, faced)
    compare_numbers.draw_numbers(comparison)
    frame.explain_random(first)
    frame.explain_random(second)
