"""A video's way through the embedding space: how far each clip is from the one before, and where it leaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidviz.measure.directions import check_rows, unit_directions
from vidviz.measure.robust import DEFAULT_SENSITIVITY, robust_threshold
from vidviz.numbers.metrics import Metric, check_metric

ROUNDING = 1e-6  # a cosine distance of float32 vectors below this is no step


@dataclass(frozen=True)
class Peaks:
    """`steps` (P,) int64, rising: step i leads from clip i to clip i + 1; each is above `threshold`."""

    steps: np.ndarray
    threshold: float


def step_distances(vectors: np.ndarray, metric: Metric = "cosine") -> np.ndarray:
    """The distance from each clip of a video to the next.

    Args:
        vectors: (N, D) floats, in the order of time.
        metric: "cosine" (0..2; a vector of zeros is at 1 from everything) or "euclidean".

    Returns:
        (N - 1,) float64; none for one clip or no clip.

    Raises:
        ProjectionError: some vectors are not finite, or the metric is not known.
    """
    check_metric(metric)
    if metric == "euclidean":
        return np.asarray(np.linalg.norm(np.diff(check_rows(vectors).astype(np.float64), axis=0), axis=1))
    units = unit_directions(np.asarray(vectors, dtype=np.float64))
    return np.asarray(np.clip(1.0 - (units[1:] * units[:-1]).sum(axis=1), 0.0, 2.0))


def find_peaks(distances: np.ndarray, sensitivity: float = DEFAULT_SENSITIVITY) -> Peaks:
    """The steps that stand out: a cut, or a change of scene.

    A peak is larger than `robust_threshold` of the video's own steps, and no step beside it is larger; of equal
    steps side by side the first counts. A video of one or two steps has nothing to stand out from, and none.

    Args:
        distances: (S,) floats, what `step_distances` returned.
        sensitivity: how many (robust) standard deviations above the median; fewer find more.

    Raises:
        ProjectionError: a distance is not finite, or the sensitivity makes no sense.
    """
    steps = np.asarray(distances, dtype=np.float64)
    threshold = max(robust_threshold(steps, sensitivity), ROUNDING)
    edged = np.concatenate([[-np.inf], steps, [-np.inf]])
    rises = steps > edged[:-2]
    # Where a plateau ends, what comes after decides: looked at from behind, each step knows what follows its equals.
    falls = np.ones(len(steps), dtype=bool)
    for place in range(len(steps) - 2, -1, -1):
        after = steps[place + 1]
        falls[place] = steps[place] > after or (steps[place] == after and falls[place + 1])
    return Peaks(np.flatnonzero(rises & falls & (steps > threshold)), threshold)
