from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidviz.measure import neighbours as module
from vidviz.measure.neighbours import neighbour_overlap


@given(st.integers(0, 9), st.integers(1, 6), st.integers(1, 6), st.integers(0, 1000))
def test_equals_counting_one_by_one(count, true_k, map_k, seed):
    rng = np.random.default_rng(seed)
    true = np.array([rng.permutation(10)[:true_k] for _ in range(count)]).reshape(count, true_k)
    near = np.array([rng.permutation(10)[:map_k] for _ in range(count)]).reshape(count, map_k)
    before, module.BLOCK_COMPARISONS = module.BLOCK_COMPARISONS, 40
    try:
        found = neighbour_overlap(true, near)
    finally:
        module.BLOCK_COMPARISONS = before
    expected = [len(set(one) & set(other)) / true_k for one, other in zip(true.tolist(), near.tolist(), strict=True)]
    assert found.tolist() == pytest.approx(expected)


def test_order_does_not_matter_and_no_neighbours_are_no_number():
    assert neighbour_overlap(np.array([[1, 2], [0, 2]]), np.array([[2, 1], [5, 0]])).tolist() == [1.0, 0.5]
    assert np.isnan(neighbour_overlap(np.empty((2, 0), int), np.ones((2, 3), int))).all()


def test_neighbours_of_different_points_are_refused():
    with pytest.raises(ValueError, match="not of the same points"):
        neighbour_overlap(np.ones((2, 3)), np.ones((3, 3)))
