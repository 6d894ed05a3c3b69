"""Trustworthiness and continuity of a whole map (Venna and Kaski 2001).

Venna and Kaski, Neighborhood preservation in nonlinear projection methods: an experimental study. With N clips, U(i)
the k nearest of clip i on the map that are not among its k nearest in the embedding, and r(i, j) the rank of j among
the others by distance from i in the embedding (the nearest has 1), trustworthiness is

    1 - 2 / (N k (2 N - 3 k - 1)) * sum over i, sum over j in U(i) of (r(i, j) - k)

and continuity the same with embedding and map swapped: the first falls where the map invents neighbours, the second
where it tears them apart. Both are 1 on a perfect map; the factor makes 0 the worst.

Distances from a block of rows to all others are held at once, never all of them: about five arrays of
`BLOCK_DISTANCES` numbers (at most 160 MB), whatever N is, beyond copies of the vectors and points. Time grows with
the square of N.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.measure.directions import check_rows, unit_directions
from vidviz.measure.point_trust import DEFAULT_NEIGHBOURS, check_neighbours
from vidviz.numbers.metrics import Metric, check_metric

BLOCK_DISTANCES = 4_000_000
FEW_COORDINATES = 3

Distances = Callable[[slice], np.ndarray]
"""Rows first..last -> their distances (or anything of the same order) to all N rows, (rows, N)."""


def trustworthiness(
    vectors: np.ndarray, map_points: np.ndarray, k: int = DEFAULT_NEIGHBOURS, metric: Metric = "cosine"
) -> float:
    """How far neighbours on the map are neighbours in the embedding; falls where the map invents neighbours.

    Equal to scikit-learn's `trustworthiness`, but for equal distances: where the rank of j is not determined, the mean
    over all orders counts, and points that share a place on the map are neighbours in an order drawn once.

    Args:
        vectors: (N, D) floats.
        map_points: (N, dims) floats.
        k: the size of the neighbourhood; at most (N - 1) // 2, beyond which the factor has no meaning.
        metric: "cosine" or "euclidean", in the embedding; the map is measured straight.

    Returns:
        0..1; NaN for fewer than three clips.

    Raises:
        ProjectionError: the two do not speak of the same clips, some numbers are not finite, or a parameter makes no
            sense.
    """
    rows, points = check_rows(vectors), check_rows(map_points)
    if len(rows) != len(points):
        raise ProjectionError(f"A map of {len(points):,} points is not one of {len(rows):,} vectors.")
    if k < 1:
        raise ProjectionError(f"Trust needs at least 1 neighbour, not {k}.")
    # Shuffled, so that clips on one place are no neighbours for being of one video, side by side in the table.
    order = np.random.default_rng(0).permutation(len(rows))
    straight = _straight(points[order])
    k = min(k, (len(rows) - 1) // 2)
    if k < 1:
        return float("nan")
    return _trust(len(rows), k, lambda block: _nearest(straight(block), block, k), _by(metric, rows[order]))


def continuity(true_neighbours: np.ndarray, map_points: np.ndarray, k: int = DEFAULT_NEIGHBOURS) -> float:
    """How far neighbours in the embedding are neighbours on the map; falls where the map tears them apart.

    Trustworthiness with embedding and map swapped, which needs no more of the embedding than its neighbours.

    Args:
        true_neighbours: (N, K) row numbers of each clip's nearest other clips in the embedding, nearest first.
        map_points: (N, dims) floats.
        k: the size of the neighbourhood; at most K and (N - 1) // 2.

    Returns:
        0..1; NaN for fewer than three clips.

    Raises:
        ProjectionError: the two do not speak of the same clips, a point is not finite, or k is below 1.
    """
    points = check_rows(map_points)
    nearest = check_neighbours(true_neighbours, len(points), k)[:, : max(0, (len(points) - 1) // 2)]
    if not nearest.shape[1]:
        return float("nan")
    return _trust(len(points), nearest.shape[1], lambda block: nearest[block], _straight(points))


def _trust(count: int, k: int, nearest: Callable[[slice], np.ndarray], distances: Distances) -> float:
    """1 minus the penalty for the `nearest` of one space that are far in the other, whose distances are given."""
    step = max(1, BLOCK_DISTANCES // count)
    penalty = 0.0
    for first in range(0, count, step):
        block = slice(first, min(first + step, count))
        apart = distances(block)
        rows = np.arange(block.stop - first)
        apart[rows, rows + first] = -np.inf  # itself, before all others
        found = np.take_along_axis(apart, nearest(block), axis=1)
        apart.sort(axis=1)
        for row, asked in zip(apart, found, strict=True):
            # Itself is counted among the closer ones, and would have rank 0.
            closer = np.searchsorted(row, asked, side="left") - 1
            penalty += _excess(closer, np.searchsorted(row, asked, side="right") - 1, k)
    return 1.0 - penalty * 2.0 / (count * k * (2 * count - 3 * k - 1))


def _excess(closer: np.ndarray, within: np.ndarray, k: int) -> float:
    """The sum of what ranks exceed k by, where a rank is anything from `closer` + 1 to `within`, all alike."""
    high, low = np.maximum(within - k, 0).astype(np.float64), np.maximum(closer - k, 0).astype(np.float64)
    return float((((high * (high + 1)) - (low * (low + 1))) / 2 / (within - closer)).sum())


def _nearest(distances: np.ndarray, block: slice, k: int) -> np.ndarray:
    rows = np.arange(len(distances))
    distances[rows, rows + block.start] = np.inf
    return np.argpartition(distances, k - 1, axis=1)[:, :k]


def _by(metric: Metric, rows: np.ndarray) -> Distances:
    if metric == "euclidean":
        return _straight(rows)
    check_metric(metric)
    units = unit_directions(rows)
    return lambda block: -(units[block] @ units.T)


def _straight(rows: np.ndarray) -> Distances:
    """Squared straight distances in float64.

    Of maps they are summed over the coordinates, as equal distances are then equal to the last bit. Of many numbers
    they come by BLAS, about the mean and less each row's own square, which changes no order.
    """
    wide = rows.astype(np.float64)
    if wide.shape[1] <= FEW_COORDINATES:
        return lambda block: _summed_squares(wide[block], wide)
    wide -= wide.mean(axis=0)
    squares = (wide**2).sum(axis=1)
    return lambda block: squares[None] - 2 * (wide[block] @ wide.T)


def _summed_squares(some: np.ndarray, rows: np.ndarray) -> np.ndarray:
    distances = np.zeros((len(some), len(rows)))
    for axis in range(rows.shape[1]):
        difference = np.subtract.outer(some[:, axis], rows[:, axis])
        difference *= difference
        distances += difference
    return distances
