from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vidviz.errors import ProjectionError
from vidviz.project import neighbours as module
from vidviz.project.neighbours import exact_neighbours

tables = arrays(np.float32, st.tuples(st.integers(1, 14), st.integers(1, 5)), elements=st.floats(-9, 9, width=32))


def brute_force(vectors, k):
    """One pair at a time, in double precision; (distance, index) of each row's neighbours."""
    wide = vectors.astype(np.float64)
    norms = [float(np.sqrt((row * row).sum())) for row in wide]
    found = []
    for one, row in enumerate(wide):
        pairs = []
        for other, candidate in enumerate(wide):
            if other != one:
                product = norms[one] * norms[other]
                pairs.append((1 - float(row @ candidate) / product if product else 1.0, other))
        found.append(sorted(pairs)[:k])
    return found


@given(tables, st.integers(0, 20), st.integers(1, 50))
def test_equals_brute_force_in_blocks_of_any_size(vectors, k, block):
    before, module.BLOCK_SCORES = module.BLOCK_SCORES, block
    try:
        indices, distances = exact_neighbours(vectors, k)
    finally:
        module.BLOCK_SCORES = before
    kept = min(k, len(vectors) - 1)
    assert indices.shape == distances.shape == (len(vectors), kept)
    expected = brute_force(vectors, len(vectors))
    for row, pairs in enumerate(expected):
        assert row not in indices[row]
        assert len(set(indices[row])) == kept
        truth = {other: distance for distance, other in pairs}
        np.testing.assert_allclose(distances[row], [truth[other] for other in indices[row].tolist()], atol=2e-6)
        np.testing.assert_allclose(distances[row], [distance for distance, _ in pairs[:kept]], atol=2e-6)
        assert (np.diff(distances[row]) >= 0).all()


def test_copies_are_neighbours_of_each_other_in_order():
    indices, distances = exact_neighbours(np.ones((4, 3)), 2)
    assert indices.tolist() == [[1, 2], [0, 2], [0, 1], [0, 1]]
    assert np.abs(distances).max() < 1e-6


def test_nothing_has_no_neighbours():
    assert exact_neighbours(np.empty((0, 3)), 5)[0].shape == (0, 0)
    assert exact_neighbours(np.ones((1, 3)), 5)[1].shape == (1, 0)


def test_vectors_that_are_not_finite_are_refused():
    with pytest.raises(ProjectionError, match="1 of 2 vectors"):
        exact_neighbours(np.array([[np.nan], [1.0]]), 1)
