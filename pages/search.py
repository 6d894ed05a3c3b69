"""Search: a clip's nearest neighbours, with scores and previews that play just the clip."""

import streamlit as st

from vidviz.services import library, searching
from vidviz.services.colouring import label_colours
from vidviz.ui import frame, messages, search_view, state
from vidviz.ui.cards import play_large
from vidviz.ui.components import clip_gallery

HITS = [6, 12, 24, 48, 96, 240, 1000]

folder = state.open_workspace()
chosen = messages.require_set(folder)

table = library.clip_table(folder, chosen.spec.recipe_key)
colours = label_colours(folder)
clip = state.current_clip(folder)
if clip is None:
    search_view.offer_clips(table, colours)
    st.stop()

with st.container(key="side_by_side"):
    query, answer = st.columns([1, 3], gap="medium")
with query:
    st.caption("Like this clip")
    play_large(clip, colours, key="query player", height_px=260)
    search_view.draw_links()
with answer:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        k = st.selectbox("Hits", HITS, index=HITS.index(24), key="search hits", width=110, bind="query-params")
        with_self = st.toggle(
            "Show the clip itself", value=True, key="search self", help="It is always nearest to itself."
        )
    with messages.telling_errors():
        found = searching.search_by_clip(folder, chosen.key, clip.clip_id, int(k), include_self=with_self)
        cards = search_view.cards_of_hits(found.hits, colours)
        st.caption(f"{len(found.hits)} hits by cosine similarity · {found.engine}")
        if found.note:
            st.caption(found.note)
        picked = clip_gallery(cards, key="search hits gallery", columns=6, current=clip.clip_id)
        frame.explain_random(chosen)
        if picked is not None and picked != clip.clip_id:
            state.choose_clip(picked)
            st.rerun()
