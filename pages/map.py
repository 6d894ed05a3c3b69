"""Map: every clip of the embedding set in one picture; what is picked there fills the gallery."""

import streamlit as st

from vidviz.services.library import embedding_sets
from vidviz.ui import messages, state
from vidviz.ui.map import (
    clip_panel,
    colour_controls,
    lower_panels,
    map_canvas,
    map_controls,
    map_scene,
    take_away_panel,
)
from vidviz.ui.page_frame import page_parts

folder = state.open_workspace()
chosen = messages.require_set(folder)

with messages.telling_errors():
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = map_controls.choose_map()
        num_clips = embedding_sets.count_embedded(folder, chosen.key)
        choice, colour_box = colour_controls.choose_colours(folder, chosen, wanted.spec.method, num_clips)
        looks = map_canvas.choose_looks()
    with st.container():  # always there, whether or not somebody waits in it: the map below keeps its place
        scene = map_scene.set_scene(folder, chosen, wanted, choice)
    with colour_box:
        colour_controls.draw_pickers(scene)
    with st.container(key="side_by_side"):
        picture, panel = st.columns([7, 3], gap="medium")
    below = st.container()
    with below, st.container(horizontal=True, vertical_alignment="center"):
        under = lower_panels.choose_panel()
        picture_of = take_away_panel.ShownMap(scene.view.points, scene.colours, scene.view.drawn.spec, scene.view.note)
        take_away_panel.draw_take_away(
            folder, chosen, selected=scene.selected, shown=scene.filtered, picture=picture_of
        )

    # The gallery first: it is what a lasso asks for, and the browser is busy while it draws the map.
    if under == "gallery":
        with below:
            lower_panels.draw_panel(under, scene)
    with picture:
        map_canvas.draw_map(scene, looks, lower_panels.find_followed(under, scene))
    with panel:
        clip_panel.draw_panel(scene)
    if under != "gallery":
        with below:
            lower_panels.draw_panel(under, scene)
    page_parts.explain_backbone(chosen)
    map_scene.read_ahead(scene)
