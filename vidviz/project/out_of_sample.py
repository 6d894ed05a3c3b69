"""New clips on a map that is there already; no known clip moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.numbers.metrics import Metric
from vidviz.project.checks import check_vectors
from vidviz.project.neighbours import nearest_known

SAME = 1e-6  # nearer than this is a copy: cosines of float32 vectors are exact to about 1e-7
DEFAULT_NEIGHBOURS = 15


@dataclass(frozen=True)
class Placed:
    """Where new clips went, and how far to trust it.

    Attributes:
        points: (M, dims) float32, in the coordinates of the map.
        nearest_distances: (M,) float32, from each new clip to the known clip most like it, by the metric. Large:
            the clip is like nothing on the map, wherever it was put.
        spreads: (M,) float32, how far from the place its neighbours lie on the map (weighted root mean square).
            Large: the map tears the clip's neighbours apart, and the place between them may stand for nothing.
    """

    points: np.ndarray
    nearest_distances: np.ndarray
    spreads: np.ndarray


def place_clips(
    new_vectors: np.ndarray,
    known_vectors: np.ndarray,
    known_points: np.ndarray,
    *,
    k: int = DEFAULT_NEIGHBOURS,
    metric: Metric = "cosine",
) -> Placed:
    """Put each new clip at the weighted mean place of its `k` nearest known clips.

    Works for any map. The weights are those of Franke and Nielson (1980, Smooth interpolation of large sets of
    scattered data, their modified Shepard method): ((R - d) / (R d))^2, where R is the distance of the first
    neighbour that is left out. They fall to zero at the edge of the neighbourhood, so that a place does not jump
    where neighbours change, and a copy of a known clip lies exactly on it.

    What it cannot do: a place is always among known ones, so that new clips of a new kind form no group of their
    own and do not show as outliers; `nearest_distances` and `spreads` tell of them. Once many clips are new, the
    map should be made again. A PCA map has an exact answer, `place_by_pca`.

    Args:
        new_vectors: (M, D) floats.
        known_vectors: (N, D) floats, the clips of the map.
        known_points: (N, dims) floats, their places.
        k: how many known clips decide; all of them where there are fewer.
        metric: that of the map.

    Raises:
        ProjectionError: the map is empty, the arrays do not belong together, or some values are not finite.
    """
    places = _check_places(known_vectors, known_points, k)
    indices, near = nearest_known(new_vectors, known_vectors, k + 1, metric)
    distances = near.astype(np.float64)
    if indices.shape[1] > k:
        reach, distances, indices = distances[:, k:], distances[:, :k], indices[:, :k]
    else:
        # Nobody is left out: as if the next were as far beyond the last as these are on average from the clip.
        reach = distances[:, -1:] + distances.mean(axis=1, keepdims=True)
    weights = _weights(distances, reach)
    around = places[indices]  # (M, k, dims)
    points = np.einsum("mk,mkd->md", weights, around)
    squares = ((around - points[:, None]) ** 2).sum(axis=2)
    spreads = np.sqrt((weights * squares).sum(axis=1))
    return Placed(points.astype(np.float32), near[:, 0], spreads.astype(np.float32))


def _check_places(known_vectors: np.ndarray, known_points: np.ndarray, k: int) -> np.ndarray:
    places = check_vectors(known_points).astype(np.float64)
    if not len(places):
        raise ProjectionError("There is no map to place clips on: it holds no clip yet.")
    if len(places) != len(known_vectors):
        raise ProjectionError(
            f"The map has {len(places):,} places for {len(known_vectors):,} vectors; make it again from these vectors."
        )
    if k < 1:
        raise ProjectionError(f"A clip is placed by at least 1 neighbour, not {k}.")
    return places


def _weights(distances: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """(M, k), each row summing to 1."""
    copies = distances <= SAME
    far = np.maximum(distances, SAME)
    weights = (np.maximum(reach - far, 0.0) / far) ** 2  # R, the same for the whole row, cancels
    weights = np.where(copies.any(axis=1, keepdims=True), copies, weights)
    # All at the edge: neighbours that are equally far count alike.
    weights[weights.sum(axis=1) <= 0] = 1.0
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
