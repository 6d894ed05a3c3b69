"""The whole library as search sees it: near-duplicates, likely label mistakes, retrieval quality by label."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from vidviz.errors import VidvizError
from vidviz.numbers.score_digits import say_score
from vidviz.records import EmbeddingSet
from vidviz.render.score_figures import confusion_figure
from vidviz.services.library import contents
from vidviz.services.review import label_quality, outliers_and_duplicates
from vidviz.services.review.label_quality import LabelDoubt
from vidviz.services.review.outliers_and_duplicates import DuplicateGroup
from vidviz.ui import messages
from vidviz.ui.components.cards import card_of
from vidviz.ui.components.clip_choice import choose_among
from vidviz.ui.components.duplicate_controls import ask_apart
from vidviz.ui.components.gallery_and_player import ShownClip
from vidviz.ui.page_frame import page_parts
from vidviz.ui.plain_text import plain
from vidviz.words import count_of
from vidviz.workspace_folder import WorkspaceFolder

PARTS = {"duplicates": "Near-duplicates", "mistakes": "Likely label mistakes", "quality": "Retrieval by label"}
GROUPS_SHOWN = 12
DOUBTS_SHOWN = 16
MOST_LABELS = 40
NAMES_SHOWN = 12


def draw_whole(folder: WorkspaceFolder, chosen: EmbeddingSet, colours: Mapping[str, str]) -> None:
    """One of the three views."""
    part = st.segmented_control(
        "What to look at",
        list(PARTS),
        default="duplicates",
        required=True,
        format_func=lambda name: PARTS[name],
        key="whole part",
        bind="query-params",
        label_visibility="collapsed",
    )
    with messages.telling_errors():
        if part == "duplicates":
            _draw_duplicates(folder, chosen, colours)
        else:
            _draw_labels(folder, chosen, colours, mistakes=part == "mistakes")
        page_parts.explain_backbone(chosen)


def _draw_duplicates(folder: WorkspaceFolder, chosen: EmbeddingSet, colours: Mapping[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        threshold = st.slider(
            "Least similarity",
            0.8,
            1.0,
            0.99,
            0.001,
            format="%.3f",
            key="group threshold",
            width=320,
            bind="query-params",
        )
        apart = ask_apart("group apart")
    groups = outliers_and_duplicates.group_duplicates(folder, chosen.key, float(threshold), apart)
    if not groups:
        st.info("No two clips are that much alike. Lower the threshold to see more.")
        return
    several = sum(len(group.remove) for group in groups)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{count_of(len(groups), 'group')}; {count_of(several, 'clip')} could go. Kept is the clip with most "
            "pixels, else of the longest video, else the first by name. Nothing is removed here: the list is for you."
        )
        table = partial(_keep_or_remove, folder, groups)
        st.download_button(
            "Keep/remove list", table, "vidviz-duplicates.csv", "text/csv", key="duplicates csv", on_click="ignore"
        )
    alike = outliers_and_duplicates.find_near_duplicates(folder, chosen.key, float(threshold), apart)
    if alike.total > len(alike.pairs):
        st.warning(
            f"{alike.total:,} pairs are that much alike, and the groups are of the {len(alike.pairs):,} most alike: "
            "clips and groups may be missing. Raise the least similarity to see all of them."
        )
    shown = st.session_state.get("groups shown", GROUPS_SHOWN)
    for number, group in enumerate(groups[:shown], 1):
        notes = ["keep", *[f"remove · {say_score(cosine, chosen.spec.precision)}" for cosine in group.cosines]]
        _draw_row(folder, colours, [group.keep, *group.remove][:12], notes, f"group {number}")
    if len(groups) > shown and st.button(f"{count_of(len(groups) - shown, 'more group')}"):
        st.session_state["groups shown"] = shown + 4 * GROUPS_SHOWN
        st.rerun()


def _keep_or_remove(folder: WorkspaceFolder, groups: Sequence[DuplicateGroup]) -> str:
    table = contents.clip_table(folder).set_index("clip_id")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["group", "clip_id", "video", "start_seconds", "end_seconds", "what", "cosine to the kept clip"])
    for number, group in enumerate(groups, 1):
        for clip_id, what, cosine in [
            (group.keep, "keep", 1.0),
            *[(clip, "remove", score) for clip, score in zip(group.remove, group.cosines, strict=True)],
        ]:
            row = table.loc[clip_id]
            times = [row["start_seconds"], row["end_seconds"]]
            writer.writerow([number, clip_id, row["video"], *times, what, round(cosine, 6)])
    return out.getvalue()


def _draw_labels(folder: WorkspaceFolder, chosen: EmbeddingSet, colours: Mapping[str, str], *, mistakes: bool) -> None:
    table = contents.clip_table(folder, chosen.spec.recipe_key)
    columns = contents.label_columns(table)
    if not columns:
        st.info("No clip has a label. Labels come from folder names, from a labels.csv, or by hand.")
        return
    column = st.selectbox("Labels of", columns, key="whole column", width=260, bind="query-params")
    if mistakes:
        _draw_mistakes(folder, chosen, colours, column)
    else:
        _draw_quality(folder, chosen, column)


def _draw_mistakes(folder: WorkspaceFolder, chosen: EmbeddingSet, colours: Mapping[str, str], column: str) -> None:
    doubts = label_quality.doubt_labels(folder, chosen.key, column)
    _tell_unjudged(folder, chosen, column)
    if not doubts:
        st.info("No clip lies among clips of another label only.")
        return
    st.caption(
        f"{len(doubts)} clips lie nearer to another label than to their own, the most doubtful first. Beside each the "
        "nearest clip of that label. Neighbours of a clip's own video do not count.",
        help="Most of its five nearest labelled clips agree on another label than its own.",
    )
    for doubt in doubts[:DOUBTS_SHOWN]:
        _draw_row(
            folder,
            colours,
            [doubt.clip_id, doubt.nearest],
            _say_doubt(doubt, chosen.spec.precision),
            f"doubt {doubt.clip_id}",
        )
    if len(doubts) > DOUBTS_SHOWN:
        st.caption(f"{len(doubts) - DOUBTS_SHOWN} more are less doubtful.")


def _tell_unjudged(folder: WorkspaceFolder, chosen: EmbeddingSet, column: str) -> None:
    names = label_quality.labels_of_one_video(folder, chosen.key, column)
    if not names:
        return
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    st.caption(
        f"Not judged, because one video alone has the label: {plain(', '.join(names[:NAMES_SHOWN]))}{more}.",
        help="A clip's own video does not count, so that nothing could speak for such a label.",
    )


def _say_doubt(doubt: LabelDoubt, precision: str) -> list[str]:
    own = f"; its own at {say_score(doubt.own_score, precision)}" if doubt.own_score == doubt.own_score else ""
    return [
        f"{doubt.label} → {doubt.suggested}? {doubt.share:.0%} of its neighbours",
        f"{doubt.suggested} at {say_score(doubt.score, precision)}{own}",
    ]


def _draw_quality(folder: WorkspaceFolder, chosen: EmbeddingSet, column: str) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        k = st.selectbox("k", [1, 5, 10, 20, 50], index=2, key="quality k", width=100, bind="query-params")
        across = st.toggle(
            "Other videos only",
            value=True,
            key="quality across",
            bind="query-params",
            help="The clips of a video find each other whatever they show; so a clip's own video does not count.",
        )
    if across:
        _tell_unjudged(folder, chosen, column)
    found = label_quality.measure_labels(folder, chosen.key, column, int(k), across_videos=across)
    if not found.labels:
        st.info("No clip has a label in this column.")
        return
    st.metric(
        "Mean average precision",
        f"{found.mean_average_precision:.3f}",
        help="Each labelled clip is asked in turn for all others of its label: 1 where they come before all others.",
    )
    rows = [
        {
            "label": one.label,
            "clips": one.clips,
            "mAP": one.average_precision,
            f"recall@{k}": one.recall,
            f"precision@{k}": one.precision,
            "by chance": one.chance,
        }
        for one in found.labels
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config={n: st.column_config.NumberColumn(format="%.3f") for n in rows[0] if n not in ("label", "clips")},
    )
    shown = min(MOST_LABELS, len(found.labels))
    names = [one.label for one in found.labels[:shown]]
    st.plotly_chart(
        confusion_figure(names, found.confusion[:shown, :shown]), key="confusion", config={"displayModeBar": False}
    )
    if shown < len(found.labels):
        st.caption(f"The {shown} most frequent of {len(found.labels)} labels.")


def _draw_row(
    folder: WorkspaceFolder, colours: Mapping[str, str], ids: Sequence[int], notes: Sequence[str], key: str
) -> None:
    cards: list[ShownClip] = []
    for clip_id, note in zip(ids, notes, strict=False):
        try:
            card = card_of(contents.know_clip(folder, clip_id), colours)
        except VidvizError:
            continue
        cards.append(replace(card, note=note))
    choose_among(cards, key=key, columns=6, card_width_px=150)
