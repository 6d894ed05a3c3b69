"""Map: every clip of the embedding set in one picture; what is picked there fills the gallery."""

import streamlit as st

from vidviz.services import map_colouring
from vidviz.ui import (
    frame,
    map_canvas,
    map_colour_controls,
    map_controls,
    map_explained,
    map_panel,
    map_selection,
    map_view,
    messages,
    state,
    take_away_panel,
    trajectory_panel,
    under_map,
)

PANEL_PX = 645

folder = state.open_workspace()
chosen = messages.require_set(folder)

with messages.telling_errors():
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = map_controls.choose_map()
        num_clips = map_view.count_clips(folder, chosen.key)
        choice, colour_box = map_colour_controls.choose_colours(
            folder, chosen.spec.recipe_key, wanted.spec.method, num_clips
        )
        looks = map_canvas.choose_looks()
    with st.container():  # always there, whether or not somebody waits in it: the map below keeps its place
        view = map_view.load_view(folder, chosen.key, wanted.spec, wanted.other)
        if choice.by == map_colouring.SEEDS and wanted.other and view.drawn.other is None:
            map_view.await_map(folder, chosen.key, wanted.other)
    clip = state.current_clip(folder)
    with st.spinner(f"Colours by {choice.by}", show_time=True):
        colours = map_colouring.colour_points(folder, chosen.key, view.drawn, choice, clip.clip_id if clip else None)
    with colour_box:
        map_colour_controls.draw_pickers(folder, choice.by, colours)
    kept = state.current_filter().keeps(view.drawn.rows)
    selected = map_selection.current_selection(folder, view)

    with st.container(key="side_by_side"):
        picture, panel = st.columns([7, 3], gap="medium")
    with st.container(horizontal=True, vertical_alignment="center"):
        under = under_map.choose_panel()
        take_away_panel.draw_take_away(
            folder,
            chosen,
            selected=selected,
            shown=None if kept.all() else frozenset(view.points.ids[kept].tolist()),
            picture=take_away_panel.ShownMap(view.points, colours, view.drawn.spec, view.note),
        )
    ways = trajectory_panel.followed_videos(folder, chosen.key, clip) if under == "trajectories" else []
    ribbons = trajectory_panel.ribbons_of(folder, ways)
    with picture:
        map_canvas.draw_map(folder, chosen, view, colours, looks, kept, selected, clip, ribbons)
        map_view.caption(
            view, chosen, int(kept.sum()), map_explained.explain(folder, chosen.key, view.drawn, choice, colours)
        )
        map_view.offer_new_layout(folder, chosen.key, view)
    with panel, st.container(height=PANEL_PX, border=False):
        map_panel.draw_panel(folder, chosen, view, clip)

    under_map.draw_panel(under, folder, chosen, view, choice, clip, selected, kept, ways)
    frame.explain_random(chosen)
