"""Each filter by itself: the expression it sends, and the rows it keeps. No engine takes part."""

from __future__ import annotations

import math
import re

import pytest

from vidviz.errors import SearchIndexError
from vidviz.index.filters import (
    ClipIn,
    ColumnIn,
    Duration,
    LabelIn,
    NotClip,
    NotVideoIn,
    TagIn,
    TimeRange,
    VideoIn,
    join_filters,
    row_test,
)
from vidviz.index.rows import ClipRow

ROWS = [
    ClipRow(0, "v", "dog", 0.0, 2.0, {"tags": ["fast", "far"], "colour": "red"}),
    ClipRow(1, "v", "cat", 2.0, 4.5, {"tags": ["far"]}),
    ClipRow(2, "w", "", 0.5, 4.5, {"colour": ""}),
    ClipRow(3, "x", "dog", 9.0, 10.0, {"colour": "Red"}),
]


@pytest.mark.parametrize(
    ("condition", "expression", "kept"),
    [
        (LabelIn(("dog",)), 'label in ["dog"]', [0, 3]),
        (LabelIn(("dog", 'c"')), r'label in ["dog", "c\""]', [0, 3]),
        (LabelIn(()), "id < 0", []),
        (VideoIn(("w", "x")), 'video_id in ["w", "x"]', [2, 3]),
        (VideoIn(()), "id < 0", []),
        (NotVideoIn(("v", "w")), 'video_id not in ["v", "w"]', [3]),
        (NotVideoIn(()), "id >= 0", [0, 1, 2, 3]),
        (ClipIn((1, 3)), "id in [1, 3]", [1, 3]),
        (ClipIn(()), "id < 0", []),
        (NotClip((1, 3)), "id not in [1, 3]", [0, 2]),
        (NotClip(()), "id >= 0", [0, 1, 2, 3]),
        (TimeRange(2, 3), "start_seconds <= 3.0 and end_seconds > 2.0", [1, 2]),
        (TimeRange(4.5, 9), "start_seconds <= 9.0 and end_seconds > 4.5", [3]),
        (TimeRange(2, 2), "start_seconds <= 2.0 and end_seconds > 2.0", [1, 2]),
        (Duration(2, 2.5), "duration_seconds >= 2.0 and duration_seconds <= 2.5", [0, 1]),
        (Duration(1, 1), "duration_seconds >= 1.0 and duration_seconds <= 1.0", [3]),
        (TagIn(("fast",)), 'json_contains_any(meta["tags"], ["fast"])', [0]),
        (TagIn(("far", "seen")), 'json_contains_any(meta["tags"], ["far", "seen"])', [0, 1]),
        (TagIn(()), "id < 0", []),
        (ColumnIn("colour", ("red",)), 'meta["colour"] == "red"', [0]),
        (ColumnIn("colour", ("",)), '(not (exists meta["colour"])) or meta["colour"] == ""', [1, 2]),
        (ColumnIn("a[b]", ("x",)), 'meta["a\x7f5bb\x7f5d"] == "x"', []),
        (
            ColumnIn("colour", ("red", "")),
            '(meta["colour"] == "red") or ((not (exists meta["colour"])) or meta["colour"] == "")',
            [0, 1, 2],
        ),
        (ColumnIn("colour", ()), "id < 0", []),
    ],
    ids=lambda given: type(given).__name__ if hasattr(given, "keeps") else "",
)
def test_a_filter_says_the_condition_that_it_tests(condition, expression, kept):
    assert condition.expression() == expression
    assert [row.clip_id for row in ROWS if condition.keeps(row)] == kept


@pytest.mark.parametrize("numbers", [(3, 2), (math.nan, 2), (0, math.inf), (-math.inf, 2), (0, math.nan)])
def test_a_time_range_that_is_none_is_refused(numbers):
    words = f"A time range must not end before it starts, as {numbers[0]} to {numbers[1]} does."
    with pytest.raises(SearchIndexError, match=f"^{re.escape(words)}$"):
        TimeRange(*numbers)


@pytest.mark.parametrize("numbers", [(math.nan, 2), (0, math.inf), (math.nan, math.inf)])
def test_lengths_that_are_no_numbers_are_refused(numbers):
    with pytest.raises(SearchIndexError, match=r"^The lengths of clips wanted must be numbers of seconds\.$"):
        Duration(*numbers)


def test_filters_are_joined_by_and():
    both = [VideoIn(("v",)), LabelIn(("dog", "cat")), Duration(2, 2)]
    joined = (
        '(video_id in ["v"]) and (label in ["dog", "cat"]) and (duration_seconds >= 2.0 and duration_seconds <= 2.0)'
    )
    assert join_filters(both) == joined
    assert [row.clip_id for row in ROWS if row_test(both)(row)] == [0]
    assert join_filters([]) == ""
    assert all(map(row_test([]), ROWS))
