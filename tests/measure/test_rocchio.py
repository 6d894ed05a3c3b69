"""Rocchio's direction: against its formula, for one example and for none that is left."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vidviz.errors import ProjectionError
from vidviz.measure.rocchio import rocchio_direction

numbers = st.floats(-100, 100, allow_nan=False, width=32)


def weights_for(vectors):
    weight = st.one_of(st.floats(0.1, 3), st.floats(-3, -0.1))
    return st.tuples(st.just(vectors), st.lists(weight, min_size=len(vectors), max_size=len(vectors)))


@given(arrays(np.float32, st.tuples(st.integers(1, 6), st.just(4)), elements=numbers).flatmap(weights_for))
def test_it_is_the_mean_wanted_minus_the_mean_not_wanted(case):
    vectors, weights = case
    lengths = np.linalg.norm(vectors.astype(float), axis=1, keepdims=True)
    units = np.divide(vectors, lengths, out=np.zeros(vectors.shape), where=lengths > 1e-6)
    chosen = np.array(weights)
    expected = np.zeros(4)
    for side in (chosen > 0, chosen < 0):
        if side.any():
            expected += (chosen[side, None] * units[side]).sum(axis=0) / side.sum()
    if np.linalg.norm(expected) < 1e-4 or (lengths < 1e-3).any():
        return
    found = rocchio_direction(vectors, weights)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(found, expected / np.linalg.norm(expected), atol=1e-4)


def test_one_example_is_its_own_direction_and_its_length_is_no_matter():
    np.testing.assert_allclose(rocchio_direction(np.array([[0.0, 5.0]]), [0.5]), [0, 1])
    np.testing.assert_allclose(rocchio_direction(np.array([[0.0, 5.0], [1000, 0]]), [1, 1]), [0.5**0.5] * 2, atol=1e-6)


@pytest.mark.parametrize("weights", [[1.0, -1.0], [0.0, 0.0]])
def test_examples_that_cancel_out_are_told(weights):
    with pytest.raises(ProjectionError, match="cancel each other out"):
        rocchio_direction(np.ones((2, 3)), weights)


@pytest.mark.parametrize("weights", [[1.0], [1.0, float("nan")]])
def test_weights_that_do_not_belong_are_refused(weights):
    with pytest.raises(ProjectionError, match="2 examples need as many finite weights"):
        rocchio_direction(np.ones((2, 3)), weights)
