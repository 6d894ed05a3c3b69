"""How the Search page answers: number of hits, metric, threshold, what is left out; kept in the URL."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from vidviz.services.searching import METRICS, Metric, SearchOptions
from vidviz.ui.state import current_filter

HITS = [6, 12, 24, 48, 96, 240, 1000]
METRIC_NAMES: dict[Metric, str] = {"COSINE": "cosine similarity", "IP": "inner product", "L2": "distance"}
ITSELF = "the clip itself"
OWN_VIDEO = "its own video"
ALL_CLIPS = "further clips of a video"
SECONDS_APART = (0.0, 60.0)
EFFORT = (1, 4096)
NUMBERS: dict[str, tuple[str, Callable[[float], float]]] = {
    "search hits": ("Hits", lambda asked: min(HITS, key=lambda offered: abs(offered - min(asked, HITS[-1])))),
    "search gap": ("Seconds between two hits of one moment", lambda asked: _keep_within(asked, *SECONDS_APART)),
    "search effort": ("ef or nprobe", lambda asked: int(_keep_within(asked, *EFFORT))),
}
"""Key in the URL -> what the number is called, and the nearest valid one to any."""
LEFT_OUT = (ITSELF, OWN_VIDEO, ALL_CLIPS)


@dataclass(frozen=True)
class Wanted:
    """The options, and how far apart two hits of one moment may be."""

    options: SearchOptions
    gap_seconds: float


def choose_options() -> Wanted:
    """Draw the controls and read them; a number of the URL that is out of range becomes the nearest that is not."""
    taken = [_take_nearest(key, name, valid) for key, (name, valid) in NUMBERS.items()]
    with st.container(horizontal=True, vertical_alignment="bottom", key="search options"):
        k = st.selectbox("Hits", HITS, index=HITS.index(24), key="search hits", width=110, bind="query-params")
        left_out = st.pills(
            "Leave out",
            LEFT_OUT,
            selection_mode="multi",
            key="search leave out",
            bind="query-params",
            help="A clip is always nearest to itself, and often to its own video. Leaving out further clips of a video "
            "shows the best clip of each.",
        )
        with st.popover("More", help="Metric, threshold, moments"):
            metric, threshold, gap, effort = _choose_more()
    for said in filter(None, taken):
        st.caption(said)
    options = SearchOptions(
        k=int(k),
        clip_filter=current_filter(),
        leave_out_own_video=OWN_VIDEO in left_out,
        include_self=ITSELF not in left_out,
        threshold=threshold,
        best_per_video=ALL_CLIPS in left_out,
        metric=metric,
        effort=effort,
    )
    return Wanted(options, gap)


def _keep_within(number: float, least: float, most: float) -> float:
    return min(max(number, least), most)


def _take_nearest(key: str, name: str, find_nearest: Callable[[float], float]) -> str:
    """Put the nearest valid number in place of one of the URL, before its control reads it; returns what to say."""
    given = st.query_params.get(key)
    if given is None or key in st.session_state:
        return ""
    try:
        asked = float(given)
    except ValueError:
        return ""
    if not math.isfinite(asked) or find_nearest(asked) == asked:
        return ""
    nearest = find_nearest(asked)
    st.session_state[key] = nearest
    return f"{name}: {asked:,g} of the URL is not offered; {nearest:,g} is taken, which is nearest."


def _choose_more() -> tuple[Metric, float | None, float, int | None]:
    metric = st.segmented_control(
        "Metric",
        METRICS,
        default="COSINE",
        required=True,
        format_func=lambda name: METRIC_NAMES[name],
        key="search metric",
        bind="query-params",
        help="Cosine compares directions. The inner product also looks at lengths; the distance (L2) is small where "
        "vectors are near. Either is a collection of its own, built at its first use.",
    )
    threshold = st.number_input(
        "Largest distance" if metric == "L2" else "Least score",
        value=None,
        step=0.05,
        format="%.4f",
        placeholder="any",
        key="search threshold",
        bind="query-params",
    )
    gap = st.number_input(
        "Seconds between two hits of one moment, at most",
        min_value=SECONDS_APART[0],
        max_value=SECONDS_APART[1],
        value=0.0,
        step=0.5,
        key="search gap",
        bind="query-params",
    )
    effort = st.number_input(
        "ef or nprobe",
        min_value=EFFORT[0],
        max_value=EFFORT[1],
        value=None,
        placeholder="usual",
        key="search effort",
        bind="query-params",
        help="How hard an approximate index on a server tries: candidates of HNSW (ef), cells of IVF_FLAT (nprobe). An "
        "exact index has nothing to try.",
    )
    return metric, threshold, float(gap or 0.0), None if effort is None else int(effort)
