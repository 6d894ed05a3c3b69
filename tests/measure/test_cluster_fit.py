from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import pairwise_distances, silhouette_samples

from vidviz.errors import ProjectionError
from vidviz.measure import cluster_fit as module
from vidviz.measure.cluster_fit import medoids, silhouette

seeds = st.integers(0, 10_000)


@settings(deadline=None)
@given(seeds, st.integers(4, 40), st.integers(2, 5), st.booleans(), st.integers(1, 100))
def test_silhouettes_equal_those_of_scikit_learn_without_noise(seed, count, kinds, zeros, block):
    rng = np.random.default_rng(seed)
    vectors, clusters = rng.standard_normal((count, 5)), rng.integers(-1, kinds, count)
    clusters[:3] = [0, 0, 1]  # at least two, and one of them of more than one clip
    if zeros:
        vectors[rng.integers(0, count, 2)] = 0
    before, module.BLOCK_DISTANCES = module.BLOCK_DISTANCES, block
    try:
        found = silhouette(vectors, clusters)
    finally:
        module.BLOCK_DISTANCES = before
    kept = clusters >= 0
    assert np.isnan(found.points[~kept]).all()
    if kept.sum() == len(np.unique(clusters[kept])):  # scikit-learn refuses as many clusters as clips
        return
    expected = silhouette_samples(vectors[kept], clusters[kept], metric="cosine")
    np.testing.assert_allclose(found.points[kept], expected, atol=1e-7)
    assert found.overall == pytest.approx(expected.mean(), abs=1e-7)
    for number, mean in found.clusters.items():
        assert mean == pytest.approx(expected[clusters[kept] == number].mean(), abs=1e-7)


def test_clips_very_close_by_have_a_silhouette_too():
    rng = np.random.default_rng(0)
    vectors = np.ones((40, 8)) + 1e-5 * (np.eye(8)[np.repeat([0, 1], 20)] + 0.1 * rng.standard_normal((40, 8)))
    clusters = np.repeat([0, 1], 20)
    expected = silhouette_samples(vectors, clusters, metric="cosine")
    np.testing.assert_allclose(silhouette(vectors, clusters).points, expected, atol=1e-3)
    assert expected.min() > 0.5


def test_equal_vectors_are_in_no_cluster_more_than_in_another():
    found = silhouette(np.full((6, 3), 0.1), np.array([0, 0, 0, 1, 1, 1]))
    assert found.points.tolist() == [0] * 6


@pytest.mark.parametrize("clusters", [[], [0], [0, 0, 0], [-1, -1], [-1, 4, 4]])
def test_fewer_than_two_clusters_have_nothing_to_compare(clusters):
    found = silhouette(np.eye(3)[: len(clusters)], np.array(clusters, dtype=np.int64))
    assert np.isnan(found.points).all()
    assert np.isnan(found.overall)
    assert set(found.clusters) == set(clusters) - {-1}


@given(seeds, st.integers(1, 30), st.integers(1, 4), st.integers(1, 5), st.integers(1, 60))
def test_medoids_are_the_clips_with_the_smallest_summed_distance(seed, size, kinds, count, block):
    rng = np.random.default_rng(seed)
    vectors, clusters = rng.standard_normal((size, 4)), rng.integers(-1, kinds, size)
    before, module.BLOCK_DISTANCES = module.BLOCK_DISTANCES, block
    try:
        found = medoids(vectors, clusters, count)
    finally:
        module.BLOCK_DISTANCES = before
    assert set(found) == set(clusters.tolist()) - {-1}
    for number, rows in found.items():
        members = np.flatnonzero(clusters == number)
        sums = pairwise_distances(vectors[members], metric="cosine").sum(axis=1)
        assert set(rows.tolist()) <= set(members.tolist())
        chosen = [sums[members.tolist().index(row)] for row in rows]
        np.testing.assert_allclose(chosen, np.sort(sums)[:count], atol=1e-9)


def test_of_equal_clips_the_first_is_the_medoid():
    assert medoids(np.full((9, 3), 0.1), np.array([2, 1, 1, 1, 2, 2, -1, -1, -1]))[1].tolist() == [1]


def test_senseless_requests_get_a_sentence():
    with pytest.raises(ProjectionError, match="not those of 2 clips"):
        silhouette(np.ones((2, 2)), np.zeros(3, int))
    with pytest.raises(ProjectionError, match="not those of 2 clips"):
        medoids(np.ones((2, 2)), np.array([0.5, 1]))
    with pytest.raises(ProjectionError, match="1 of 2 rows"):
        medoids(np.array([[np.nan], [1]]), np.zeros(2, int))
    with pytest.raises(ProjectionError, match="1 of 2 rows"):
        silhouette(np.array([[np.inf], [1]]), np.arange(2))
