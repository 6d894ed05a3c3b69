"""Two maps of the same clips, laid over each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.measure.directions import check_rows

ROUNDING = 1e-14


@dataclass(frozen=True)
class Alignment:
    """A map turned, mirrored, scaled and moved onto another.

    Attributes:
        points: (N, dims) float32, the map in the coordinates of the reference.
        disparity: 0..1, the part of the reference's spread (sum of squares) that the aligned map leaves unexplained;
            0 says that the two are the same map. NaN where the reference has no spread to explain.
    """

    points: np.ndarray
    disparity: float


def align_maps(points: np.ndarray, reference: np.ndarray, *, scaled: bool = True) -> Alignment:
    """Turn, mirror, scale and move a map so that it lies as close to another as it can.

    UMAP and t-SNE put no meaning into where is up: of two seeds or sets of parameters, only what is left after this is
    a difference. An animation from `reference` to the result does not spin.

    Orthogonal Procrustes analysis with scale (Schönemann 1966; Gower 1975): least squares over all rotations,
    reflections, scales and shifts. A map without spread is only moved, and not scaled.

    Args:
        points: (N, dims) floats, the map to move.
        reference: (N, dims) floats, the same clips in the same order. Rows of NaN are clips that the reference does
            not have; they follow the others.

    Raises:
        ProjectionError: the maps differ in size, or a point of the map to move is not finite.
    """
    moving, fixed = check_rows(points).astype(np.float64), np.asarray(reference, dtype=np.float64)
    if moving.shape != fixed.shape:
        raise ProjectionError(f"Maps of {moving.shape} and {fixed.shape} are not of the same clips and dimensions.")
    shared = np.isfinite(fixed).all(axis=1)
    if not shared.any():
        return Alignment(moving.astype(np.float32), float("nan"))
    start, goal = moving[shared].mean(axis=0), fixed[shared].mean(axis=0)
    source, target = moving[shared] - start, fixed[shared] - goal
    size, goal_size = _spread(source, start), _spread(target, goal)
    if not size or not goal_size:
        disparity = 0.0 if size == goal_size else float("nan") if size else 1.0
        return Alignment((moving - start + goal).astype(np.float32), disparity)
    left, singular, right = np.linalg.svd((source / size).T @ (target / goal_size))
    overlap = float(singular.sum())  # at most 1, by Cauchy and Schwarz
    factor = overlap * goal_size / size if scaled else 1.0
    moved = (moving - start) @ (left @ right) * factor + goal
    return Alignment(moved.astype(np.float32), max(0.0, 1.0 - overlap**2))


def chance_disparity(points: np.ndarray, reference: np.ndarray, *, trials: int = 20, seed: int = 0) -> float:
    """The disparity of the two maps if they had nothing to do with each other: the mean over shuffled clips.

    The fewer the clips, the more a turn and a scale explain by themselves: of 5 clips about a third, of 50 a twentieth.

    Args:
        points: as `align_maps` takes them.
        reference: likewise.
        trials: how often the clips are shuffled.
        seed: of the shuffling.
    """
    rng = np.random.default_rng(seed)
    moving, fixed = np.asarray(points), np.asarray(reference)
    shared = np.isfinite(np.asarray(fixed, dtype=np.float64)).all(axis=1)
    moving, fixed = moving[shared], fixed[shared]
    return float(np.mean([align_maps(moving[rng.permutation(len(moving))], fixed).disparity for _ in range(trials)]))


def _spread(centred: np.ndarray, centre: np.ndarray) -> float:
    """The root of the sum of squares; 0 where it is no more than the rounding of the mean."""
    size = float(np.linalg.norm(centred))
    return size if size > ROUNDING * np.sqrt(len(centred)) * float(np.linalg.norm(centre)) else 0.0
