"""Which channels of a layer are worth looking at first. numpy alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vidviz.errors import UnknownNameError


def order_channels(film: np.ndarray, order: str = "variance") -> np.ndarray:
    """All channels of a film (C, T, H, W) as (C,) indices, best first; equal ones by index.

    Raises:
        UnknownNameError: no such order.
    """
    if order not in _ORDERS:
        raise UnknownNameError("order of channels", order, _ORDERS)
    best_first: np.ndarray = np.argsort(-finite(_ORDERS[order](film)), kind="stable")
    return best_first


def _mean(film: np.ndarray) -> np.ndarray:
    return np.asarray(film.mean(axis=(1, 2, 3), dtype=np.float32))


def _variance_over_time(film: np.ndarray) -> np.ndarray:
    """What changes at each place, averaged over the picture: a bright but still pattern has none."""
    return np.asarray(film.var(axis=1, dtype=np.float32).mean(axis=(1, 2)))


def channel_sparseness(film: np.ndarray) -> np.ndarray:
    """How few places and moments of the clip a channel answers to, (C,) from 0 (all alike) to 1 (a single one).

    Vinje and Gallant, Science 287 (2000), 1273: (1 - mean^2 / mean of squares) / (1 - 1 / n), over the n positions
    of a film (C, T, H, W), here of what lies above zero; 0 for a channel that never does.
    """
    answers = np.maximum(film, 0).reshape(len(film), -1).astype(np.float64)
    mean_square = np.square(answers).mean(axis=1)
    even = np.square(answers.mean(axis=1)) / np.where(mean_square > 0, mean_square, 1)
    most = 1 - 1 / answers.shape[1] if answers.shape[1] > 1 else 1
    return np.asarray(np.where(mean_square > 0, (1 - even) / most, 0), np.float32)


def order_by_difference(film: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Channels by how differently two films of one shape (C, T, H, W) answer, most first, as (C,) indices.

    Raises:
        ValueError: the films differ in shape.
    """
    if film.shape != other.shape:
        raise ValueError(f"films of {film.shape} and {other.shape} have no channels in common")
    apart = np.square(film.astype(np.float32) - other).mean(axis=(1, 2, 3), dtype=np.float64)
    own = np.asarray(film.var(axis=(1, 2, 3), dtype=np.float64) + other.var(axis=(1, 2, 3), dtype=np.float64))
    ranked: np.ndarray = np.argsort(-finite(apart / np.where(own > 0, own, 1)), kind="stable")
    return ranked


def _by_index(film: np.ndarray) -> np.ndarray:
    return np.zeros(len(film), np.float32)


_ORDERS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "variance": _variance_over_time,
    "mean": _mean,
    "selectivity": channel_sparseness,
    "index": _by_index,
}


def finite(values: np.ndarray) -> np.ndarray:
    """The values, with 0 for those that are not finite."""
    kept: np.ndarray = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    return kept
