"""Inside: what the layers of a network answer to one clip, channel by channel, in time with it."""

import streamlit as st

from vidviz.services.library import contents
from vidviz.services.library.label_palette import label_colours
from vidviz.ui import messages, state
from vidviz.ui.inside import film_comparison, film_view
from vidviz.ui.inside.attention_panel import draw_attention
from vidviz.ui.inside.channel_panels import draw_best, draw_tube
from vidviz.ui.inside.clip_steps import step_clips
from vidviz.ui.inside.closer_panels import PanelContext, draw_panels
from vidviz.ui.inside.film_download import draw_take
from vidviz.ui.inside.inside_request import choose_backbone
from vidviz.ui.inside.layer_panels import draw_kernels, draw_numbers, draw_tree
from vidviz.ui.inside.vector_panel import draw_vector
from vidviz.ui.inside.view_choice import choose_view
from vidviz.ui.inside.why_panel import draw_why
from vidviz.ui.search import search_view

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
    table = contents.clip_table(folder, chosen.spec.recipe_key if chosen else None)
    search_view.offer_clips(table, label_colours(folder))
    st.stop()

beside = film_comparison.recall_comparison()
request = choose_backbone(folder, chosen, comparing=beside != film_comparison.NOTHING)
step_clips(folder, clip)
beside = film_comparison.choose_comparison()
with messages.telling_errors():
    view = choose_view(folder, clip, request)
    what = folder, clip, request.backbone, request.weights, request.layers
    inspection = film_view.inspect(*what, sampling=request.sampling, view=view)
    film_view.mark(inspection, chosen)
    other, title = film_comparison.show_other(folder, clip, chosen, request, beside, view)
    if other is not None:
        film_view.mark(other, chosen)
    film_view.draw_film(inspection, request, other, (film_comparison.clip_title(clip), title))
    draw_panels(PanelContext(folder, clip, chosen, request, inspection), PANELS)
