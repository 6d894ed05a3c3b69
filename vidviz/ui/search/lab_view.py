"""The index lab: recall and time of an index against exact search, and the clips that it missed, playing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from vidviz.errors import VidvizError
from vidviz.index_design import IndexDesign
from vidviz.log.told_errors import sentence_of
from vidviz.numbers.metrics import SEARCH_METRICS
from vidviz.numbers.score_digits import say_score
from vidviz.records import EmbeddingSet
from vidviz.render.score_figures import recall_curves
from vidviz.services.index import ann_lab
from vidviz.services.index.ann_lab import LabReport
from vidviz.services.library import contents
from vidviz.ui.components.cards import card_of
from vidviz.ui.components.clip_choice import choose_among
from vidviz.ui.plain_text import plain
from vidviz.ui.state import current_filter
from vidviz.workspace_folder import WorkspaceFolder

REPORTS = "lab reports"
CANCELLED = "lab cancelled"
TELL_EVERY_SECONDS = 0.1
MISSED_SHOWN = 12


def draw_lab(folder: WorkspaceFolder, chosen: EmbeddingSet, colours: Mapping[str, str]) -> None:
    """Choose an index, try it, and look at what it costs and misses."""
    st.caption(
        "Approximate indexes are fast because they do not look everywhere. Here sample clips of this set are asked at "
        "rising effort, and every answer is held against exact search. The lab builds a collection of its own and "
        "removes it; with the filter on top, it tries the index under that filter."
    )
    reports: dict[str, LabReport] = st.session_state.setdefault(f"{REPORTS} {chosen.key}", {})
    with st.form("lab", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox("Index", ["HNSW", "IVF_FLAT", "FLAT"], key="lab kind", width=120)
        metric = st.selectbox(
            "Metric",
            list(SEARCH_METRICS),
            format_func=lambda name: SEARCH_METRICS[name].title,
            key="lab metric",
            width=180,
        )
        m = st.number_input("M", 2, 64, 16, key="lab m", width=110, help="HNSW: links a clip.")
        nlist = st.number_input("nlist", 1, 1024, 64, key="lab nlist", width=120, help="IVF_FLAT: cells.")
        num_queries = st.number_input("Queries", 1, ann_lab.MOST_QUERIES, 50, key="lab queries", width=120)
        asked = st.form_submit_button("Try it")
    if st.session_state.pop(CANCELLED, False):
        st.info("Cancelled. The collection that was tried goes by itself; what was tried before stays.")
    elif asked:
        design = IndexDesign(metric, kind, m=int(m), nlist=int(nlist))  # type: ignore[arg-type]
        _try(folder, chosen, design, int(num_queries), reports)
    if reports:
        _draw_reports(folder, chosen, colours, reports)


def _try(
    folder: WorkspaceFolder,
    chosen: EmbeddingSet,
    design: IndexDesign,
    num_queries: int,
    reports: dict[str, LabReport],
) -> None:
    chosen_filter = current_filter()
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, "Building the index")
        # A press begins the page's next run, which ends this one where it next tells how far it is.
        st.button("Cancel", key="cancel lab", on_click=_note_cancelled)
    told_at = 0.0

    def tell(done: int, total: int, message: str = "") -> None:
        nonlocal told_at
        if time.monotonic() - told_at > TELL_EVERY_SECONDS:
            told_at = time.monotonic()
            bar.progress(done / max(1, total), f"{done:,} of {total:,} {message}")

    try:
        report = ann_lab.try_index(
            folder, chosen.key, design, num_queries=num_queries, clip_filter=chosen_filter, progress=tell
        )
    except VidvizError as error:
        st.error(plain(sentence_of(error)))
        return
    finally:
        place.empty()
    parameters = {"HNSW": f" M {design.m}", "IVF_FLAT": f" nlist {design.nlist}"}.get(design.kind, "")
    name = f"{design.kind}{parameters} · {SEARCH_METRICS[design.metric].title}{' · filtered' if chosen_filter else ''}"
    reports[name] = report


def _note_cancelled() -> None:
    st.session_state[CANCELLED] = True


def _draw_reports(
    folder: WorkspaceFolder, chosen: EmbeddingSet, colours: Mapping[str, str], reports: dict[str, LabReport]
) -> None:
    curves = {
        name: [(point.milliseconds, point.recall, point.effort) for point in report.points]
        for name, report in reports.items()
    }
    last_name, last = next(reversed(reports.items()))
    st.plotly_chart(recall_curves(curves, k=last.k), key="recall curves", config={"displayModeBar": False})
    rows = [
        {
            "index": name,
            "effort": point.effort,
            f"recall@{report.k}": point.recall,
            "ms a query": point.milliseconds,
            "hits that came back": f"{point.returned:.1f} of {point.wanted:.1f}",
        }
        for name, report in reports.items()
        for point in report.points
    ]
    exactly = st.column_config.NumberColumn
    formats = {f"recall@{last.k}": exactly(format="%.3f"), "ms a query": exactly(format="%.2f")}
    st.dataframe(rows, hide_index=True, column_config=formats)
    st.caption(
        f"{last_name}: {last.num_queries} queries among {last.matching:,} of {last.clips:,} clips, built in "
        f"{last.build_seconds:.1f} s by {last.engine}."
    )
    _draw_missed(folder, chosen, colours, last)
    if st.button("Forget these"):
        reports.clear()
        st.rerun()


def _draw_missed(folder: WorkspaceFolder, chosen: EmbeddingSet, colours: Mapping[str, str], report: LabReport) -> None:
    if not report.missed:
        st.caption(f"At effort {report.points[0].effort} it missed nothing.")
        return
    st.subheader("Missed", help="True neighbours that did not come back at the least effort.")
    cards = []
    for missed in report.missed[:MISSED_SHOWN]:
        card = card_of(contents.know_clip(folder, missed.clip_id), colours)
        query = contents.know_clip(folder, missed.query)
        note = f"true place {missed.rank} of {query.video} {query.start_seconds:.1f} s"
        cards.append(replace(card, note=note, score=say_score(missed.score, chosen.spec.precision)))
    choose_among(cards, key="missed clips", columns=6)
