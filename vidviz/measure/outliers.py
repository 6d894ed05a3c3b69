"""Clips that are like no other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.measure.robust import DEFAULT_SENSITIVITY, robust_threshold

DEFAULT_NEIGHBOURS = 10
ROUNDING = 1e-6  # a cosine distance of float32 vectors below this is none


@dataclass(frozen=True)
class Outliers:
    """The clips that stand apart, the farthest first, and what makes them so.

    Attributes:
        rows: (P,) int64.
        scores: (P,) float64, the mean distance of each to its nearest clips.
        typical: that distance of the middle clip, to compare with.
        threshold: the score above which a clip is listed.
    """

    rows: np.ndarray
    scores: np.ndarray
    typical: float
    threshold: float


def outlier_scores(distances: np.ndarray, k: int = DEFAULT_NEIGHBOURS) -> np.ndarray:
    """How far each clip is from its `k` nearest clips, on average.

    The score of Angiulli and Pizzuti (2002, Fast outlier detection in high dimensional spaces), divided by k so that
    it is a distance a person can read: by cosine 0 is a copy, 1 has nothing in common. It is not local, as LOF is
    (Breunig, Kriegel, Ng and Sander 2000): of tight and loose groups, the clips of the loose ones score higher. Copies
    hide an outlier once there are `k` of them.

    Args:
        distances: (N, K) floats, to each clip's nearest other clips, nearest first.
        k: how many count; all K where there are fewer.

    Returns:
        (N,) float64; 0 where there are no neighbours at all (one clip).

    Raises:
        ProjectionError: a distance is not finite, or k is below 1.
    """
    near = np.asarray(distances, dtype=np.float64)
    if near.ndim != 2 or k < 1:
        raise ProjectionError(f"Outliers need a table of distances and at least 1 neighbour, not {near.shape} and {k}.")
    if not np.isfinite(near).all():
        raise ProjectionError(
            "Some distances between clips are not finite; embed those clips again, or leave them out."
        )
    if not near.shape[1]:
        return np.zeros(len(near))
    return np.asarray(near[:, :k].mean(axis=1))


def find_outliers(scores: np.ndarray, sensitivity: float = DEFAULT_SENSITIVITY) -> Outliers:
    """The clips whose score is above `robust_threshold` of all scores.

    Raises:
        ProjectionError: a score is not finite, or the sensitivity makes no sense.
    """
    values = np.asarray(scores, dtype=np.float64)
    threshold = max(robust_threshold(values, sensitivity), ROUNDING)
    rows = np.flatnonzero(values > threshold)
    rows = rows[np.argsort(-values[rows], kind="stable")]
    return Outliers(rows, values[rows], float(np.median(values)) if len(values) else 0.0, threshold)
