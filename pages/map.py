"""Map: every clip of the embedding set in one picture; what is picked there fills the gallery."""

import streamlit as st

from vidviz.ui import findings_panel, frame, map_colours, map_panel, map_view, messages, state
from vidviz.ui.map_component import clip_map

PANEL_PX = 645

folder = state.open_workspace()
chosen = messages.require_set(folder)

with st.container(horizontal=True, vertical_alignment="bottom"):
    projection = map_view.choose_projection()
    dims = map_view.choose_dimensions()
    spec = map_view.choose_parameters(projection, dims)
    columns = map_colours.colour_choices(folder, chosen.spec.recipe_key)
    colour_by = st.selectbox("Colour by", columns, key="map colour", width=180, bind="query-params")

with messages.telling_errors():
    with st.container():  # always there, whether or not somebody waits in it: the map below keeps its place
        view = map_view.load_view(folder, chosen.key, spec)
    clip = state.current_clip(folder)
    current = clip.clip_id if clip else None
    colours = map_colours.colour_points(folder, chosen.key, view, colour_by, current)
    selected = map_panel.current_selection(chosen.key)

    with st.container(key="side_by_side"):
        picture, panel = st.columns([7, 3], gap="medium")
    with picture:
        event = clip_map(
            view.points,
            key="clip map",
            colours=colours,
            height_px=600,
            selected_ids=selected or None,
            current=current,
            lines=map_panel.neighbour_lines(folder, chosen.key, current),
            view_key=view.key,
        )
        map_view.caption(view, chosen, map_colours.explain(folder, chosen.key, view, colour_by, colours))
    if map_panel.react(event, view, chosen.key):
        st.rerun()
    with panel, st.container(height=PANEL_PX, border=False):
        map_panel.draw_panel(folder, chosen, clip)

    map_panel.draw_selection(folder, chosen, clip, flat=dims == 2)
    findings_panel.draw_findings(folder, chosen)
    frame.explain_random(chosen)
