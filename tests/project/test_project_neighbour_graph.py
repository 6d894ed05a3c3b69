from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components
from sklearn.cluster import HDBSCAN
from sklearn.metrics import adjusted_rand_score

from vidviz.numbers.unit_vectors import unit_rows
from vidviz.project.density_clusters import cluster_embeddings
from vidviz.project.neighbour_graph import CLOSEST, neighbour_graph
from vidviz.project.neighbours import exact_neighbours


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 30), st.integers(1, 5), st.integers(1, 6), st.integers(0, 10_000))
def test_is_one_symmetric_piece_of_true_distances(count, kinds, k, seed):
    rng = np.random.default_rng(seed)
    units = unit_rows(rng.standard_normal((kinds, 4))[rng.integers(0, kinds, count)])
    units[rng.integers(0, count, count // 2)] = unit_rows(rng.standard_normal((count // 2, 4)))
    graph = neighbour_graph(units, *exact_neighbours(units, k))
    assert connected_components(graph, directed=False)[0] == 1
    dense = graph.toarray()
    np.testing.assert_array_equal(dense, dense.T)
    found = (dense > 0) & ~np.eye(count, dtype=bool)
    true = np.linalg.norm(units[:, None] - units[None], axis=2)
    np.testing.assert_allclose(dense[found], np.maximum(true[found], CLOSEST), atol=1e-3)
    assert (np.diag(dense) < dense[found].min()).all()
    assert (found.sum(axis=1) >= min(k, count - 1)).all()


@pytest.mark.parametrize("size", [64, 256])
def test_clusters_are_those_of_all_distances(size):
    rng = np.random.default_rng(0)
    names = rng.choice(6, 500, p=[0.4, 0.2, 0.15, 0.1, 0.1, 0.05])
    vectors = unit_rows(rng.standard_normal((6, size)))[names] + 0.06 * rng.standard_normal((500, size))
    vectors[:10] = rng.standard_normal((10, size))  # stragglers
    units = unit_rows(vectors)
    truth = HDBSCAN(min_cluster_size=8, min_samples=8, copy=True).fit_predict(units)
    found = cluster_embeddings(vectors, min_cluster_size=8)
    assert truth.max() == 5
    assert adjusted_rand_score(truth, found) > 0.97
    np.testing.assert_array_equal(found[:10], -1)
    given = cluster_embeddings(vectors, min_cluster_size=8, neighbours=exact_neighbours(vectors, 20))
    np.testing.assert_array_equal(found, given)


def test_copies_are_clusters():
    vectors = np.repeat(np.random.default_rng(0).standard_normal((7, 9)), 12, axis=0)
    found = cluster_embeddings(vectors)
    np.testing.assert_array_equal(found, np.repeat(np.arange(7), 12))
