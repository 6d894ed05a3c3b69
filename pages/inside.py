"""Inside: what the layers of a network answer to one clip, channel by channel, in time with it."""

import streamlit as st

from vidviz.services import library
from vidviz.services.colouring import label_colours
from vidviz.ui import inside_compare, inside_view, messages, search_view, state
from vidviz.ui.inside_attention import draw_attention
from vidviz.ui.inside_clip import step_clips
from vidviz.ui.inside_layers import draw_kernels, draw_numbers, draw_tree
from vidviz.ui.inside_panels import Closer, draw_panels
from vidviz.ui.inside_request import choose_network
from vidviz.ui.inside_take import draw_take
from vidviz.ui.inside_units import draw_best, draw_tube
from vidviz.ui.inside_vector import draw_vector
from vidviz.ui.inside_why import draw_why

PANELS = {
    "In numbers": draw_numbers,
    "Layers": draw_tree,
    "Why": draw_why,
    "One unit": draw_tube,
    "Attention": draw_attention,
    "Filters": draw_kernels,
    "Best clips": draw_best,
    "To the vector": draw_vector,
    "Take away": draw_take,
}

folder = state.open_workspace()
messages.require_clips(folder)
chosen = state.current_set(folder)
clip = state.current_clip(folder)
if clip is None:
    table = library.clip_table(folder, chosen.spec.recipe_key if chosen else None)
    search_view.offer_clips(table, label_colours(folder))
    st.stop()

way = inside_compare.recall_way()
request = choose_network(chosen, comparing=way != inside_compare.NOTHING)
step_clips(folder, clip)
way = inside_compare.choose_way()
with messages.telling_errors():
    inspection = inside_view.inspect(folder, clip, request.backbone, request.weights, request.layers)
    inside_view.mark(inspection, chosen)
    other, title = inside_compare.show_other(folder, clip, chosen, request, way)
    if other is not None:
        inside_view.mark(other, chosen)
    inside_view.draw_film(inspection, request, other, (inside_compare.clip_title(clip), title))
    draw_panels(Closer(folder, clip, chosen, request, inspection), PANELS)
