"""How alike two sets are in numbers: shared neighbours, CKA, by label, and the clips that they disagree on most."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from vidviz.records import LABEL
from vidviz.render.compare_figures import overlap_bars, overlap_curve
from vidviz.services.compare import set_agreement
from vidviz.services.compare.set_agreement import MOST_NEIGHBOURS, Neighbourhoods
from vidviz.services.library import contents
from vidviz.ui.compare.set_choice import Comparison, find_near
from vidviz.ui.components.cards import cards_of
from vidviz.ui.components.clip_choice import choose_among
from vidviz.words import count_of

MOST_LABELS = 20
DISAGREEING = 16
PLAIN = {"displayModeBar": False}


def draw_numbers(comparison: Comparison) -> None:
    """Both measures, how they come about, and where the two disagree."""
    st.markdown("#### How alike")
    pair = comparison.pair
    near = find_near(comparison)
    with st.spinner("CKA", show_time=True):
        alignment = set_agreement.align_sets(pair)
    shared, chance = near.overlap(comparison.k), near.chance(comparison.k)
    if not np.isfinite(shared).any():
        st.caption("No clip has a neighbour that counts.")
        return
    with st.container(key="side_by_side_numbers"):
        numbers, curve, labels = st.columns([2, 3, 3], gap="medium")
    with numbers:
        st.metric(
            f"Neighbours in common, of {comparison.k}",
            f"{np.nanmean(shared):.1%}",
            f"by chance {np.nanmean(chance):.1%}",
            delta_color="off",
            delta_arrow="off",
            help="The mean part of each clip's nearest by A that are among its nearest by B: mutual nearest neighbours "
            "(Huh et al. 2024). It looks at what is near and at nothing else.",
        )
        st.metric(
            "CKA",
            "unknown" if np.isnan(alignment.cka) else f"{alignment.cka:.3f}",
            None if np.isnan(alignment.by_chance) else f"unrelated below {alignment.by_chance:.3f}",
            delta_color="off",
            delta_arrow="off",
            help="Centred kernel alignment, linear and without bias: 1 where B is A turned and scaled, about 0 where "
            "they have nothing in common (Kornblith et al. 2019; estimator of Song et al. 2012). It looks at the whole "
            "arrangement. 19 of 20 unrelated pairs stay below the second number.",
        )
        _tell_sample(near, alignment.num_clips)
    with curve:
        _draw_curve(near, comparison.k)
    with labels:
        _draw_labels(comparison, near.ids, shared, float(np.nanmean(chance)))
    _draw_disagreeing(comparison, near.ids, shared)


def _tell_sample(near: Neighbourhoods, num_aligned: int) -> None:
    if len(near.ids) < near.num_clips:
        st.caption(f"Neighbours of {count_of(len(near.ids), 'clip')} drawn by chance, among all {near.num_clips:,}.")
    if num_aligned < near.num_clips:
        st.caption(f"CKA of {count_of(num_aligned, 'clip')} drawn by chance.")


def _draw_curve(near: Neighbourhoods, k: int) -> None:
    ks = range(1, min(MOST_NEIGHBOURS, near.first.shape[1]) + 1)
    shared = [float(np.nanmean(near.overlap(number))) for number in ks]
    chance = [float(np.nanmean(near.chance(number))) for number in ks]
    st.plotly_chart(
        overlap_curve(ks, shared, chance, k=k),
        key="overlap curve",
        config=PLAIN,
        alt="Shared neighbours by their number",
    )


def _draw_labels(comparison: Comparison, ids: np.ndarray, shared: np.ndarray, chance: float) -> None:
    rows = contents.clip_rows(comparison.folder, ids)
    if LABEL not in rows or rows[LABEL].nunique(dropna=False) < 2:
        return
    means = rows.assign(shared=shared).groupby(rows[LABEL].fillna(""))["shared"].agg(["mean", "size"])
    shown = means.nlargest(MOST_LABELS, "size").sort_values("mean")
    st.plotly_chart(
        overlap_bars(shown.index.tolist(), shown["mean"].tolist(), chance),
        key="overlap by label",
        config=PLAIN,
        alt="Shared neighbours by label",
    )
    if len(means) > MOST_LABELS:
        st.caption(f"The {MOST_LABELS} most frequent of {len(means)} labels.")


def _draw_disagreeing(comparison: Comparison, ids: np.ndarray, shared: np.ndarray) -> None:
    known = np.isfinite(shared)
    order = np.argsort(shared[known], kind="stable")[:DISAGREEING]
    if not len(order):
        return
    st.markdown("#### Where they disagree most", help="The clips with the fewest neighbours in common. Click one.")
    rows = contents.clip_rows(comparison.folder, ids[known][order])
    cards = [
        replace(card, score=f"{part:.0%} shared")
        for card, part in zip(cards_of(rows, comparison.colours), shared[known][order], strict=True)
    ]
    choose_among(cards, key="disagreeing", columns=8, card_width_px=130, title="Clips seen most differently")
