"""Ways of asking: a clip, a stretch of a video, an image or frame, a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from vidviz.errors import VidvizError
from vidviz.log.told_errors import sentence_of
from vidviz.records import EmbeddingSet
from vidviz.services.library import contents
from vidviz.services.library.contents import KnownClip
from vidviz.services.search import query_files, query_support
from vidviz.services.search.queries import LONGEST_SENTENCE, Query
from vidviz.services.search.query_folder import AskedFile
from vidviz.ui import state
from vidviz.ui.components.cards import play_large
from vidviz.ui.components.gallery_and_player import ShownClip, clip_player
from vidviz.ui.components.timeline import Slot, timeline
from vidviz.ui.plain_text import plain
from vidviz.ui.search.query_state import FRAME_MOMENT, KIND, KINDS, keep_query, kept_query
from vidviz.ui.search.search_view import draw_links
from vidviz.ui.sitemap import link_to
from vidviz.workspace_folder import WorkspaceFolder

FIRST_STRETCH_SECONDS = 2.0
UPLOADED = "asked with upload"
INVITATIONS = {
    "clip": "Choose the clip to start from.",
    "video": "Upload a video or choose one of the library, and draw a stretch on its strip.",
    "image": "Upload an image, or choose a clip first and ask with one of its frames.",
    "sentence": "Write what is to be seen.",
}
MOST_OFFERED = 4
LARGEST_ASKED_MB = 200
"""Streamlit holds what is asked with in memory; a larger video is imported, and asked with from the library."""


def choose_kind() -> str:
    """Which way of asking is open."""
    chosen = st.segmented_control(
        "Ask with",
        KINDS,
        label_visibility="collapsed",
        default="clip",
        required=True,
        key=KIND,
        bind="query-params",
        help="A clip of the library, a stretch of any video, a single image or frame (for networks that see frames one "
        "by one), or a sentence (CLIP and X-CLIP).",
    )
    return str(chosen or "clip")


def invite(folder: WorkspaceFolder, chosen: EmbeddingSet, kind: str, *, asked: bool) -> None:
    """What to do to ask in this way; where the set does not understand it, sets that do."""
    unfit = query_support.say_unfit(chosen.spec, kind)
    if not asked:
        st.info(plain(unfit or INVITATIONS[kind]))
    if not unfit:
        return
    fitting = query_support.fitting_sets(folder, kind)[:MOST_OFFERED]
    for found in fitting:
        st.button(
            f"Ask {plain(found.spec.title)}", key=f"ask set {found.key}", on_click=state.choose_set, args=(found.key,)
        )
    if not fitting:
        st.caption("No embedding set here understands that yet.")
        link_to("library", "Embed in the Library")


def draw_query(folder: WorkspaceFolder, kind: str, clip: KnownClip | None, colours: Mapping[str, str]) -> None:
    """What is asked with, playing, with the controls to change it."""
    if kind == "video":
        _draw_video(folder)
    elif kind == "image":
        _draw_image(folder, clip, colours)
    elif kind == "sentence":
        _draw_sentence()
    elif clip is not None:
        st.caption("Like this clip")
        play_large(clip, colours, key="query player", height_px=260)
        draw_links()


def _draw_sentence() -> None:
    kept = kept_query()
    text = st.text_input(
        "What is to be seen",
        value=kept.sentence,
        key="search sentence",
        max_chars=LONGEST_SENTENCE,
        placeholder="a whale leaps out of the water",
        help="Answered by embedding sets of clip_b32 and xclip_b32, whose networks put sentences among the clips.",
    )
    if (text or "") != kept.sentence:
        keep_query(replace(kept, sentence=text or ""))
        st.rerun()


def _draw_video(folder: WorkspaceFolder) -> None:
    kept = kept_query()
    _receive(folder, "A video to ask with", still=False)
    table = contents.clip_table(folder).drop_duplicates("video_id")
    names = dict(zip(table["video_id"], table["video"], strict=True))
    picked = st.selectbox(
        "or one of the library",
        ["", *names],
        index=1 + list(names).index(kept.video) if kept.video in names else 0,
        format_func=lambda video_id: names.get(video_id, "choose a video"),
        key=f"asked video {kept.video}",
    )
    if picked and picked != kept.video:
        keep_query(replace(kept, video=picked, seconds=None))
        st.rerun()
    if kept.video:
        try:
            _draw_stretch(query_files.find_file(folder, kept.video), kept)
        except VidvizError as error:
            st.error(plain(sentence_of(error)))


def _draw_stretch(asked: AskedFile, kept: Query) -> None:
    whole = asked.duration_seconds
    start, end = kept.seconds or (0.0, min(FIRST_STRETCH_SECONDS, whole))
    slots = [Slot(poster.clip_id, poster.start_seconds, poster.end_seconds) for poster in asked.posters]
    event = timeline(
        whole,
        slots,
        key=f"asked strip {asked.token}",
        stretch=(start, min(end, whole)),
        draws_stretch=True,
        title=f"Draw a stretch of {asked.name}",
    )
    under = next((poster.clip_id for poster in asked.posters if start < poster.end_seconds), 0)
    shown = ShownClip(under, asked.token, start, max(end, start + 0.05), asked.name)
    clip_player(shown, key="query player", aspect_ratio=asked.aspect_ratio, height_px=240, frame_rate=asked.frame_rate)
    if event.stretch is not None and event.stretch != kept.seconds:
        keep_query(replace(kept, seconds=event.stretch))
        st.rerun()
    if kept.seconds is None:
        keep_query(replace(kept, seconds=(start, end)))
        st.rerun()


def _draw_image(folder: WorkspaceFolder, clip: KnownClip | None, colours: Mapping[str, str]) -> None:
    kept = kept_query()
    _receive(folder, "An image to ask with", still=True)
    if kept.image:
        try:
            asked = query_files.find_file(folder, kept.image)
        except VidvizError as error:
            st.error(plain(sentence_of(error)))
        else:
            st.image(asked.path.read_bytes(), width=260)
            st.text(asked.name)
        if st.button("Without this image"):
            keep_query(replace(kept, image=""))
            st.rerun()
        return
    if clip is None:
        st.caption("Upload an image, or choose a clip first and ask with one of its frames.")
        return
    st.caption("or with a frame of the clip at hand")
    play_large(clip, colours, key="query player", height_px=220)
    st.slider("Where in the clip", 0.0, 1.0, 0.5, 0.01, key=FRAME_MOMENT, bind="query-params")


def _receive(folder: WorkspaceFolder, label: str, *, still: bool) -> None:
    """Take an upload once, and ask with it."""
    upload = st.file_uploader(label, key=f"{label} upload", max_upload_size=LARGEST_ASKED_MB)
    if upload is None or st.session_state.get(UPLOADED) == upload.file_id:
        return
    st.session_state[UPLOADED] = upload.file_id
    try:
        with st.spinner(f"Reading {'the image' if still else 'the video'}"):
            asked = query_files.receive_file(folder, upload.name, upload, still=still)
    except VidvizError as error:
        st.error(plain(sentence_of(error)))
        return
    kept = kept_query()
    keep_query(replace(kept, image=asked.token) if still else replace(kept, video=asked.token, seconds=None))
    st.rerun()
