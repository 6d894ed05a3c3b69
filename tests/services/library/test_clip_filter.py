"""Filters of clips: what they keep, and that a URL holds them whatever stands in it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidviz.services.library.clip_filter import NO_LABEL, ClipFilter, read_filter
from vidviz.services.library.url_text import loses_parts

TABLE = pd.DataFrame(
    {
        "clip_id": [1, 2, 3, 4],
        "video_id": ["a", "a", "b", "c"],
        "video": ["Jump one.mp4", "Jump one.mp4", "run*.mp4", "walk.mp4"],
        "start_seconds": [0.0, 2.0, 0.0, 0.0],
        "end_seconds": [2.0, 4.0, 2.0, 0.5],
        "label": ["jump", "jump", "run", None],
        "tags": ["good, dark", "", "dark", ""],
    }
)


def kept(**conditions: object) -> list[int]:
    return TABLE["clip_id"][ClipFilter(**conditions).keeps(TABLE)].tolist()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"labels": (("label", ("jump",)),)}, [1, 2]),
        ({"labels": (("label", ("run", NO_LABEL)),)}, [3, 4]),
        ({"labels": (("absent", ("run",)),)}, []),
        ({"labels": (("absent", (NO_LABEL,)),)}, [1, 2, 3, 4]),
        ({"labels": (("label", ("jump\0",)),)}, []),
        ({"labels": (("video", ("walk.mp4",)),)}, []),  # a column of the table and no label
        ({"labels": (("tags", ("dark", NO_LABEL)),)}, [1, 2, 3, 4]),
        ({"tags": ("dark",)}, [1, 3]),
        ({"tags": ("good", "dark")}, [1, 3]),
        ({"tags": ("dar",)}, []),
        ({"video_ids": ("a", "c")}, [1, 2, 4]),
        ({"text": "JUMP"}, [1, 2]),
        ({"text": "*"}, [3]),
        ({"seconds": (1.0, 1.5)}, [1, 3]),
        ({"seconds": (2.0, 9.0)}, [2]),
        ({"seconds": (0.0, 0.0)}, [1, 3, 4]),
        ({"duration_seconds": (0.5, 1.0)}, [4]),
        ({"duration_seconds": (2.0, 2.0)}, [1, 2, 3]),
        ({"text": "jump", "seconds": (3.0, 4.0)}, [2]),
    ],
)
def test_what_is_kept(conditions, expected):
    assert kept(**conditions) == expected


def test_a_table_without_rows():
    empty = TABLE.iloc[:0]
    assert ClipFilter(text="x", tags=("a",), seconds=(0, 1)).keeps(empty).tolist() == []


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
several = st.lists(texts, min_size=1, max_size=4, unique=True).map(tuple)
times = st.floats(0, 1e6)
ranges = st.none() | st.tuples(times, times).filter(lambda pair: pair[0] <= pair[1])
filters = st.builds(
    ClipFilter,
    labels=st.dictionaries(texts, several, max_size=3).map(lambda columns: tuple(sorted(columns.items()))),
    tags=st.just(()) | several,
    video_ids=st.just(()) | several,
    text=texts,
    seconds=ranges,
    duration_seconds=ranges,
)


@given(filters)
def test_a_url_gives_the_filter_back(wanted):
    assert read_filter(wanted.text_form) == wanted
    assert bool(wanted) == (wanted.text_form != "")
    assert not loses_parts(wanted.text_form, read_filter(wanted.text_form).text_form)


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        ({"labels": {"label": ["a", "a"]}}, False), ({"labels": {}}, False), ({"seconds": [1, 2]}, False),
        ({"labels": {"label": ["a", 7]}}, True), ({"labels": {"label": "a"}}, True), ({"seconds": [2, 1]}, True),
        ({"duration": [0]}, True), ({"text": "a" * 201}, True), ({"colour": "red"}, True), (["a"], True),
        ({"tags": [str(i) for i in range(501)]}, True), ({"text": ["a"]}, True), ({"labels": ["label"]}, True),
    ],
)  # fmt: skip
def test_what_a_url_loses_is_known(said, lost):
    text = json.dumps(said)
    assert loses_parts(text, read_filter(text).text_form) is lost


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
NAMES = ["labels", "tags", "videos", "text", "seconds", "duration"]


@given(st.dictionaries(st.sampled_from(NAMES), json_values).map(json.dumps) | st.text())
def test_whatever_stands_in_a_url_is_a_filter(text):
    found = read_filter(text)
    assert found.keeps(TABLE).shape == (4,)
    assert read_filter(found.text_form) == found


def test_deeply_nested_and_endless_urls():
    assert not read_filter("[" * 100_000)
    assert not read_filter('{"seconds":[0,1e999]}')
    assert not read_filter('{"seconds":[0,1' + "0" * 400 + "]}")
    assert not read_filter('{"text":"\\udfff"}')  # half a character: no page could send it back


@given(filters, several)
def test_values_of_a_column_are_changed_alone(before, values):
    after = before.with_labels("label", values)
    assert after.label_values("label") == values
    assert after.with_labels("label", ()).labels == tuple(pair for pair in before.labels if pair[0] != "label")
    assert np.array_equal(after.with_labels("label", before.label_values("label")).keeps(TABLE), before.keeps(TABLE))
