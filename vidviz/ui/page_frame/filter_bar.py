"""The filter of clips in the space bar: what it lets through, on all pages."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from vidviz.numbers.clip_length import clip_length
from vidviz.records import TAGS
from vidviz.services.library import contents
from vidviz.services.library.clip_filter import NO_LABEL, ClipFilter
from vidviz.services.library.url_text import loses_parts
from vidviz.ui import state
from vidviz.ui.plain_text import plain, shorten
from vidviz.workspace_folder import WorkspaceFolder

MOST_COLUMNS = 6
MOST_VALUES = 300
"""Of a column, or of videos, that are offered: all of them go to the browser each time. The name field finds more."""
CHIP_CHARACTERS = 40


def draw_filter(folder: WorkspaceFolder, recipe_key: str) -> None:
    """A popover with the conditions, and beside it a chip for each that holds; a click on a chip takes it away."""
    table = contents.clip_table(folder, recipe_key)
    wanted = state.current_filter()
    columns = contents.label_columns(table)[:MOST_COLUMNS]
    with st.popover("Filter", help="Look at some of the clips only, on the map and in the search."):
        _draw_conditions(table, columns, wanted)
    for number, (words, rest) in enumerate(_chips(wanted, table)):
        st.button(
            f"{plain(shorten(words, CHIP_CHARACTERS))} ✕",
            key=f"filter chip {number}",
            on_click=state.choose_filter,
            args=(rest,),
            help="Take this condition away.",
        )
    if loses_parts(state.recall("filter") or "", wanted.text_form):
        st.caption(":orange[The filter in the URL cannot be read as a whole; what cannot be read is left out.]")


def count_kept(table: pd.DataFrame, wanted: ClipFilter) -> str:
    """How many clips a filter lets through, in words."""
    return f"{int(wanted.keeps(table).sum()):,} of {len(table):,} clips pass the filter"


def _draw_conditions(table: pd.DataFrame, columns: list[str], wanted: ClipFilter) -> None:
    read = (_read_back, (columns, table))
    for column in columns:
        _choose_several(column, _values(table, column), wanted.label_values(column), f"filter label {column}", read)
    tags = sorted({tag for text in table[TAGS] for tag in contents.split_tags(text)})
    if tags:
        _choose_several("tags", tags, wanted.tags, "filter tags", read)
    names = dict(zip(table["video_id"], table["video"], strict=True))
    _choose_several("videos", list(names), wanted.video_ids, "filter videos", read, names.get)
    st.session_state["filter text"] = wanted.text
    st.text_input("Name of the video contains", key="filter text", on_change=read[0], args=read[1])
    _choose_range("Time in the video (s)", (0.0, _latest(table)), wanted.seconds, "filter seconds", read)
    _choose_range("Length of the clip (s)", _lengths(table), wanted.duration_seconds, "filter duration", read)
    st.caption(count_kept(table, wanted) + ".")


def _choose_several(
    title: str,
    options: list[str],
    chosen: tuple[str, ...],
    key: str,
    read: tuple[Callable[..., None], tuple[Any, ...]],
    show: Callable[[str], str | None] | None = None,
) -> None:
    every = list(dict.fromkeys([*options[:MOST_VALUES], *chosen]))
    st.session_state[key] = list(chosen)
    st.multiselect(
        title,
        every,
        key=key,
        format_func=lambda value: (show(value) if show else value) or (value if show else "no label"),
        placeholder="any",
        on_change=read[0],
        args=read[1],
    )


def _choose_range(
    title: str,
    limits: tuple[float, float],
    chosen: tuple[float, float] | None,
    key: str,
    read: tuple[Callable[..., None], tuple[Any, ...]],
) -> None:
    low, high = limits
    if not low < high:
        return
    start, end = chosen or limits
    st.session_state[key] = (min(max(start, low), high), max(min(end, high), low))
    st.slider(title, low, high, key=key, step=0.1, format="%.1f", on_change=read[0], args=read[1])


def _read_back(columns: list[str], table: pd.DataFrame) -> None:
    """Make the filter what the widgets say."""
    controls = st.session_state
    wanted = state.current_filter()
    for column in columns:
        wanted = wanted.with_labels(column, tuple(controls.get(f"filter label {column}", ())))
    state.choose_filter(
        replace(
            wanted,
            tags=tuple(controls.get("filter tags", ())),
            video_ids=tuple(controls.get("filter videos", ())),
            text=controls.get("filter text", "").strip(),
            seconds=_unless_all(controls.get("filter seconds"), (0.0, _latest(table))),
            duration_seconds=_unless_all(controls.get("filter duration"), _lengths(table)),
        )
    )


def _unless_all(chosen: tuple[float, float] | None, limits: tuple[float, float]) -> tuple[float, float] | None:
    return None if chosen is None or tuple(chosen) == limits else (float(chosen[0]), float(chosen[1]))


def _values(table: pd.DataFrame, column: str) -> list[str]:
    known = sorted(str(value) for value in table[column].dropna().unique() if value)
    return [*known, NO_LABEL] if table[column].isna().any() else known


def _latest(table: pd.DataFrame) -> float:
    return _tenths_up(float(table["end_seconds"].max())) if len(table) else 0.0


def _lengths(table: pd.DataFrame) -> tuple[float, float]:
    if not len(table):
        return 0.0, 0.0
    lengths = clip_length(table["start_seconds"].to_numpy(float), table["end_seconds"].to_numpy(float))
    return math.floor(lengths.min() * 10 + 1e-6) / 10, _tenths_up(float(lengths.max()))


def _tenths_up(seconds: float) -> float:
    return math.ceil(seconds * 10 - 1e-6) / 10


def _chips(wanted: ClipFilter, table: pd.DataFrame) -> list[tuple[str, ClipFilter]]:
    """Each condition in words, with the filter that is left without it."""
    chips = [
        (f"{column}: {', '.join(value or 'no label' for value in values)}", wanted.with_labels(column, ()))
        for column, values in wanted.labels
    ]
    if wanted.tags:
        chips.append((f"tags: {', '.join(wanted.tags)}", replace(wanted, tags=())))
    if wanted.video_ids:
        names = dict(zip(table["video_id"], table["video"], strict=True))
        named = ", ".join(names.get(number, number[:12]) for number in wanted.video_ids)
        chips.append((f"videos: {named}", replace(wanted, video_ids=())))
    if wanted.text:
        chips.append((f"name has {wanted.text}", replace(wanted, text="")))
    if wanted.seconds:
        chips.append((f"{wanted.seconds[0]:g} to {wanted.seconds[1]:g} s", replace(wanted, seconds=None)))
    if wanted.duration_seconds:
        low, high = wanted.duration_seconds
        chips.append((f"{low:g} to {high:g} s long", replace(wanted, duration_seconds=None)))
    return chips
