"""Vectors at unit length, so that products of two are their cosine."""

from __future__ import annotations

import numpy as np


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """The rows of (N, D) at unit length, float64 where they are and else float32; rows of zeros stay zeros.

    Finite rows of any length are scaled right: the largest value goes first, so that neither 1e30 nor 1e-30 leaves
    float32's range when squared. Rows that are not finite come back as NaN or zeros.
    """
    rows = np.asarray(vectors)
    rows = rows if rows.dtype == np.float64 else rows.astype(np.float32, copy=False)
    # One new table and no more: of ten thousand clips each would be 20 MB to fill.
    peaks = np.maximum(rows.max(axis=1, initial=0.0), -rows.min(axis=1, initial=0.0))[:, None]
    units = np.divide(rows, np.where(peaks > 0, peaks, 1), dtype=rows.dtype)
    norms = np.sqrt(np.einsum("nd,nd->n", units, units))[:, None]
    units /= np.where(norms > 0, norms, 1)
    return np.asarray(units)
