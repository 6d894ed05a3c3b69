from __future__ import annotations

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidviz.render.colours import OTHER_COLOUR
from vidviz.render.point_colours import Groups, Values, group_by_label
from vidviz.ui.components.map_points import MapPoints, fold_groups
from vidviz.ui.components.map_shelf import MISSING_VALUE, POINTS, ROWS, shelve_flags, shelve_points
from vidviz.ui.components.media import WorkspaceMedia

COUNT = 7


def make_points(**more: object) -> MapPoints:
    fields: dict[str, object] = {
        "ids": np.arange(COUNT) + 2**53 - 10,
        "coordinates": np.arange(COUNT * 2, dtype=float).reshape(-1, 2) ** 2,
        "spans": np.tile([0.5, 1.5], (COUNT, 1)),
        "titles": [f"<b>{i // 2}</b>.mp4" for i in range(COUNT)],
        "labels": ["run", ""] * 3 + ["jump"],
    }
    return MapPoints(**(fields | more))


def array_of(token: str, kind: str) -> np.ndarray:
    content = POINTS.get(token)
    assert content is not None
    return np.frombuffer(content, kind)


def test_a_point_is_nine_bytes_on_its_way():
    points = make_points()
    told = json.loads(json.dumps(shelve_points(points, group_by_label(points.labels), with_ids=False)))
    assert array_of(told["places"], "<f4").reshape(-1, 2).tolist() == points.coordinates.tolist()
    index = array_of(told["colour_index"], "u1")
    assert [told["groups"]["names"][i] for i in index] == ["run", "no label"] * 3 + ["jump"]
    assert told["groups"]["counts"] == [1, 3, 3]
    assert len(POINTS.get(told["places"]) or b"") + len(POINTS.get(told["colour_index"]) or b"") == 9 * COUNT
    assert told["bounds"] == [0, 144, 1, 169]
    assert told["clip_ids"] is None


def test_ids_go_along_for_posters_only():
    points = make_points()
    told = shelve_points(points, group_by_label(points.labels), with_ids=True)
    assert array_of(told["clip_ids"], "<f8").astype(np.int64).tolist() == points.ids.tolist()


def test_what_is_the_same_keeps_its_name_and_what_changed_does_not():
    points = make_points()
    by_label, by_value = group_by_label(points.labels), Values(np.arange(COUNT, dtype=float), "x")
    first, again = (shelve_points(make_points(), by_label, with_ids=False) for _ in range(2))
    assert first == again
    recoloured = shelve_points(points, by_value, with_ids=False)
    assert recoloured["places"] == first["places"]
    assert recoloured["colour_index"] != first["colour_index"]
    moved = shelve_points(make_points(coordinates=points.coordinates + 1), by_label, with_ids=False)
    assert moved["same_clips"] == first["same_clips"]
    assert moved["places"] != first["places"]
    renamed = shelve_points(make_points(titles=["x"] * COUNT), by_label, with_ids=False)
    assert renamed["rows"] != first["rows"]


def test_texts_with_a_zero_in_them_do_not_run_together():
    def rows_of(*labels: str) -> str:
        points = make_points(labels=[*labels, *[""] * (COUNT - 2)])
        return str(shelve_points(points, Values(np.zeros(COUNT), "x"), with_ids=False)["rows"])

    assert rows_of("a\0b", "c") != rows_of("a", "b\0c")


def test_one_row_is_told_as_json():
    points = make_points(scores=np.array([np.nan, *range(1, COUNT)]))
    told = shelve_points(points, Values(np.array([1.5, np.inf, *range(5)]), "x"), with_ids=False)
    row = json.loads(json.dumps(WorkspaceMedia().point_row(told["rows"], 0), allow_nan=False))
    assert row == {
        "id": 2**53 - 10,
        "title": "<b>0</b>.mp4",
        "label": "run",
        "start": 0.5,
        "end": 1.5,
        "score": None,
        "colour": None,
        "value": 1.5,
    }
    rows = ROWS.get(told["rows"])
    assert rows is not None
    assert rows.describe(1) == row | {"id": 2**53 - 9, "label": "", "score": 1.0, "value": None}
    assert rows.describe(COUNT) is None
    assert rows.num_bytes > COUNT * 8 * 4
    grouped = shelve_points(points, group_by_label(points.labels), with_ids=False)
    coloured = WorkspaceMedia().point_row(grouped["rows"], 0)
    assert coloured is not None
    assert re.fullmatch("#[0-9A-F]{6}", coloured["colour"])
    assert WorkspaceMedia().point_row("0" * 32, 0) is None
    assert WorkspaceMedia().point_bytes(told["places"]) == POINTS.get(told["places"])


@given(
    st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=50),
    st.sampled_from(["viridis", "diverging"]),
)
def test_a_value_is_at_most_half_a_step_from_its_colour(values: list[float], scale: str):
    count = len(values)
    points = MapPoints(np.arange(count), np.zeros((count, 2)), np.zeros((count, 2)), [""] * count, [""] * count)
    told = shelve_points(points, Values(np.array(values), "x", scale), with_ids=False)
    index = array_of(told["colour_index"], "u1").astype(float)
    low, high = told["scale"]["low"], told["scale"]["high"]
    known = np.isfinite(values)
    assert (index[~known] == MISSING_VALUE).all()
    assert (index[known] < MISSING_VALUE).all()
    shown = low + (high - low) * index[known] / 254
    assert np.abs(shown - np.array(values)[known]).max(initial=0) <= (high - low) / 254 * 0.5000001


@given(st.lists(st.booleans(), max_size=40))
def test_flags_are_bits_the_first_in_the_lowest(flags: list[bool]):
    token = shelve_flags(np.array(flags, bool), len(flags))
    assert token is not None
    bits = POINTS.get(token)
    assert bits is not None
    assert [bool(bits[row >> 3] >> (row & 7) & 1) for row in range(len(flags))] == flags


def test_flags_belong_to_the_points():
    assert shelve_flags(None, 3) is None
    with pytest.raises(ValueError, match="2 flags"):
        shelve_flags(np.zeros(2, bool), 3)


def test_more_groups_than_a_byte_tells_apart_become_one_grey_one():
    index = np.concatenate([np.arange(400), np.arange(300, 400), [7]])
    shades = [OTHER_COLOUR if number == 399 else f"#{number:06X}" for number in range(400)]
    folded = fold_groups(Groups(index, [str(number) for number in range(400)], shades))
    assert isinstance(folded, Groups)
    assert len(folded.names) == 255
    assert (folded.names[-1], folded.colours[-1]) == ("other", OTHER_COLOUR)
    told = [folded.names[number] for number in folded.index]
    assert {"7", "300", "398"} <= set(told)  # the largest keep their names
    for before, after in zip(index.tolist(), told, strict=True):
        assert after in (str(before), "other")
    assert told[399] == "other"
    few = group_by_label(["a", "b"])
    assert fold_groups(few) is few
