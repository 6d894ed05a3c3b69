"""What stands around every page: the space bar on top, the clip at hand and the jobs in the sidebar."""

from __future__ import annotations

import streamlit as st

from vidviz.records import EmbeddingSet
from vidviz.services.backbones import backbone_choices
from vidviz.services.backbones.fed_frames import as_sentence
from vidviz.services.library import contents, embedding_sets, workspaces
from vidviz.services.library.label_palette import label_colours
from vidviz.ui import state
from vidviz.ui.components.cards import card_of
from vidviz.ui.components.gallery_and_player import clip_gallery
from vidviz.ui.components.history import keep_history
from vidviz.ui.page_frame import filter_bar
from vidviz.ui.page_frame.jobs_panel import show_jobs
from vidviz.ui.plain_text import plain
from vidviz.ui.sitemap import SECTIONS, link_to
from vidviz.words import count_of
from vidviz.workspace_folder import WorkspaceFolder

PICKER = "set picker"
RANDOM_NOTE = "random weights: this network was never trained"


STYLE = """<style>
.stAppHeader { height: 2.4rem; min-height: 2.4rem; background: transparent; }
.stMainBlockContainer { padding: 2.2rem 1.6rem 3rem; max-width: 1680px; }
@media (max-width: 1100px) {
  [class*=st-key-side_by_side] [data-testid=stHorizontalBlock]:has(> [data-testid=stColumn]) { flex-direction: column; }
  [class*=st-key-side_by_side] [data-testid=stColumn] { width: 100%; min-width: 100%; flex: 1 1 100%; }
}
.stSidebar [data-testid=stSidebarUserContent] { padding-bottom: 1rem; }
@media (min-width: 1101px) { [data-testid=stLayoutWrapper]:has(> .st-key-narrow_only) { display: none; } }
[data-testid=stElementContainer]:has(#the-question) { margin-bottom: -1rem; }
</style>"""
ANSWER_FIRST = """<style>
@media (max-width: 1100px) {
  .st-key-side_by_side [data-testid=stHorizontalBlock]:has(.st-key-the_question) {
    flex-direction: column-reverse;
  }
}
</style>"""
QUESTION = "the-question"


def tighten() -> None:
    """Less air above and beside the page than Streamlit leaves: the map and the videos want it."""
    st.html(STYLE)


def put_answer_first() -> None:
    """On a narrow screen the answer stands above the question, with a link to it; a wide one has them side by side."""
    with st.container(key="narrow_only"):
        st.html(ANSWER_FIRST)
        st.markdown(f"[The question, and how high its scores are, is below](#{QUESTION})")


def draw_space_bar(folder: WorkspaceFolder) -> None:
    """Workspace · embedding set · clips, in one line over every page."""
    every = {found.key: found for found in embedding_sets.list_sets(folder)}
    chosen = state.current_set(folder)
    num_videos, num_clips = contents.count_library(folder)
    with st.container(horizontal=True, vertical_alignment="center", key="space_bar"):
        st.markdown("**vidviz**")
        st.caption(
            f"{folder.path.name} · {count_of(num_videos, 'video')} · {count_of(num_clips, 'clip')}",
            help=f"Workspace: {folder.path}",
        )
        if not workspaces.is_writable(folder):
            st.badge("read-only", color="orange")
        if chosen is None:
            st.caption("nothing embedded yet")
            return
        # The session decides, the picker shows it: left to itself the widget would hold on to its own value.
        st.session_state[PICKER] = chosen.key
        st.selectbox(
            "Embedding set",
            list(every),
            format_func=lambda key: every[key].spec.title,
            label_visibility="collapsed",
            width=420,
            key=PICKER,
            on_change=lambda: state.choose_set(st.session_state[PICKER]),
            help=f"Backbone · layer · pooling · recipe. All pages show this one. {as_sentence(chosen.spec)}",
        )
        mark_weights(chosen)
        filter_bar.draw_filter(folder, chosen.spec.recipe_key)


def tell_lost(folder: WorkspaceFolder, page: str) -> None:
    """Say what a link names that is not here, and what is shown instead; on the page that it leads to."""
    if page not in _page_names():
        return
    state.current_clip(folder)  # the set was looked for by the space bar
    for sentence in state.lost_on(page):
        st.warning(plain(sentence))


def mark_weights(chosen: EmbeddingSet) -> None:
    """Say which weights are behind what is shown; random ones stand out."""
    if chosen.spec.random_weights:
        st.badge(RANDOM_NOTE, color="orange")
    else:
        st.badge(chosen.spec.weights, color="gray")


def draw_sidebar(folder: WorkspaceFolder) -> None:
    """The clip at hand with its links, then the jobs; what keeps the browser's history short shows nothing."""
    clip = state.current_clip(folder)
    with st.sidebar:
        if clip is not None:
            st.caption("The clip at hand")
            colours = label_colours(folder)
            clip_gallery([card_of(clip, colours)], key="clip at hand", columns=1, card_width_px=200)
            with st.container(horizontal=True, gap="small"):
                link_to("map", "Map", "This clip on the map.")
                link_to("search", "Similar", "Clips that are like this one.")
            with st.container(horizontal=True, gap="small"):
                link_to("inside", "Inside", "What a network sees in this clip.")
                link_to("compare", "Compare", "What two networks put near this clip.")
        show_jobs(folder)
        keep_history(_page_names())


def _page_names() -> list[str]:
    return [name for pages in SECTIONS.values() for name in pages]


def explain_backbone(chosen: EmbeddingSet) -> None:
    """A line under results of a network that was never trained, or that knows a small world alone."""
    if knows := "" if chosen.spec.random_weights else backbone_choices.say_knows(chosen.spec.backbone):
        st.caption(f"{chosen.spec.backbone}: {knows} What is near elsewhere need not be alike.")
    if chosen.spec.random_weights:
        st.caption(
            f":orange[{chosen.spec.backbone} has {RANDOM_NOTE}.] What is near here is near in raw colour and "
            "layout, not in meaning."
        )
