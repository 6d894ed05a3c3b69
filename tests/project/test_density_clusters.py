from __future__ import annotations

import numpy as np
import pytest

from vidviz.errors import ProjectionError
from vidviz.project.density_clusters import cluster_embeddings


@pytest.fixture
def blobs():
    """Three groups of 60, 40 and 20 directions, of very different lengths, in mixed order; and their names."""
    rng = np.random.default_rng(0)
    names = rng.permutation(np.repeat([0, 1, 2], [60, 40, 20]))
    vectors = np.eye(3, 64)[names] + 0.03 * rng.standard_normal((120, 64))
    return vectors * rng.uniform(0.01, 100, (120, 1)), names


def test_hdbscan_finds_the_groups_by_direction_and_numbers_them_by_size(blobs):
    found = cluster_embeddings(blobs[0])
    assert found.dtype == np.int64
    placed = found >= 0
    assert placed.mean() > 0.8
    np.testing.assert_array_equal(found[placed], blobs[1][placed])


def test_kmeans_finds_the_groups(blobs):
    np.testing.assert_array_equal(cluster_embeddings(blobs[0], "kmeans", num_clusters=3), blobs[1])
    assert set(cluster_embeddings(blobs[0], "kmeans", num_clusters=7)) == set(range(7))


def test_a_straggler_is_noise(blobs):
    lonely = np.zeros((1, 64))
    lonely[0, 40] = 1
    assert cluster_embeddings(np.vstack([blobs[0], lonely]))[-1] == -1


@pytest.mark.parametrize("method", ["hdbscan", "kmeans"])
def test_few_and_equal_clips_are_one_cluster(method):
    for count in (0, 1, 2, 3):
        assert cluster_embeddings(np.eye(count, 5), method).tolist() == [0] * count
    assert cluster_embeddings(np.ones((50, 5)), method).tolist() == [0] * 50


@pytest.mark.parametrize("method", ["hdbscan", "kmeans"])
@pytest.mark.parametrize("count", [4, 5, 9])
def test_a_handful_of_clips_is_clustered_somehow(method, count):
    found = cluster_embeddings(np.random.default_rng(0).standard_normal((count, 5)), method, num_clusters=20)
    assert found.shape == (count,)
    assert found.min() >= -1


def test_senseless_requests_get_a_sentence(blobs):
    with pytest.raises(ProjectionError, match="'hdbscan' or 'kmeans'"):
        cluster_embeddings(blobs[0], "dbscan")
    with pytest.raises(ProjectionError, match="at least 1 cluster"):
        cluster_embeddings(blobs[0], "kmeans", num_clusters=0)
    with pytest.raises(ProjectionError, match="1 of 2 vectors"):
        cluster_embeddings(np.array([[np.inf], [1]]))
