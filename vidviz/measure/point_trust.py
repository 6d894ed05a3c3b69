"""How far the neighbours on a map are the true ones, point by point."""

from __future__ import annotations

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.measure.directions import check_rows

DEFAULT_NEIGHBOURS = 15
BLOCK_DISTANCES = 4_000_000  # distances to true neighbours held at once: 32 MB of float64
TIE = 1e-9  # distances on the map closer than this part of themselves are equal


def point_trust(true_neighbours: np.ndarray, map_points: np.ndarray, k: int = DEFAULT_NEIGHBOURS) -> np.ndarray:
    """Which part of each clip's `k` true neighbours are among its `k` neighbours on the map.

    The mean over all points is what Lee and Verleysen (2009, Quality assessment of dimensionality reduction: rank-based
    criteria) call Q_NX(k). A map made by chance has k / (N - 1).

    Where several points of the map are at the distance of the k-th neighbour (many clips on one place), as many of
    them are neighbours as there is room for, none before another: each counts for that part. A map that puts all on
    one place thus has the trust of chance, whatever the order of the clips. Memory is N times k and some blocks.

    Args:
        true_neighbours: (N, K) row numbers of each clip's nearest other clips in the embedding, nearest first.
        map_points: (N, dims) floats.
        k: the size of the neighbourhood; at most K and N - 1.

    Returns:
        (N,) float64 in 0..1; NaN where there are no neighbours to keep (one clip).

    Raises:
        ProjectionError: the two do not speak of the same clips, a point is not finite, or k is below 1.
    """
    points = check_rows(map_points).astype(np.float64)
    nearest = check_neighbours(true_neighbours, len(points), k)
    trust = np.full(len(points), np.nan)
    if not nearest.shape[1]:
        return trust
    inner, outer, share = _neighbourhoods(points, nearest.shape[1])
    step = max(1, BLOCK_DISTANCES // (nearest.shape[1] * points.shape[1]))
    for first in range(0, len(points), step):
        block = slice(first, first + step)
        apart = np.linalg.norm(points[nearest[block]] - points[block, None], axis=2)
        certain, tied = apart <= inner[block, None], apart <= outer[block, None]
        kept = np.where(certain, 1.0, np.where(tied, share[block, None], 0.0))
        trust[block] = kept.mean(axis=1)
    return trust


def check_neighbours(true_neighbours: np.ndarray, count: int, k: int) -> np.ndarray:
    """The first `k` true neighbours (N, at most k) of `count` clips.

    Raises:
        ProjectionError: they are not of these clips, or k is below 1.
    """
    nearest = np.asarray(true_neighbours)
    if nearest.ndim != 2 or len(nearest) != count:
        raise ProjectionError(f"Neighbours of shape {nearest.shape} are not those of a map of {count:,} clips.")
    if k < 1:
        raise ProjectionError(f"Trust needs at least 1 neighbour, not {k}.")
    nearest = nearest[:, :k]
    if nearest.size and (nearest.min() < 0 or nearest.max() >= count):
        raise ProjectionError(f"Some neighbours are not among the {count:,} clips of the map; compute them again.")
    return nearest


def _neighbourhoods(points: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per point: within `inner` all are neighbours, up to `outer` each for the part `share`."""
    from scipy.spatial import cKDTree

    tree = cKDTree(points, balanced_tree=False)  # a balanced one is slow to build where many points are equal
    reach = tree.query(points, k=[k + 1])[0][:, 0]  # the point itself is the first
    inner, outer = np.where(reach > 0, reach * (1 - TIE), -1.0), reach * (1 + TIE)
    # The point itself lies within, but for `inner` below 0.
    closer = np.where(reach > 0, tree.query_ball_point(points, np.maximum(inner, 0), return_length=True) - 1, 0)
    within = tree.query_ball_point(points, outer, return_length=True) - 1
    share = (k - closer) / np.maximum(within - closer, 1)
    return inner, outer, np.clip(share, 0.0, 1.0)
