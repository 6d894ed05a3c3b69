"""Map: every clip of the embedding set in one picture; what is picked there fills the gallery."""

import streamlit as st

from vidviz.ui import (
    frame,
    map_canvas,
    map_colour_controls,
    map_colours,
    map_controls,
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
        take_away = st.container(width="content")
    with st.container():  # always there, whether or not somebody waits in it: the map below keeps its place
        view = map_view.load_view(folder, chosen.key, wanted.spec, wanted.other)
        if choice.by == map_colours.SEEDS and wanted.other and view.other is None:
            map_view.await_map(folder, chosen.key, wanted.other)
    clip = state.current_clip(folder)
    with st.spinner(f"Colours by {choice.by}", show_time=True):
        colours = map_colours.colour_points(folder, chosen.key, view, choice, clip.clip_id if clip else None)
    with colour_box:
        map_colour_controls.draw_pickers(folder, choice.by, colours)
    kept = state.current_filter().keeps(view.rows)
    selected = map_selection.current_selection(folder, view)

    with take_away:
        take_away_panel.draw_take_away(
            folder,
            chosen,
            selected=selected,
            shown=None if kept.all() else frozenset(view.points.ids[kept].tolist()),
            picture=take_away_panel.ShownMap(view.points, colours, view.spec, view.note),
        )

    with st.container(key="side_by_side"):
        picture, panel = st.columns([7, 3], gap="medium")
    under = under_map.choose_panel()
    ways = trajectory_panel.followed_videos(folder, chosen.key, clip) if under == "trajectories" else []
    ribbons = trajectory_panel.ribbons_of(folder, ways)
    with picture:
        event = map_canvas.draw_map(folder, chosen, view, colours, looks, kept, selected, clip, ribbons)
        map_view.caption(view, chosen, int(kept.sum()), map_colours.explain(folder, chosen.key, view, choice, colours))
        map_view.offer_new_layout(folder, chosen.key, view)
    if map_selection.react(folder, event, view, kept):
        st.rerun()
    with panel, st.container(height=PANEL_PX, border=False):
        map_panel.draw_panel(folder, chosen, view, clip)

    under_map.draw_panel(under, folder, chosen, view, choice, clip, selected, kept, ways)
    frame.explain_random(chosen)
