from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidviz.ui.components.map_events import Polygon, read_clip_id, read_polygon, read_window

SQUARE = np.array([[0, 0], [4, 0], [4, 4], [0, 4]], float)
POINTS = np.array([[1, 1], [5, 1], [2, 3], [-1, 2], [3.9, 3.9]])


def crossings(polygon: np.ndarray, x: float, y: float) -> bool:
    """The rule again, one point at a time."""
    inside = False
    for i in range(len(polygon)):
        (x0, y0), (x1, y1) = polygon[i], polygon[(i + 1) % len(polygon)]
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            inside = not inside
    return inside


def test_a_square_and_a_crossed_bow():
    assert Polygon("replace", SQUARE).points_inside(POINTS).tolist() == [True, False, True, False, True]
    bow = np.array([[0, 0], [4, 4], [4, 0], [0, 4]], float)
    assert Polygon("replace", bow).points_inside(np.array([[3.5, 2], [2, 3.5], [2, 0.5]])).tolist() == [
        True,
        False,
        False,
    ]


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=3, max_size=12),
    st.lists(st.tuples(st.floats(-6, 6), st.floats(-6, 6)), max_size=20),
)
def test_all_points_at_once_equal_one_by_one(corners: list[tuple[float, float]], points: list[tuple[float, float]]):
    polygon = Polygon("replace", np.array(corners))
    found = polygon.points_inside(np.array(points).reshape(-1, 2))
    assert found.tolist() == [crossings(polygon.corners, x, y) for x, y in points]


def test_modes():
    before = np.array([False, True, True, True, False])
    inside = np.array([True, False, True, False, True])
    after = {
        mode: Polygon(mode, SQUARE).apply(before, POINTS).tolist() for mode in ("replace", "add", "remove", "clear")
    }
    assert after["replace"] == inside.tolist()
    assert after["add"] == (before | inside).tolist()
    assert after["remove"] == (before & ~inside).tolist()
    assert after["clear"] == [False] * 5
    assert before.tolist() == [False, True, True, True, False]


@pytest.mark.parametrize(
    "value",
    [
        None,
        "replace",
        {"mode": "replace"},
        {"mode": "erase", "points": [[0, 0], [1, 0], [1, 1]]},
        {"mode": ["replace"], "points": []},
        {"mode": "replace", "points": [[0, 0], [1, 1]]},
        {"mode": "replace", "points": [[0, 0], [1, 0], [1, float("nan")]]},
        {"mode": "replace", "points": [[0, 0], [1, 0], [1, "1"]]},
        {"mode": "replace", "points": [[0, 0], [1, 0], [1]]},
        {"mode": "replace", "points": [[0, 0]] * 5000},
        {"mode": "replace", "points": {"0": [0, 0]}},
        {"mode": "replace", "points": [[0, 0], [1, 0], [1, 10**400]]},
    ],
)
def test_what_is_no_polygon_is_none(value: object):
    assert read_polygon(value) is None


def test_a_polygon_and_a_clear_are_read():
    polygon = read_polygon({"mode": "add", "points": [[0, 0], [1, 0.5], [1, 1]]})
    assert polygon is not None
    assert polygon.mode == "add"
    assert polygon.corners.shape == (3, 2)
    clear = read_polygon({"mode": "clear", "points": []})
    assert clear is not None
    assert clear.corners.shape == (0, 2)


@pytest.mark.parametrize(("value", "read"), [(7, 7), (7.0, 7), (2**53 - 1, 2**53 - 1), (0, 0)])
def test_clip_ids_are_read(value: object, read: int):
    assert read_clip_id(value) == read


@pytest.mark.parametrize("value", [None, True, "7", 7.5, -1, 2**53, float("nan"), float("inf"), [7]])
def test_what_is_no_clip_id_is_none(value: object):
    assert read_clip_id(value) is None


@pytest.mark.parametrize("value", [[0, 1, -2.5, 3], (0.0, 1e-9, 0, 1), [], list(range(9)), [0] * 9])
def test_windows_are_read(value: list[float]):
    assert read_window(value) == tuple(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "0,1,2,3",
        {"0": 1},
        [0, 1, 2],
        [0, 1, 2, 3, 4],
        [1, 0, 0, 1],
        [0, 0, 0, 1],
        [0, 1, 1, 1],
        [0, 1, 0, True],
        [0, 1, 0, "1"],
        [0, 1, 0, float("nan")],
        [0, 1, 0, float("inf")],
        [0, 1, 0, 1e31],
        [0, 1, 0, 10**400],
        [0] * 8 + [None],
    ],
)
def test_what_is_no_window_is_none(value: object):
    assert read_window(value) is None


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3), st.lists, max_leaves=12)
)
def test_whatever_comes_a_window_is_finite_and_ordered_or_none(value: object):
    window = read_window(value)
    if window is None:
        return
    assert len(window) in (0, 4, 9)
    assert np.isfinite(window).all()
    assert len(window) != 4 or (window[0] < window[1] and window[2] < window[3])
