"""How typical each clip is of a selection."""

from __future__ import annotations

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.measure.directions import unit_directions

NO_DIRECTION = 1e-6  # a mean of unit vectors this short points nowhere: they cancel out


def by_typicality(vectors: np.ndarray, selected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The selected clips, the most typical first.

    Typical is what points the way of the selection's mean direction, the mean of its unit vectors (Mardia and Jupp
    2000, Directional statistics). 1 minus the similarity is the cosine distance to the selection's centre.

    Args:
        vectors: (N, D) floats, of all clips.
        selected: (N,) bool, or the row numbers of the selected clips, each once.

    Returns:
        Row numbers (S,) int64, and their cosine to the centre (S,) float64 in -1..1, falling. Equals keep their
        order. Where the selection cancels out (opposite vectors, or only zeros), all are 0.

    Raises:
        ProjectionError: a selected vector is not finite, or a selected row does not exist.
    """
    rows = selected_rows(selected, len(vectors))
    units = unit_directions(np.asarray(vectors)[rows])
    centre = units.mean(axis=0, dtype=np.float64) if len(rows) else np.zeros(units.shape[1])
    length = float(np.linalg.norm(centre))
    if length <= NO_DIRECTION:
        return rows, np.zeros(len(rows))
    # Rounded to what the type can tell apart: a product of many rows at once gives equal rows unequal last digits.
    digits = 12 if units.dtype == np.float64 else 6
    cosines = np.clip((units @ (centre / length).astype(units.dtype)).astype(np.float64).round(digits), -1.0, 1.0)
    order = np.argsort(-cosines, kind="stable")
    return rows[order], cosines[order]


def selected_rows(selected: np.ndarray, count: int) -> np.ndarray:
    """Row numbers (S,) int64 of a selection given as numbers or as (N,) bool.

    Raises:
        ProjectionError: it does not fit `count` rows.
    """
    chosen = np.asarray(selected)
    if chosen.dtype == bool and chosen.shape == (count,):
        return np.flatnonzero(chosen)
    rows = chosen.astype(np.int64) if chosen.size else np.empty(0, np.int64)
    if chosen.dtype == bool or rows.ndim != 1 or (rows < 0).any() or (rows >= count).any():
        raise ProjectionError(f"The selection does not fit the {count:,} clips; select again.")
    return rows
