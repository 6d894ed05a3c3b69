"""The clip at hand between two networks: who is near it by A alone, by both, by B alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from vidviz.services.compare import set_agreement
from vidviz.services.compare.set_agreement import FaceOff, RankedClip
from vidviz.services.library import contents
from vidviz.ui.compare.set_choice import Comparison
from vidviz.ui.components.cards import cards_of
from vidviz.ui.components.clip_choice import choose_among
from vidviz.ui.plain_text import plain

MOST_LINES = 10
CARD_PX = 120


def find_face_off(comparison: Comparison) -> FaceOff | None:
    """The nearest of the clip at hand by both sets; None where there is none at hand, or a set lacks it."""
    if comparison.clip is None:
        return None
    return set_agreement.face_off(
        comparison.pair,
        comparison.clip.clip_id,
        comparison.k,
        other_videos_only=comparison.other_videos_only,
    )


def nearest_ids(found: FaceOff | None) -> tuple[list[int], list[int]]:
    """The nearest clips by A and by B, nearest first, as many as the maps have lines to."""
    if found is None:
        return [], []
    first = sorted((*found.only_first, *found.both), key=lambda face_off: face_off.first_rank)
    second = sorted((*found.only_second, *found.both), key=lambda face_off: face_off.second_rank)
    return [face_off.clip_id for face_off in first[:MOST_LINES]], [face_off.clip_id for face_off in second[:MOST_LINES]]


def draw_face_off(comparison: Comparison, found: FaceOff | None) -> None:
    """The nearest clips of the clip at hand in three groups."""
    st.markdown(
        "#### Face-off",
        help="A 3 · B 57: third nearest by A, 57th by B. Ranks and not cosines: those of two networks say nothing "
        "beside each other.",
    )
    clip = comparison.clip
    if clip is None:
        st.info("Click a point on either map: its nearest clips by A and by B stand here side by side.")
        return
    if found is None:
        st.info("The clip at hand is not in both sets, or the filter leaves it out. Click a point on either map.")
        return
    if not found.candidates:
        st.info("All clips are of this one video. Let its own clips count: switch off *Other videos only*.")
        return
    st.markdown(
        f"**{len(found.both)} of {found.num_counted}** nearest clips of {plain(clip.video)}, "
        f"{clip.start_seconds:.1f}–{clip.end_seconds:.1f} s, are shared."
    )
    groups = (
        ("Near by A alone", found.only_first),
        ("Near by both", found.both),
        ("Near by B alone", found.only_second),
    )
    for column, (heading, face_off) in zip(st.columns(3, gap="medium"), groups, strict=True):
        with column:
            st.markdown(f"**{heading}** · {len(face_off)}")
            _draw_group(comparison, face_off, heading)


def _draw_group(comparison: Comparison, face_off: Sequence[RankedClip], heading: str) -> None:
    if not face_off:
        st.caption("None.")
        return
    rows = contents.clip_rows(comparison.folder, [one.clip_id for one in face_off])
    cards = [
        replace(card, score=f"A {one.first_rank} · B {one.second_rank}")
        for card, one in zip(cards_of(rows, comparison.colours), face_off, strict=True)
    ]
    choose_among(cards, key=f"face-off {heading}", columns=4, card_width_px=CARD_PX, title=heading)
