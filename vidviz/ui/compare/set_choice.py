"""Which two embedding sets are compared, and what counts as near: the controls of the Compare page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from vidviz.records import EmbeddingSet
from vidviz.services.compare import set_agreement, set_pairs
from vidviz.services.compare.set_agreement import Neighbourhoods
from vidviz.services.compare.set_pairs import SetPair
from vidviz.services.library.contents import KnownClip
from vidviz.ui import state
from vidviz.ui.sitemap import link_to
from vidviz.ui.state import KEPT
from vidviz.words import count_of
from vidviz.workspace_folder import WorkspaceFolder

BESIDE = "beside"
PICKER = "beside picker"
NEAREST = [5, 10, 20, 50]


@dataclass(frozen=True)
class Comparison:
    """What the Compare page speaks of.

    Attributes:
        folder: the workspace.
        pair: both sets, A and B, and the clips that they share.
        k: how many nearest clips count.
        other_videos_only: whether a clip's own video is left out of them.
        clip: the clip at hand.
        colours: of labels.
    """

    folder: WorkspaceFolder
    pair: SetPair
    k: int
    other_videos_only: bool
    clip: KnownClip | None
    colours: Mapping[str, str]

    @property
    def current(self) -> int | None:
        """The number of the clip at hand, where both sets hold it."""
        known = self.clip is not None and self.pair.row_of(self.clip.clip_id) is not None
        return self.clip.clip_id if self.clip and known else None


def choose_second(folder: WorkspaceFolder, first: EmbeddingSet) -> EmbeddingSet:
    """Set B, of the same recipe as A, kept in the URL; where there is none, the page ends with what to do."""
    every = {found.key: found for found in set_pairs.comparable_sets(folder, first)}
    if not every:
        st.info(
            f"Only one embedding set is of clips cut by {first.spec.recipe_key}. Embed the same clips by another "
            "backbone, layer or other weights; then the two can be compared."
        )
        link_to("library", "Embed in the Library")
        st.stop()
    wanted = state.recall(BESIDE)
    second = every[wanted] if wanted in every else next(iter(every.values()))
    state.remember(BESIDE, second.key)
    st.session_state[PICKER] = second.key
    st.selectbox(
        "B, compared with A (the set on top)",
        list(every),
        format_func=lambda key: every[key].spec.title,
        width=420,
        key=PICKER,
        on_change=lambda: state.remember(BESIDE, st.session_state[PICKER]),
        help="Sets of the same recipe: only their clips are the same.",
    )
    st.button("A ⇄ B", on_click=_swap, args=(first.key, second.key), help="Change places.")
    return second


def _swap(first_key: str, second_key: str) -> None:
    state.choose_set(second_key)
    state.remember(BESIDE, first_key)


def choose_nearness() -> tuple[int, bool]:
    """How many nearest clips count, and whether those of a clip's own video do."""
    k: int = st.segmented_control(
        "Nearest",
        NEAREST,
        default=10,
        required=True,
        key="compare k",
        **KEPT,
        help="How many nearest clips of each clip are looked at, by cosine similarity.",
    )
    across = st.toggle(
        "Other videos only",
        value=True,
        key="compare across",
        **KEPT,
        help="The clips of a video find each other whatever they show; so a clip's own video does not count.",
    )
    return k, bool(across)


def say_shared(pair: SetPair) -> str:
    """How many clips are compared, in a sentence or two."""
    left = f" {count_of(pair.left_out, 'clip')} that only one of them holds are left out." if pair.left_out else ""
    return f"{count_of(len(pair), 'clip')} in both.{left}"


def find_near(comparison: Comparison) -> Neighbourhoods:
    """Whom both sets put near each clip; at many thousands of clips that takes seconds, and says so."""
    with st.spinner("Neighbours by both sets", show_time=True):
        return set_agreement.find_neighbourhoods(comparison.pair, other_videos_only=comparison.other_videos_only)
