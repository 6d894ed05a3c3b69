"""How the Search page answers: number of hits, metric, threshold, what is left out; kept in the URL."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from vidviz.numbers.metrics import SEARCH_METRICS, SearchMetric
from vidviz.services.search.search_run import SearchOptions
from vidviz.ui.plain_text import plain, shorten
from vidviz.ui.state import current_filter

HITS = [6, 12, 24, 48, 96, 240, 1000]
ITSELF = "the clip itself"
OWN_VIDEO = "its own video"
ALL_CLIPS = "further clips of a video"
SCORES = (-1e9, 1e9)
SECONDS_APART = (0.0, 60.0)
EFFORT = (1.0, 4096.0)
NUMBERS: dict[str, tuple[str, Callable[[float], float]]] = {
    "search hits": ("Hits", lambda asked: min(HITS, key=lambda offered: abs(offered - min(asked, HITS[-1])))),
    "search threshold": ("Threshold of the score", lambda asked: _keep_within(asked, *SCORES)),
    "search gap": ("Seconds between two hits of one moment", lambda asked: _keep_within(asked, *SECONDS_APART)),
    "search effort": ("ef or nprobe", lambda asked: _keep_within(asked, *EFFORT)),
}
"""Key in the URL -> what the number is called, and the nearest valid one to any."""
SHOWN_CHARACTERS = 20
LEFT_OUT = (ITSELF, OWN_VIDEO, ALL_CLIPS)


@dataclass(frozen=True)
class Wanted:
    """The options, and how far apart two hits of one moment may be."""

    options: SearchOptions
    gap_seconds: float


def choose_options() -> Wanted:
    """Draw the controls and read them; a number of the URL that is out of range becomes the nearest that is not."""
    refused = {key: given for key in NUMBERS if (given := _take_nearest(key))}
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
    for key, given in refused.items():
        _tell_taken(key, given)
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


def _take_nearest(key: str) -> str:
    """What the URL says for a number where that is none on offer; the nearest that is, is put in its place."""
    given = str(st.query_params.get(key, ""))
    asked, find_nearest = _read_number(given), NUMBERS[key][1]
    if not given or (asked is not None and find_nearest(asked) == asked):
        return ""
    if asked is not None and key not in st.session_state:
        st.session_state[key] = find_nearest(asked)
    return given


def _read_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _tell_taken(key: str, given: str) -> None:
    """Said of what the control holds: on the way back in the browser's history Streamlit takes the usual by itself."""
    taken = st.session_state.get(key)
    instead = "the usual" if taken is None else f"{taken:,g}"
    st.caption(
        f"{NUMBERS[key][0]}: {plain(shorten(given, SHOWN_CHARACTERS))} of the URL is not offered; {instead} is taken."
    )


def _choose_more() -> tuple[SearchMetric, float | None, float, int | None]:
    metric = st.segmented_control(
        "Metric",
        list(SEARCH_METRICS),
        default="COSINE",
        required=True,
        format_func=lambda name: SEARCH_METRICS[name].title,
        key="search metric",
        bind="query-params",
        help="Cosine compares directions. The inner product also looks at lengths; the distance (L2) is small where "
        "vectors are near. Either is a collection of its own, built at its first use.",
    )
    threshold = st.number_input(
        "Largest distance" if SEARCH_METRICS[metric].smaller_is_nearer else "Least score",
        min_value=SCORES[0],
        max_value=SCORES[1],
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
    effort = st.number_input(  # of floats, since Streamlit fails on 1e999 in the URL for an integer
        "ef or nprobe",
        min_value=EFFORT[0],
        max_value=EFFORT[1],
        value=None,
        step=1.0,
        format="%.0f",
        placeholder="usual",
        key="search effort",
        bind="query-params",
        help="How hard an approximate index on a server tries: candidates of HNSW (ef), cells of IVF_FLAT (nprobe). An "
        "exact index has nothing to try.",
    )
    return metric, threshold, float(gap or 0.0), None if effort is None else round(effort)
