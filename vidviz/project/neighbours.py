"""Exact nearest neighbours by cosine, all against all: shared by UMAP, clusters and measures."""

from __future__ import annotations

import numpy as np

from vidviz.project.checks import check_vectors, unit_rows

BLOCK_SCORES = 16_000_000  # similarities held at once: 64 MB of float32


def exact_neighbours(vectors: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The `k` nearest other rows of every row.

    Memory grows with N, not with its square: similarities are computed block by block.

    Args:
        vectors: (N, D) floats. A vector of zeros is at distance 1 from everything.
        k: neighbours a row; at most N - 1 are returned.

    Returns:
        Indices (N, k) int32 and cosine distances (N, k) float32 in 0..2, nearest first and the smaller index first
        where equal. A row is never its own neighbour, not even a copy of another.

    Raises:
        ProjectionError: some vectors are not finite.
    """
    units = unit_rows(check_vectors(vectors))
    count = len(units)
    k = max(0, min(k, count - 1))
    indices = np.empty((count, k), dtype=np.int32)
    distances = np.empty((count, k), dtype=np.float32)
    if not k:
        return indices, distances
    step = max(1, BLOCK_SCORES // count)
    for first in range(0, count, step):
        block = slice(first, min(first + step, count))
        indices[block], distances[block] = _nearest(units, block, k)
    return indices, distances


def _nearest(units: np.ndarray, block: slice, k: int) -> tuple[np.ndarray, np.ndarray]:
    distances = units[block] @ units.T
    np.subtract(1.0, distances, out=distances)
    rows = np.arange(block.stop - block.start)
    distances[rows, rows + block.start] = np.inf
    near = np.sort(np.argpartition(distances, k - 1, axis=1)[:, :k], axis=1)
    found = np.take_along_axis(distances, near, axis=1)
    order = np.argsort(found, axis=1, kind="stable")  # after sorting by index: equal distances keep that order
    near, found = np.take_along_axis(near, order, axis=1), np.take_along_axis(found, order, axis=1)
    return near.astype(np.int32), np.clip(found, 0.0, 2.0)
