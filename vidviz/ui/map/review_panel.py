"""Under the map: clips like no other, and pairs that are almost the same."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from vidviz.numbers.score_digits import say_score
from vidviz.records import EmbeddingSet
from vidviz.services.library import contents
from vidviz.services.library.label_palette import label_colours
from vidviz.services.review import outliers_and_duplicates
from vidviz.ui import state
from vidviz.ui.components.cards import cards_of
from vidviz.ui.components.duplicate_controls import ask_apart
from vidviz.ui.components.gallery_and_player import clip_gallery
from vidviz.words import count_of
from vidviz.workspace_folder import WorkspaceFolder

MOST_SHOWN = 24


def draw_outliers(folder: WorkspaceFolder, chosen: EmbeddingSet) -> None:
    """Clips that stand apart from all others, the strangest first."""
    found = outliers_and_duplicates.find_outliers(folder, chosen.key)
    if not found.clip_ids:
        st.caption("No clip stands apart from the others.")
        return
    st.caption(
        f"{len(found.clip_ids)} clips stand apart. The number is a clip's mean cosine distance to its ten nearest; "
        f"the middle clip's is {say_score(found.typical, chosen.spec.precision)}."
    )
    _draw_cards(folder, chosen, found.clip_ids[:MOST_SHOWN], found.distances[:MOST_SHOWN], "outliers gallery")


def draw_duplicates(folder: WorkspaceFolder, chosen: EmbeddingSet) -> None:
    """Pairs of clips that are almost the same."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        threshold = st.slider(
            "Least similarity", 0.9, 1.0, 0.99, 0.001, format="%.3f", key="duplicate threshold", width=320
        )
        apart = ask_apart("duplicate apart")
    found = outliers_and_duplicates.find_near_duplicates(folder, chosen.key, float(threshold), apart)
    if not found.total:
        st.caption("No two clips are that much alike. Lower the threshold to see more.")
        return
    st.caption(
        f"{count_of(found.total, 'pair')} of clips, of two videos or {apart:g} s apart in one, the most alike first; "
        "the number is their cosine."
    )
    shown = found.pairs[: MOST_SHOWN // 2]
    both = [number for pair in shown for number in pair]
    scores = [score for score in found.cosines[: len(shown)] for _ in range(2)]
    _draw_cards(folder, chosen, both, scores, "duplicates gallery")


def _draw_cards(
    folder: WorkspaceFolder, chosen: EmbeddingSet, ids: Sequence[int], scores: Sequence[float], key: str
) -> None:
    rows = contents.clip_rows(folder, ids, chosen.spec.recipe_key)
    picked = clip_gallery(cards_of(rows, label_colours(folder), scores, chosen.spec.precision), key=key)
    if picked is not None:
        state.choose_clip(picked)
        st.rerun()
