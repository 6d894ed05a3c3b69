from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cosine

from vidviz.errors import ProjectionError
from vidviz.measure.typical import by_typicality


@given(st.integers(0, 1000), st.integers(1, 20), st.integers(1, 8), st.booleans())
def test_equals_sorting_by_the_distance_to_the_mean_direction(seed, count, size, as_mask):
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((count, 4)) * rng.uniform(0.01, 100, (count, 1))
    rows = rng.permutation(count)[:size]
    mask = np.isin(np.arange(count), rows)
    found, cosines = by_typicality(vectors, mask if as_mask else rows)
    assert sorted(found.tolist()) == sorted(rows.tolist())
    centre = (vectors[rows] / np.linalg.norm(vectors[rows], axis=1, keepdims=True)).mean(axis=0)
    np.testing.assert_allclose(cosines, [1 - cosine(vectors[row], centre) for row in found], atol=1e-9)
    assert (np.diff(cosines) <= 0).all()


def test_the_odd_one_comes_last_and_length_has_no_say():
    vectors = np.array([[0.0, 500], [1, 0.1], [1, 0], [1, -0.1], [7, 7]])
    assert by_typicality(vectors, np.array([0, 1, 2, 3]))[0].tolist()[-1] == 0


def test_equals_keep_their_order():
    assert by_typicality(np.ones((4, 2)), np.array([3, 1, 2]))[0].tolist() == [3, 1, 2]


@pytest.mark.parametrize("vectors", [np.array([[1.0, 0], [-2, 0]]), np.zeros((2, 3))])
def test_what_cancels_out_has_no_typical_clip(vectors):
    rows, cosines = by_typicality(vectors, np.array([1, 0]))
    assert rows.tolist() == [1, 0]
    assert cosines.tolist() == [0, 0]


def test_nothing_selected_is_nothing():
    for nothing in (np.array([]), np.zeros(3, bool)):
        rows, cosines = by_typicality(np.eye(3), nothing)
        assert (rows.shape, cosines.shape) == ((0,), (0,))


def test_a_faulty_vector_matters_only_where_it_is_selected():
    vectors = np.array([[1.0, 0], [np.nan, 0], [0, 1]])
    assert len(by_typicality(vectors, np.array([0, 2]))[0]) == 2
    with pytest.raises(ProjectionError, match="1 of 2 rows"):
        by_typicality(vectors, np.array([0, 1]))


@pytest.mark.parametrize("selected", [np.array([3]), np.array([-1]), np.ones(2, bool), np.ones((1, 1), int)])
def test_a_selection_that_does_not_fit_is_refused(selected):
    with pytest.raises(ProjectionError, match="does not fit the 3 clips"):
        by_typicality(np.eye(3), selected)
