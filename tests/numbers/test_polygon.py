from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vidviz.errors import ProjectionError
from vidviz.numbers.polygon import points_in_polygon

SQUARE = np.array([[0.0, 0], [2, 0], [2, 2], [0, 2]])
coarse = st.integers(-4, 4).map(float)  # many points on corners, edges and level edges
fine = st.floats(-5, 5, width=32, allow_subnormal=False)  # as maps hold them: no product of two differences underflows


def pairs(elements, most):
    return st.one_of(
        arrays(np.float64, st.tuples(st.integers(0, most), st.just(2)), elements=kind) for kind in elements
    )


def reference(points, polygon):
    """A point and an edge at a time; the last bit of a crossing never reaches beyond the outline's box."""
    answers = []
    for x, y in points.tolist():
        inside = False
        corners = polygon.tolist()
        for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
            if (y0 <= y) != (y1 <= y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
                inside = not inside
        answers.append(inside and len(corners) >= 3 and bool(x <= polygon[:, 0].max()))
    return answers


@given(pairs([coarse, fine], 25), pairs([coarse, fine], 9))
def test_equals_the_rule_point_by_point(points, polygon):
    assert points_in_polygon(points, polygon).tolist() == reference(points, polygon)


@given(pairs([coarse, fine], 25), pairs([coarse, fine], 9), st.integers(0, 8), st.booleans())
def test_where_the_outline_starts_and_its_direction_do_not_matter(points, polygon, start, backwards):
    corners = points_in_polygon(points, polygon)
    turned = np.roll(polygon, start, axis=0)[:: -1 if backwards else 1]
    on_grid = (points == points.round()).all() and (polygon == polygon.round()).all()
    if on_grid:  # elsewhere the last bit of a crossing depends on the direction
        assert points_in_polygon(points, turned).tolist() == corners.tolist()


def test_boundaries_belong_to_the_left_and_lower_side():
    points = np.array([[0, 1], [1, 0], [2, 1], [1, 2], [0, 0], [2, 2], [1, 1]], dtype=float)
    assert points_in_polygon(points, SQUARE).tolist() == [True, True, False, False, True, False, True]


def test_neighbouring_polygons_share_no_point():
    grid = np.stack(np.meshgrid(np.arange(-1, 6, 0.5), np.arange(-1, 4, 0.5)), axis=-1).reshape(-1, 2)
    assert not (points_in_polygon(grid, SQUARE) & points_in_polygon(grid, SQUARE + np.array([2, 0]))).any()


def test_a_hole_made_by_crossing_is_outside():
    star = np.array([[np.sin(angle), np.cos(angle)] for angle in np.arange(5) * 4 * np.pi / 5])
    assert points_in_polygon(np.array([[0, 0], [0, 0.9]]), star).tolist() == [False, True]


@pytest.mark.parametrize("corners", [0, 1, 2])
def test_fewer_than_three_corners_enclose_nothing(corners):
    assert not points_in_polygon(SQUARE, SQUARE[:corners]).any()


def test_points_that_are_nowhere_are_not_inside():
    points = np.array([[np.nan, 1], [1, np.nan], [np.inf, 1], [1, 1]])
    assert points_in_polygon(points, SQUARE).tolist() == [False, False, False, True]


def test_senseless_selections_get_a_sentence():
    with pytest.raises(ProjectionError, match="not a number"):
        points_in_polygon(SQUARE, np.array([[0, 0], [1, np.nan], [1, 1]]))
    with pytest.raises(ProjectionError, match="x and y"):
        points_in_polygon(np.zeros((4, 3)), SQUARE)
