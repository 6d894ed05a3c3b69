"""Clusters of clips, found in the embedding and not on the map, which tears and squeezes them."""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.numbers.unit_vectors import unit_rows
from vidviz.project.checks import all_equal, check_vectors
from vidviz.project.neighbour_graph import neighbour_graph
from vidviz.project.neighbours import exact_neighbours
from vidviz.types import NOISE

ClusterMethod = Literal["hdbscan", "kmeans"]

FEWEST_CLIPS = 4
MOST_SAMPLES = 10  # that a density is measured by: with more, small clusters drown in noise


def cluster_embeddings(
    vectors: np.ndarray,
    method: ClusterMethod = "hdbscan",
    *,
    num_clusters: int = 8,
    min_cluster_size: int | None = None,
    seed: int = 0,
    neighbours: tuple[np.ndarray, np.ndarray] | None = None,
) -> np.ndarray:
    """Group clips whose embeddings point the same way.

    Fewer than four clips, and clips that are all alike, are one cluster. Clusters are numbered by falling size.

    HDBSCAN sees the graph of exact nearest neighbours instead of all distances. Its hierarchy is a spanning tree of
    short links, most of which are in that graph, and the time is a fraction of that in hundreds of dimensions.

    Args:
        vectors: (N, D) floats.
        method: "hdbscan" finds the number of clusters by itself and leaves stragglers out as noise
            (Campello, Moulavi, Sander 2013); "kmeans" puts every clip into one of `num_clusters`.
        num_clusters: for k-means; at most one a clip.
        min_cluster_size: for HDBSCAN; by default 5, or a hundredth of the clips.
        seed: for k-means.
        neighbours: for HDBSCAN, what `exact_neighbours(vectors, k)` returned for any k from 10, so that they need not
            be computed again; the clusters are the same.

    Returns:
        (N,) int64, the cluster of each clip; -1 is noise.

    Raises:
        ProjectionError: some vectors are not finite, or the method or its parameters make no sense.
    """
    matrix = check_vectors(vectors)
    if method not in ("hdbscan", "kmeans"):
        raise ProjectionError(f"Clusters are found by 'hdbscan' or 'kmeans', not {method!r}.")
    if num_clusters < 1 or (min_cluster_size is not None and min_cluster_size < 2):
        raise ProjectionError("k-means needs at least 1 cluster, and HDBSCAN clusters of at least 2 clips.")
    units = unit_rows(matrix)
    if len(matrix) < FEWEST_CLIPS or all_equal(units):
        return np.zeros(len(matrix), dtype=np.int64)
    if method == "kmeans":
        return _number_by_size(_kmeans(units, num_clusters, seed))
    size = max(2, min(min_cluster_size or max(5, len(units) // 100), len(units) // 2))
    samples = min(size, MOST_SAMPLES)
    if neighbours is None or neighbours[0].shape[1] < samples:
        neighbours = exact_neighbours(matrix, samples)
    return _number_by_size(_hdbscan(units, neighbours[0][:, :samples], neighbours[1][:, :samples], size))


def _hdbscan(units: np.ndarray, indices: np.ndarray, distances: np.ndarray, size: int) -> np.ndarray:
    from sklearn.cluster import HDBSCAN

    model = HDBSCAN(min_cluster_size=size, min_samples=indices.shape[1], metric="precomputed", copy=True)
    return np.asarray(model.fit_predict(neighbour_graph(units, indices, distances)))


def _kmeans(points: np.ndarray, num_clusters: int, seed: int) -> np.ndarray:
    from sklearn.cluster import KMeans

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fewer distinct points than clusters: fewer clusters are found
        model = KMeans(min(num_clusters, len(points)), n_init=4, random_state=seed)
        return np.asarray(model.fit_predict(points))


def _number_by_size(labels: np.ndarray) -> np.ndarray:
    """Clusters as 0, 1, 2, ... by falling size, the first clip deciding among equals; noise stays -1."""
    names, firsts, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = [place for place in np.lexsort((firsts, -sizes)) if names[place] != NOISE]
    numbered = np.full(len(labels), NOISE, dtype=np.int64)
    for number, place in enumerate(order):
        numbered[labels == names[place]] = number
    return numbered
