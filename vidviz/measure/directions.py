"""Embeddings as directions: what every measure that speaks of cosines asks of them."""

from __future__ import annotations

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.numbers.unit_vectors import unit_rows

SQUARED_SAFELY = 1e-15, 1e15


def check_rows(rows: np.ndarray) -> np.ndarray:
    """The rows of (N, D) as floats, float64 where they are and else float32.

    Raises:
        ProjectionError: not a table, or some rows hold NaN or infinite values; the sentence says how many.
    """
    table = np.asarray(rows)
    table = table if table.dtype == np.float64 else table.astype(np.float32, copy=False)
    if table.ndim != 2 or (len(table) and not table.shape[1]):
        raise ProjectionError(f"A measure needs one row of numbers a clip, not an array of shape {table.shape}.")
    faulty = int(len(table) - np.isfinite(table).all(axis=1).sum())
    if faulty:
        raise ProjectionError(
            f"{faulty:,} of {len(table):,} rows hold NaN or infinite values and cannot be measured; embed those clips "
            "again, or leave them out."
        )
    return table


def cosines_to(rows: np.ndarray, query: np.ndarray) -> np.ndarray:
    """The cosine of each row (N, D) to one vector (D,), (N,) in -1..1; NaN where one of the two has no direction."""
    length = np.linalg.norm(query.astype(np.float64))
    if not (np.isfinite(length) and length > 0):
        return np.full(len(rows), np.nan, rows.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.linalg.norm(rows, axis=1)
        products = rows @ (query / length).astype(rows.dtype)
    # The squares of very long and very short rows leave float32's range.
    extreme = ~((lengths > SQUARED_SAFELY[0]) & (lengths < SQUARED_SAFELY[1]))
    lengths[extreme] = np.linalg.norm(rows[extreme].astype(np.float64), axis=1)
    measurable = np.isfinite(lengths) & (lengths > 0)
    cosines = np.divide(products, lengths, out=np.full_like(products, np.nan), where=measurable)
    return np.asarray(np.clip(cosines, -1.0, 1.0, out=cosines))


def unit_directions(rows: np.ndarray) -> np.ndarray:
    """The checked rows at unit length; see `vidviz.numbers.unit_vectors.unit_rows`.

    Raises:
        ProjectionError: as `check_rows`.
    """
    return unit_rows(check_rows(rows))
