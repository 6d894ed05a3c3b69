"""Map: every clip of the embedding set in one picture; what is picked there fills the gallery."""

import numpy as np
import pandas as pd
import streamlit as st

from vidviz.services import library
from vidviz.ui import frame, map_colours, map_panel, map_view, messages, state
from vidviz.ui.cards import MOST_CARDS, cards_of, label_colours
from vidviz.ui.components import clip_gallery, clip_map

folder = state.open_workspace()
if library.count_library(folder)[1] == 0:
    messages.nothing_imported()
chosen = state.current_set(folder)
if chosen is None:
    messages.nothing_embedded()

with st.container(horizontal=True, vertical_alignment="bottom"):
    projection = map_view.choose_projection()
    dims = map_view.choose_dimensions()
    columns = map_colours.colour_choices(folder, chosen.spec.recipe_key)
    colour_by = st.selectbox("Colour by", columns, key="map colour", width=180, bind="query-params")

with messages.telling_errors():
    view = map_view.load_view(folder, chosen.key, projection, dims)
    colours = map_colours.colour_points(folder, chosen.key, view, colour_by)
    clip = state.current_clip(folder)
    selected = map_panel.current_selection(chosen.key)

    picture, panel = st.columns([7, 3], gap="medium")
    with picture:
        event = clip_map(
            view.points,
            key="clip map",
            colours=colours,
            height_px=600,
            selected_ids=selected or None,
            current=clip.clip_id if clip else None,
            view_key=view.key,
        )
        map_view.caption(view, chosen)
    if map_panel.react(event, view, chosen.key):
        st.rerun()
    with panel:
        map_panel.draw_panel(folder, chosen, clip)

    table = library.clip_table(folder, chosen.spec.recipe_key)
    rows = table[table["clip_id"].isin(selected)] if selected else pd.DataFrame()
    if selected:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Selection: {len(rows)} clips**")
            if st.button("Clear", key="clear selection", help="Or double-click the map."):
                map_panel.forget_selection(chosen.key)
                st.rerun()
            st.download_button(
                "CSV", rows.to_csv(index=False).encode(), "selection.csv", "text/csv", help="The clips as a table."
            )
        shown = rows.iloc[:MOST_CARDS]
        picked = clip_gallery(
            cards_of(shown, label_colours(table)), key="selection gallery", current=clip.clip_id if clip else None
        )
        if len(rows) > MOST_CARDS:
            st.caption(f"{len(rows) - MOST_CARDS} more are selected; the CSV has all of them.")
        if picked is not None and (clip is None or picked != clip.clip_id):
            state.choose_clip(picked)
            st.rerun()
    elif not np.size(view.points.ids):
        st.info("The set holds no vectors yet.")
    else:
        st.caption("Draw a lasso or a box on the map to fill a gallery. Shift adds, ctrl removes, double-click clears.")
    frame.explain_random(chosen)
