"""The tray: clips that are examples of what is wanted, or of what is not, each with its weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from vidviz.errors import VidvizError
from vidviz.services.library import contents
from vidviz.services.library.contents import KnownClip
from vidviz.services.search.queries import HEAVIEST, Query
from vidviz.ui.components.cards import card_of
from vidviz.ui.components.clip_choice import choose_among
from vidviz.ui.search.query_state import keep_query, kept_query
from vidviz.workspace_folder import WorkspaceFolder


def draw_tray(folder: WorkspaceFolder, colours: Mapping[str, str]) -> None:
    """The examples, each with its weight, and the way to take it off."""
    kept = kept_query()
    if not kept.examples:
        st.caption("Press + or − on a hit: more like this, less like this.")
        return
    st.caption(
        "The tray",
        help="The search goes towards the mean of what is wanted and away from the mean of what is not, each by its "
        "weight, on unit vectors (Rocchio 1971).",
    )
    changed = kept
    with st.container(key="tray"):
        for example in kept.examples:
            try:
                known = contents.know_clip(folder, example.clip_id)
            except VidvizError:
                changed = changed.with_example(example.clip_id, 0.0)
                continue
            changed = _draw_example(known, example.weight, changed, colours)
        if st.button("Empty the tray"):
            changed = replace(changed, examples=())
    if changed != kept:
        keep_query(changed)
        st.rerun()


def _draw_example(known: KnownClip, weight: float, query: Query, colours: Mapping[str, str]) -> Query:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width=112):
            choose_among([card_of(known, colours)], key=f"tray {known.clip_id}", columns=1, card_width_px=90)
        chosen = st.number_input(
            "more like this" if weight > 0 else "less like this",
            min_value=-HEAVIEST,
            max_value=HEAVIEST,
            value=float(weight),
            step=0.25,
            width=130,
            key=f"weight {known.clip_id} {weight}",
            help="How much it counts; below 0 for less like it, 0 takes it off.",
        )
        if st.button("Take off", key=f"take off {known.clip_id}"):
            chosen = 0.0
    if chosen is None or chosen == weight:
        return query
    if not chosen:
        return query.with_example(known.clip_id, 0.0)
    return replace(
        query,
        examples=tuple(
            replace(example, weight=float(chosen)) if example.clip_id == known.clip_id else example
            for example in query.examples
        ),
    )
