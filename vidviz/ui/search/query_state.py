"""What the Search page is asked with, as the session and the URL keep it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from vidviz.services.library.contents import KnownClip
from vidviz.services.library.url_text import loses_parts
from vidviz.services.search.queries import LESS, Example, Query, read_query
from vidviz.ui import state
from vidviz.ui.components.gallery_and_player import voted_clips

KINDS = ("clip", "video", "image", "sentence")
KIND = "ask"
FRAME_MOMENT = "frame moment"


def kept_query() -> Query:
    """All that was chosen to ask with, whichever way of asking is open."""
    return read_query(state.recall("query") or "")


def tell_left_out() -> None:
    """Say so where the URL asks for more than can be read."""
    if loses_parts(state.recall("query") or "", kept_query().text_form):
        st.caption("The query in the URL cannot be read as a whole; what cannot be read is left out.")


def keep_query(query: Query) -> None:
    """Keep it, for this session and in the URL."""
    state.remember("query", query.text_form or None)


def compose_query(kind: str, clip: KnownClip | None) -> Query:
    """What the open way of asking asks for, with the tray."""
    kept = kept_query()
    tray = Query(examples=kept.examples)
    if kind == "sentence":
        return replace(tray, sentence=kept.sentence)
    if kind == "video":
        return replace(tray, video=kept.video, seconds=kept.seconds)
    if kind == "image":
        return replace(tray, image=kept.image) if kept.image else frame_query(tray, clip)
    return with_clip_at_hand(tray, clip)


def frame_query(tray: Query, clip: KnownClip | None) -> Query:
    """A frame of the clip at hand."""
    if clip is None:
        return tray
    share = float(st.session_state.get(FRAME_MOMENT, 0.5))
    moment = round(clip.start_seconds + share * (clip.end_seconds - clip.start_seconds) * 0.999, 3)
    return replace(tray, video=clip.video_id, seconds=(moment, moment))


def with_clip_at_hand(tray: Query, clip: KnownClip | None) -> Query:
    """The tray with the clip at hand first, unless it lies there already."""
    if clip is None or any(example.clip_id == clip.clip_id for example in tray.examples):
        return tray
    return Query((Example(clip.clip_id), *tray.examples))


def vote(key: str) -> None:
    """Put the clips that were voted for on the tray: more like it, or less; the same vote again takes it off."""
    kept = kept_query()
    for clip_id, more in voted_clips(key):
        weight = 1.0 if more else LESS
        known = next((example.weight for example in kept.examples if example.clip_id == clip_id), 0.0)
        kept = kept.with_example(clip_id, 0.0 if known * weight > 0 else weight)
    keep_query(kept)
