"""Inside: what the layers of a network answer to one clip, channel by channel, in time with it."""

import streamlit as st

from vidviz.services import library
from vidviz.services.colouring import label_colours
from vidviz.ui import inside_view, messages, search_view, state

folder = state.open_workspace()
messages.require_clips(folder)
chosen = state.current_set(folder)
clip = state.current_clip(folder)
if clip is None:
    table = library.clip_table(folder, chosen.spec.recipe_key if chosen else None)
    search_view.offer_clips(table, label_colours(folder))
    st.stop()

request = inside_view.choose_network(chosen)
with messages.telling_errors():
    inspection = inside_view.inspect(folder, clip, request)
    inside_view.mark(inspection, chosen)
    inside_view.draw_film(inspection, request)
    inside_view.draw_energy(inspection)
    inside_view.draw_layers(inspection)
