"""What can be said of clusters: the clip that stands for each, and how well each clip sits in its own.

By cosine distance both need no distances between pairs. The mean distance from a clip to a cluster is 1 minus the
product of its unit vector with the mean of theirs, so that time and memory grow with N, not with its square.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.measure.directions import check_rows, unit_directions
from vidviz.types import NOISE

BLOCK_DISTANCES = 4_000_000  # numbers held at once, coordinates or distances to clusters: 32 MB of float64
NO_DISTANCE = 1e-12  # what is closer is the same


@dataclass(frozen=True)
class Silhouette:
    """How much nearer each clip is to its own cluster than to the next one.

    Attributes:
        points: (N,) float64 in -1..1: 1 well inside, 0 between two clusters, below 0 nearer to another; NaN for noise.
        clusters: the mean of each cluster, by its number.
        overall: the mean over all clips that are not noise.
    """

    points: np.ndarray
    clusters: dict[int, float]
    overall: float


def silhouette(vectors: np.ndarray, clusters: np.ndarray) -> Silhouette:
    """The silhouette by cosine distance (Rousseeuw 1987): (b - a) / max(a, b).

    `a` is a clip's mean distance to the others of its cluster, `b` that to the clips of the nearest other cluster.
    The only clip of a cluster has 0, as in the source. Noise is no cluster: it has no value and takes no part.

    Args:
        vectors: (N, D) floats.
        clusters: (N,) ints, -1 for noise.

    Returns:
        All NaN where there are fewer than two clusters, and thus nothing to compare.

    Raises:
        ProjectionError: some vectors are not finite, or the two do not speak of the same clips.
    """
    labels = check_clusters(clusters, len(vectors))
    matrix = check_rows(vectors)
    numbers, sizes = np.unique(labels[labels != NOISE], return_counts=True)
    points = np.full(len(matrix), np.nan)
    if len(numbers) < 2:
        return Silhouette(points, {int(number): float("nan") for number in numbers}, float("nan"))
    sums = np.stack([_summed(matrix, np.flatnonzero(labels == number)) for number in numbers])
    members = np.flatnonzero(labels != NOISE)
    for rows, units in _unit_blocks(matrix, members, len(numbers)):
        points[rows] = _silhouettes(units, np.searchsorted(numbers, labels[rows]), sums, sizes)
    means = {int(number): float(points[labels == number].mean()) for number in numbers}
    return Silhouette(points, means, float(points[members].mean()))


def _silhouettes(units: np.ndarray, own: np.ndarray, sums: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Of rows (M, D) in the clusters at places `own` (M,), given the clusters' summed unit vectors and sizes."""
    rows = np.arange(len(units))
    totals = sizes - units @ sums.T  # (M, K), summed distances to the clips of each cluster
    itself = 1.0 - (units**2).sum(axis=1)  # 0, or 1 for a vector of zeros
    inside = (totals[rows, own] - itself) / np.maximum(sizes[own] - 1, 1)
    means = totals / sizes
    means[rows, own] = np.inf
    outside = means.min(axis=1)
    larger = np.maximum(inside, outside)
    comparable = (sizes[own] > 1) & (larger > NO_DISTANCE)
    return np.clip(np.where(comparable, (outside - inside) / np.where(comparable, larger, 1.0), 0.0), -1.0, 1.0)


def medoids(vectors: np.ndarray, clusters: np.ndarray, count: int = 1) -> dict[int, np.ndarray]:
    """The clips that stand for each cluster: those with the smallest summed cosine distance to all of it.

    The first is the medoid of Kaufman and Rousseeuw (1987), exactly, and fit for a cover picture.

    Args:
        vectors: (N, D) floats.
        clusters: (N,) ints, -1 for noise, which has no medoid.
        count: how many clips of each cluster; all of it where it is smaller.

    Returns:
        Row numbers (at most `count`,) int64 by the cluster's number, the most central first, and the first of equals.

    Raises:
        ProjectionError: some vectors are not finite, or the two do not speak of the same clips.
    """
    labels = check_clusters(clusters, len(vectors))
    matrix = check_rows(vectors)
    found = {}
    for number in np.unique(labels[labels != NOISE]):
        rows = np.flatnonzero(labels == number)
        summed = _summed(matrix, rows)
        closeness = np.concatenate([units @ summed for _, units in _unit_blocks(matrix, rows)])
        order = np.argsort(-closeness.round(9), kind="stable")  # rounded, so that equals are equal
        found[int(number)] = rows[order[: max(0, count)]]
    return found


def _unit_blocks(matrix: np.ndarray, rows: np.ndarray, width: int = 1) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Some of the rows, and their unit vectors in float64: in float32, clips very close by would be at no distance."""
    step = max(1, BLOCK_DISTANCES // max(width, matrix.shape[1]))
    for first in range(0, len(rows), step):
        block = rows[first : first + step]
        yield block, unit_directions(matrix[block].astype(np.float64))


def _summed(matrix: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The sum of the rows' unit vectors, (D,) float64."""
    return np.asarray(sum((units.sum(axis=0) for _, units in _unit_blocks(matrix, rows)), np.zeros(matrix.shape[1])))


def check_clusters(clusters: np.ndarray, count: int) -> np.ndarray:
    """The cluster of each of `count` clips as (N,) int64.

    Raises:
        ProjectionError: there are not as many.
    """
    labels = np.asarray(clusters)
    if labels.shape != (count,) or not (labels.dtype.kind in "iu" or not count):
        raise ProjectionError(f"Clusters of shape {labels.shape} ({labels.dtype}) are not those of {count:,} clips.")
    return labels.astype(np.int64)
