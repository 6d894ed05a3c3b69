"""Search: find the scene, by clips, a video, an image or a sentence; and what search tells about the whole library."""

import streamlit as st

from vidviz.services.index import background_build
from vidviz.services.library import contents
from vidviz.services.library.label_palette import label_colours
from vidviz.services.search import search_run
from vidviz.ui import messages, state
from vidviz.ui.page_frame import page_parts
from vidviz.ui.search import (
    answer_view,
    ask_controls,
    engine_panel,
    example_tray,
    lab_view,
    search_options,
    search_view,
    whole_library,
)
from vidviz.ui.search.query_state import compose_query, tell_left_out

folder = state.open_workspace()
chosen = messages.require_set(folder)
table = contents.clip_table(folder, chosen.spec.recipe_key)
colours = label_colours(folder)

with st.container(horizontal=True, vertical_alignment="center"):
    view = search_view.choose_view()
    kind = ask_controls.choose_kind() if view == "search" else "clip"
if view == "library":
    whole_library.draw_whole(folder, chosen, colours)
    st.stop()
if view == "engine":
    engine_panel.draw_engine(folder, chosen)
    st.stop()
if view == "lab":
    lab_view.draw_lab(folder, chosen, colours)
    st.stop()

tell_left_out()
clip = state.current_clip(folder)
query = compose_query(kind, clip)
if not query and kind == "clip":
    search_view.offer_clips(table, colours)
    st.stop()

with st.container(key="side_by_side"):
    asked, answered = st.columns([1, 3], gap="medium")
with asked, st.container(key="the_question"), messages.telling_errors():
    st.html(f'<div id="{page_parts.QUESTION}"></div>')
    ask_controls.draw_query(folder, kind, clip, colours)
    example_tray.draw_tray(folder, colours)
with answered, messages.telling_errors():
    wanted = search_options.choose_options()
    ask_controls.invite(folder, chosen, kind, asked=bool(query))
    if not query:
        st.stop()
    if kind != "sentence":  # a sentence is one line, and is asked anew above its hits
        page_parts.put_answer_first()
    background_build.begin_where_large(folder, chosen.key, wanted.options.metric)
    engine_panel.draw_building(folder, chosen.key, wanted.options.metric)
    answer = search_run.search(folder, chosen.key, query, wanted.options)
    answer_view.draw_answer(answer, wanted, chosen, colours, None if clip is None else clip.clip_id)
    answer_view.draw_expression(answer)
    answer_view.draw_moments(folder, chosen, answer, wanted)
    with asked:
        if kind == "clip":
            answer_view.draw_why(answer, None if clip is None else clip.clip_id)
        answer_view.draw_spread(folder, chosen, answer, wanted)
