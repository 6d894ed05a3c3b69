"""What every way of laying out embeddings asks of them."""

from __future__ import annotations

import math

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.numbers.metrics import Metric, check_metric
from vidviz.numbers.unit_vectors import unit_rows

SMALLEST_ORDINARY, LARGEST_ORDINARY = 1e-9, 1e9


def check_vectors(vectors: np.ndarray) -> np.ndarray:
    """The vectors as (N, D) float32.

    Raises:
        ProjectionError: not a table, or some rows hold NaN or infinite values; the sentence says how many.
    """
    matrix = np.asarray(vectors, dtype=np.float32)
    if matrix.ndim != 2 or (len(matrix) and not matrix.shape[1]):
        raise ProjectionError(f"A map needs one vector a clip, not an array of shape {matrix.shape}.")
    faulty = int(len(matrix) - np.isfinite(matrix).all(axis=1).sum())
    if faulty:
        raise ProjectionError(
            f"{faulty:,} of {len(matrix):,} vectors hold NaN or infinite values and have no place on a map; embed "
            "those clips again, or leave them out."
        )
    return matrix


def vectors_for(metric: Metric, vectors: np.ndarray) -> np.ndarray:
    """The checked vectors in the form whose straight distances a metric ranks by, (N, D) float32.

    For cosine these are unit vectors: the squared straight distance of two is twice their cosine distance.

    Raises:
        ProjectionError: some vectors are not finite, or the metric is not known.
    """
    check_metric(metric)
    matrix = check_vectors(vectors)
    return unit_rows(matrix) if metric == "cosine" else matrix


def at_ordinary_size(matrix: np.ndarray) -> np.ndarray:
    """Vectors scaled, by a power of two, so that straight distances stay within float32; nothing else changes.

    A layout by straight distances is the same at any scale, but sums of squares leave float32 from 1e19 on and from
    1e-19 down. Vectors of usual size are given back as they are.

    Args:
        matrix: (N, D) float32, finite.
    """
    peak = float(np.abs(matrix).max(initial=0.0))
    if peak == 0 or SMALLEST_ORDINARY <= peak <= LARGEST_ORDINARY:
        return matrix
    return np.asarray(np.ldexp(matrix, -math.frexp(peak)[1]))


def all_equal(vectors: np.ndarray) -> bool:
    """Whether all rows of (N, D) are the same vector; true of none and of one."""
    return bool(len(vectors) < 2 or (vectors == vectors[0]).all())
