from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.neighbors import NearestNeighbors

from vidviz.errors import ProjectionError
from vidviz.project import neighbours as module
from vidviz.project.neighbours import exact_neighbours, nearest_known

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


@given(tables, st.integers(1, 20), st.integers(1, 50), st.floats(-1000, 1000))
def test_straight_distances_are_exact_however_far_from_zero(vectors, k, block, shift):
    moved = (vectors + np.float32(shift)).astype(np.float32)
    before, module.BLOCK_SCORES = module.BLOCK_SCORES, block
    try:
        indices, distances = exact_neighbours(moved, k, "euclidean")
    finally:
        module.BLOCK_SCORES = before
    kept = min(k, len(moved) - 1)
    assert indices.shape == (len(moved), kept)
    wide = moved.astype(np.float64)
    expected = np.sort(np.linalg.norm(wide[:, None] - wide[None], axis=2), axis=1)[:, 1 : kept + 1]
    np.testing.assert_allclose(distances, expected, atol=1e-5, rtol=1e-5)
    apart = np.linalg.norm(wide[indices] - wide[:, None], axis=2)
    np.testing.assert_allclose(apart, expected, atol=1e-5, rtol=1e-5)
    assert not (indices == np.arange(len(moved))[:, None]).any()


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_the_nearest_known_are_those_of_scikit_learn(metric):
    rng = np.random.default_rng(0)
    known, new = rng.standard_normal((50, 8)), rng.standard_normal((9, 8))
    indices, distances = nearest_known(new, known, 4, metric)
    expected = NearestNeighbors(n_neighbors=4, metric=metric).fit(known).kneighbors(new)
    np.testing.assert_array_equal(indices, expected[1])
    np.testing.assert_allclose(distances, expected[0], atol=1e-5)
    assert nearest_known(new, known[:2], 4, metric)[0].shape == (9, 2)
    assert nearest_known(new[:0], known, 4, metric)[0].shape == (0, 4)


def test_a_known_clip_may_be_its_own_nearest():
    vectors = np.random.default_rng(0).standard_normal((20, 5))
    assert nearest_known(vectors, vectors, 1)[0][:, 0].tolist() == list(range(20))


def test_vectors_of_different_networks_are_not_compared():
    with pytest.raises(ProjectionError, match="different networks or layers"):
        nearest_known(np.ones((1, 3)), np.ones((2, 4)), 1)
    with pytest.raises(ProjectionError, match="'cosine' or 'euclidean'"):
        exact_neighbours(np.ones((2, 2)), 1, "dot")


@given(tables, st.integers(1, 20), st.integers(1, 50), st.integers(0, 10_000), st.sampled_from(["cosine", "euclidean"]))
def test_rows_of_a_source_of_ones_own_do_not_count(vectors, k, block, seed, metric):
    rng = np.random.default_rng(seed)
    sources = rng.choice(["a", "b", "c"], len(vectors))
    rows = rng.permutation(len(vectors))[: rng.integers(0, len(vectors) + 1)]
    before, module.BLOCK_SCORES = module.BLOCK_SCORES, block
    try:
        indices, distances = exact_neighbours(vectors, k, metric, rows=rows, sources=sources)
        every = exact_neighbours(vectors, len(vectors), metric)
    finally:
        module.BLOCK_SCORES = before
    assert indices.shape == distances.shape == (len(rows), min(k, len(vectors) - 1))
    for row, near, apart in zip(rows, indices, distances, strict=True):
        foreign = sources[every[0][row]] != sources[row]
        kept = min(k, int(foreign.sum()))
        assert (near[:kept] >= 0).all()
        assert (sources[near[:kept]] != sources[row]).all()
        assert (near[kept:] == -1).all()
        assert np.isinf(apart[kept:]).all()
        np.testing.assert_allclose(apart[:kept], every[1][row][foreign][:kept], atol=2e-6)


def test_some_rows_have_the_neighbours_that_they_have_among_all():
    vectors = np.random.default_rng(0).standard_normal((30, 6))
    indices, distances = exact_neighbours(vectors, 5)
    some = exact_neighbours(vectors, 5, rows=np.array([7, 2]))
    np.testing.assert_array_equal(some[0], indices[[7, 2]])
    np.testing.assert_allclose(some[1], distances[[7, 2]], atol=1e-6)


def test_of_equal_distances_the_smaller_index_comes_first():
    """Whole numbers about zero: most distances are equal to others, and nothing is rounded."""
    half = np.random.default_rng(0).integers(-1, 2, size=(30, 2)).astype(np.float64)
    grid = np.concatenate([half, -half])
    squared = ((grid[:, None] - grid[None]) ** 2).sum(axis=2)
    indices, _ = exact_neighbours(grid, len(grid) - 1, "euclidean")
    for row in range(len(grid)):
        others = [other for other in range(len(grid)) if other != row]
        assert indices[row].tolist() == sorted(others, key=lambda other, row=row: (squared[row, other], other))
    for row, few in enumerate(exact_neighbours(grid, 20, "euclidean")[0]):
        pairs = [(squared[row, other], other) for other in few.tolist()]
        assert pairs == sorted(pairs)
