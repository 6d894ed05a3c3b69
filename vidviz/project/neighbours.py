"""Exact nearest neighbours, all against all: computed once for a set, shared by UMAP, t-SNE, clusters and measures."""

from __future__ import annotations

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.numbers.metrics import Metric
from vidviz.project.checks import vectors_for

BLOCK_SCORES = 16_000_000  # distances held at once: 64 MB of float32


def exact_neighbours(
    vectors: np.ndarray,
    k: int,
    metric: Metric = "cosine",
    *,
    rows: np.ndarray | None = None,
    sources: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The `k` nearest other rows of every row, or of some.

    Memory grows with N, not with its square: distances are computed block by block, with BLAS.

    Args:
        vectors: (N, D) floats. By cosine, a vector of zeros is at distance 1 from everything.
        k: neighbours a row; at most N - 1 are returned.
        metric: "cosine", 1 minus the cosine, or "euclidean".
        rows: (Q,) the rows whose neighbours are wanted; all N when not given.
        sources: (N,) of any kind, e.g. the video of each clip: rows of a row's own source are none of its neighbours.

    Returns:
        Indices (Q, k) int32 and distances (Q, k) float32 (cosine: in 0..2), nearest first and the smaller index
        first where equal. A row is never its own neighbour, not even a copy of another. Where `sources` leave a row
        fewer than k, the rest is -1 at an infinite distance.

    Raises:
        ProjectionError: some vectors are not finite, or the metric is not known.
    """
    matrix = vectors_for(metric, vectors)
    own = np.arange(len(matrix)) if rows is None else np.asarray(rows, np.int64)
    asked = matrix if rows is None else matrix[own]
    groups = None if sources is None else np.unique(np.asarray(sources), return_inverse=True)[1]
    return _search(asked, matrix, max(0, min(k, len(matrix) - 1)), metric, own=own, groups=groups)


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
    return _search(asked, rows, max(0, min(k, len(rows))), metric)


def _search(
    asked: np.ndarray,
    known: np.ndarray,
    k: int,
    metric: Metric,
    *,
    own: np.ndarray | None = None,
    groups: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Where `own` (Q,) says which of the known rows are asked with, they do not count, nor does their group."""
    indices = np.empty((len(asked), k), dtype=np.int32)
    distances = np.empty((len(asked), k), dtype=np.float32)
    if not k:
        return indices, distances
    step = max(1, BLOCK_SCORES // len(known))
    for first in range(0, len(asked), step):
        block = slice(first, min(first + step, len(asked)))
        scores = _cosine(asked[block], known) if metric == "cosine" else _euclidean(asked[block], known)
        if own is not None:
            scores[np.arange(len(scores)), own[block]] = np.inf
            if groups is not None:
                scores[groups[own[block]][:, None] == groups[None]] = np.inf
        indices[block], distances[block] = _smallest(scores, k)
    if groups is not None:
        indices[np.isinf(distances)] = -1
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
