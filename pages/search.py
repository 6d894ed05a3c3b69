"""Search: find the scene, by clips, a video, an image or a sentence; and what search tells about the whole library."""

import streamlit as st

from vidviz.services import index_building, library, searching
from vidviz.services.colouring import label_colours
from vidviz.ui import (
    engine_panel,
    frame,
    messages,
    search_answer,
    search_ask,
    search_lab,
    search_options,
    search_tray,
    search_view,
    search_whole,
    state,
)
from vidviz.ui.search_query import compose_query, tell_left_out

folder = state.open_workspace()
chosen = messages.require_set(folder)
table = library.clip_table(folder, chosen.spec.recipe_key)
colours = label_colours(folder)

with st.container(horizontal=True, vertical_alignment="center"):
    view = search_view.choose_view()
    kind = search_ask.choose_kind() if view == "search" else "clip"
if view == "library":
    search_whole.draw_whole(folder, chosen, colours)
    st.stop()
if view == "engine":
    engine_panel.draw_engine(folder, chosen)
    st.stop()
if view == "lab":
    search_lab.draw_lab(folder, chosen, colours)
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
    st.html(f'<div id="{frame.QUESTION}"></div>')
    search_ask.draw_query(folder, kind, clip, colours)
    search_tray.draw_tray(folder, colours)
with answered, messages.telling_errors():
    wanted = search_options.choose_options()
    search_ask.invite(folder, chosen, kind, asked=bool(query))
    if not query:
        st.stop()
    if kind != "sentence":  # a sentence is one line, and is asked anew above its hits
        frame.put_answer_first()
    index_building.begin_where_large(folder, chosen.key, wanted.options.metric)
    engine_panel.draw_building(folder, chosen.key, wanted.options.metric)
    answer = searching.search(folder, chosen.key, query, wanted.options)
    search_answer.draw_answer(answer, wanted, chosen, colours, None if clip is None else clip.clip_id)
    search_answer.draw_expression(answer)
    search_answer.draw_moments(folder, answer, wanted)
    with asked:
        if kind == "clip":
            search_answer.draw_why(answer, None if clip is None else clip.clip_id)
        search_answer.draw_spread(folder, chosen, answer, wanted)
