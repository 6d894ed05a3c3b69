"""The answer of a search: hits as cards, moments on timelines, how high their scores are, and files to take away."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Mapping
from functools import partial

import streamlit as st

from vidviz.numbers.metrics import SEARCH_METRICS
from vidviz.numbers.score_digits import score_digits
from vidviz.records import EmbeddingSet
from vidviz.render.score_figures import score_histogram
from vidviz.services.search import query_files, score_spread
from vidviz.services.search.hits import Hit
from vidviz.services.search.moments import Moment, join_moments
from vidviz.services.search.search_run import SearchAnswer, hit_records
from vidviz.ui import state
from vidviz.ui.components.clip_choice import choose_among
from vidviz.ui.components.hit_cards import cards_of_hits
from vidviz.ui.components.timeline import Mark, Slot, timeline
from vidviz.ui.page_frame import page_parts
from vidviz.ui.plain_text import plain
from vidviz.ui.search.query_state import vote
from vidviz.ui.search.search_options import Wanted
from vidviz.ui.sitemap import INSIDE_PANEL, WHY_LINK, link_to
from vidviz.workspace_folder import WorkspaceFolder

PAGE_HITS = 48
HIT_WIDTH_PX = 112  # six a row beside the query on a screen of 1,440
GALLERY = "search hits gallery"
MOST_STRIPS = 6


def draw_answer(
    answer: SearchAnswer, wanted: Wanted, chosen: EmbeddingSet, colours: Mapping[str, str], current: int | None
) -> None:
    """Hits, page by page, and where they came from."""
    name = SEARCH_METRICS[wanted.options.metric].title
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{len(answer.hits)} hits by {name} · {answer.engine}")
        draw_downloads(answer)
    if answer.note:
        st.caption(plain(answer.note))
    if not answer.hits:
        _say_nothing_found(wanted)
        return
    shown = _choose_page(answer.hits)
    cards = cards_of_hits(shown, colours, chosen.spec.precision)
    choose_among(
        cards, key=GALLERY, columns=6, card_width_px=HIT_WIDTH_PX, current=current, on_vote=partial(vote, GALLERY)
    )
    page_parts.explain_backbone(chosen)


def _say_nothing_found(wanted: Wanted) -> None:
    options = wanted.options
    reasons = []
    if options.clip_filter:
        reasons.append("no clip meets the filter on top")
    if options.threshold is not None:
        reasons.append(f"no score reaches the threshold of {options.threshold:g}")
    if options.leave_out_own_video:
        reasons.append("the only clips are of the video that is asked with")
    why = ", or ".join(reasons) or "the embedding set holds no other clip"
    st.info(f"Nothing was found: {why}.")


def _choose_page(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    pages = -(-len(hits) // PAGE_HITS)
    if pages < 2:
        return hits
    page = st.pagination(pages, key="search page")
    first = (min(page, pages) - 1) * PAGE_HITS
    st.caption(f"Hits {first + 1} to {min(first + PAGE_HITS, len(hits))}")
    return hits[first : first + PAGE_HITS]


def draw_downloads(answer: SearchAnswer) -> None:
    """The hits as CSV and JSON, written when they are asked for."""
    if not answer.hits:
        return
    # Without a run of the page: it would forget the other file just when that is asked for.
    for name, write, kind in (("CSV", _write_csv, "text/csv"), ("JSON", _write_json, "application/json")):
        key = f"hits {name.lower()}"
        file_name = f"vidviz-hits.{name.lower()}"
        st.download_button(name, partial(write, answer), file_name, kind, key=key, on_click="ignore")


def _write_csv(answer: SearchAnswer) -> str:
    records = hit_records(answer)
    table = io.StringIO()
    writer = csv.DictWriter(table, list(records[0]))
    writer.writeheader()
    writer.writerows(records)
    return table.getvalue()


def _write_json(answer: SearchAnswer) -> str:
    content = {"hits": hit_records(answer), "engine": answer.engine, "filter": answer.expression}
    return json.dumps(content, indent=1)


def draw_spread(folder: WorkspaceFolder, chosen: EmbeddingSet, answer: SearchAnswer, wanted: Wanted) -> None:
    """Is a score high here: all scores, with the hits marked."""
    metric = wanted.options.metric
    spread = score_spread.spread_scores(folder, chosen.key, answer.vector, metric)
    if not len(spread.scores):
        return
    scores = [hit.score for hit in answer.hits]
    name = SEARCH_METRICS[metric].title
    figure = score_histogram(spread.edges, spread.counts, scores, threshold=wanted.options.threshold, score_name=name)
    st.plotly_chart(figure, key="score histogram", config={"displayModeBar": False}, alt="The scores of all clips")
    if not scores:
        return
    digits = score_digits(scores, chosen.spec.precision)
    share = spread.share_below(scores[-1])
    farther, lower = f"{1 - share:.0%} of all clips are as far or farther", f"{share:.0%} score lower"
    nearer = farther if SEARCH_METRICS[metric].smaller_is_nearer else lower
    st.caption(
        f"Of {len(spread.scores):,} clips the middle one has {spread.middle:.{digits}f}; "
        f"the last hit has {scores[-1]:.{digits}f}, and {nearer}."
    )


def draw_why(answer: SearchAnswer, clip_id: int | None) -> None:
    """From the clip that is asked with and a hit to what makes the two alike, on the page Inside."""
    hits = {
        hit.clip_id: f"{place}. {hit.video} · {hit.start_seconds:.1f} s" for place, hit in enumerate(answer.hits, 1)
    }
    hits.pop(clip_id or -1, None)
    if clip_id is None or not hits:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        other = st.selectbox("Alike to hit", list(hits), format_func=hits.__getitem__, key="why hit", width=200)
        further = {INSIDE_PANEL: "Why", WHY_LINK: str(other)}
        link_to("inside", "Why are they alike?", "Where in both clips their similarity comes from.", further=further)


def draw_expression(answer: SearchAnswer) -> None:
    """The filter as Milvus got it, for those who learn Milvus."""
    if answer.expression:
        with st.expander("The filter as a Milvus expression"):
            st.code(answer.expression, language=None, wrap_lines=True)


def draw_moments(folder: WorkspaceFolder, chosen: EmbeddingSet, answer: SearchAnswer, wanted: Wanted) -> None:
    """Hits next to each other, joined, on a strip of each video; the video with the best moment first."""
    if not answer.hits:
        return
    nearer = SEARCH_METRICS[wanted.options.metric].smaller_is_nearer
    moments = join_moments(answer.hits, gap_seconds=wanted.gap_seconds, smaller_is_nearer=nearer)
    by_video: dict[str, list[Moment]] = defaultdict(list)
    for moment in moments:
        by_video[moment.video_id].append(moment)
    st.subheader("Moments", help="Hits that follow each other are one moment; its score is its best clip's.")
    st.caption(f"{len(moments)} moments in {len(by_video)} videos")
    shown = st.session_state.get("strips shown", MOST_STRIPS)
    for video_id, found in list(by_video.items())[:shown]:
        _draw_strip(folder, video_id, found, answer, chosen.spec.precision, nearer=nearer)
    if len(by_video) > shown and st.button(f"{len(by_video) - shown} more videos", key="more strips"):
        st.session_state["strips shown"] = shown + 3 * MOST_STRIPS
        st.rerun()


def _draw_strip(
    folder: WorkspaceFolder,
    video_id: str,
    found: list[Moment],
    answer: SearchAnswer,
    precision: str,
    *,
    nearer: bool,
) -> None:
    asked = query_files.describe_video(folder, video_id, answer.recipe_key)
    scores = [hit.score for hit in answer.hits]
    low, high = min(scores), max(scores)
    digits = score_digits(scores, precision)
    marks = []
    for hit in answer.hits:
        if hit.video_id == video_id:
            share = (hit.score - low) / (high - low) if high > low else 1.0
            value = 1 - share if nearer else share
            marks.append(Mark(hit.clip_id, hit.start_seconds, hit.end_seconds, value, f"score {hit.score:.{digits}f}"))
    best = found[0]
    st.text(
        f"{asked.name} · best {best.start_seconds:.1f} to {best.end_seconds:.1f} s, {best.score:.{digits}f}"
        + (f" · {len(found)} moments" if len(found) > 1 else "")
    )
    current = state.recall("clip")
    event = timeline(
        asked.duration_seconds,
        [Slot(poster.clip_id, poster.start_seconds, poster.end_seconds) for poster in asked.posters],
        key=f"moments {video_id}",
        marks=marks,
        current=int(current) if current and current.isdecimal() else None,
        title=f"Hits in {asked.name}",
    )
    if event.clip_id is not None:
        state.choose_clip(event.clip_id)
        st.rerun()
