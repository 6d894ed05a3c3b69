"""Exact nearest neighbours, all against all: computed once for a set, shared by UMAP, t-SNE, clusters and measures."""

from __future__ import annotations

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.project.checks import Metric, vectors_for

BLOCK_SCORES = 16_000_000  # distances held at once: 64 MB of float32


def exact_neighbours(vectors: np.ndarray, k: int, metric: Metric = "cosine") -> tuple[np.ndarray, np.ndarray]:
    """The `k` nearest other rows of every row.

    Memory grows with N, not with its square: distances are computed block by block, with BLAS.

    Args:
        vectors: (N, D) floats. By cosine, a vector of zeros is at distance 1 from everything.
        k: neighbours a row; at most N - 1 are returned.
        metric: "cosine", 1 minus the cosine, or "euclidean".

    Returns:
        Indices (N, k) int32 and distances (N, k) float32 (cosine: in 0..2), nearest first and the smaller index
        first where equal. A row is never its own neighbour, not even a copy of another.

    Raises:
        ProjectionError: some vectors are not finite, or the metric is not known.
    """
    matrix = vectors_for(metric, vectors)
    return _search(matrix, matrix, max(0, min(k, len(matrix) - 1)), metric, among_themselves=True)


def nearest_known(
    queries: np.ndarray, known: np.ndarray, k: int, metric: Metric = "cosine"
) -> tuple[np.ndarray, np.ndarray]:
    """The `k` rows of `known` (N, D) nearest to each of `queries` (M, D); at most N are returned.

    Returns:
        Indices (M, k) int32 and distances (M, k) float32, as `exact_neighbours` returns them.

    Raises:
        ProjectionError: some vectors are not finite or not of the same size, or the metric is not known.
    """
    asked, rows = vectors_for(metric, queries), vectors_for(metric, known)
    if asked.shape[1] != rows.shape[1]:
        raise ProjectionError(
            f"Vectors of {asked.shape[1]} numbers cannot be compared with vectors of {rows.shape[1]}; they come from "
            "different networks or layers."
        )
    return _search(asked, rows, max(0, min(k, len(rows))), metric, among_themselves=False)


def _search(
    asked: np.ndarray, known: np.ndarray, k: int, metric: Metric, *, among_themselves: bool
) -> tuple[np.ndarray, np.ndarray]:
    indices = np.empty((len(asked), k), dtype=np.int32)
    distances = np.empty((len(asked), k), dtype=np.float32)
    if not k:
        return indices, distances
    step = max(1, BLOCK_SCORES // len(known))
    for first in range(0, len(asked), step):
        block = slice(first, min(first + step, len(asked)))
        scores = _cosine(asked[block], known) if metric == "cosine" else _euclidean(asked[block], known)
        if among_themselves:
            rows = np.arange(block.stop - first)
            scores[rows, rows + first] = np.inf
        indices[block], distances[block] = _smallest(scores, k)
    return indices, distances


def _cosine(asked: np.ndarray, known: np.ndarray) -> np.ndarray:
    distances = asked @ known.T
    np.subtract(1.0, distances, out=distances)
    return np.asarray(np.clip(distances, 0.0, 2.0, out=distances))


def _euclidean(asked: np.ndarray, known: np.ndarray) -> np.ndarray:
    """By |a|^2 + |b|^2 - 2ab, in float64 about the known rows' mean: near ones differ by little of their length."""
    centre = known.mean(axis=0, dtype=np.float64)
    left, right = asked - centre, known - centre
    distances = left @ right.T
    distances *= -2
    distances += (left**2).sum(axis=1)[:, None]
    distances += (right**2).sum(axis=1)[None]
    np.maximum(distances, 0.0, out=distances)
    return np.asarray(np.sqrt(distances, out=distances))


def _smallest(distances: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    near = np.sort(np.argpartition(distances, k - 1, axis=1)[:, :k], axis=1)
    found = np.take_along_axis(distances, near, axis=1)
    order = np.argsort(found, axis=1, kind="stable")  # after sorting by index: equal distances keep that order
    near, found = np.take_along_axis(near, order, axis=1), np.take_along_axis(found, order, axis=1)
    return near.astype(np.int32), found.astype(np.float32)
