"""More like these, less like those: one direction to search in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.measure.directions import unit_directions


def rocchio_direction(vectors: np.ndarray, weights: Sequence[float]) -> np.ndarray:
    """The mean of what is wanted minus the mean of what is not, each by its weight.

    Rocchio, Relevance Feedback in Information Retrieval (in: Salton, The SMART Retrieval System, 1971), on unit
    vectors, so that no example counts more because its vector is longer.

    Args:
        vectors: (N, D) examples.
        weights: one each: above 0 for more like it, below 0 for less.

    Returns:
        (D,) float32 of unit length.

    Raises:
        ProjectionError: nothing is left to search for, or some numbers are not finite.
    """
    units = unit_directions(np.asarray(vectors, dtype=np.float32)).astype(np.float64)
    chosen = np.asarray(weights, dtype=np.float64)
    if chosen.shape != (len(units),) or not np.isfinite(chosen).all():
        raise ProjectionError(f"{len(units)} examples need as many finite weights.")
    direction = np.zeros(units.shape[1])
    for side in (chosen > 0, chosen < 0):
        if side.any():
            direction += chosen[side] @ units[side] / side.sum()
    length = float(np.linalg.norm(direction))
    if length < 1e-6:
        raise ProjectionError(
            "The examples cancel each other out, so nothing is left to search for; change a weight or remove one."
        )
    return np.asarray(direction / length, dtype=np.float32)
