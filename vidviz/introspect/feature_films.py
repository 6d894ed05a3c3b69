"""Activations -> what a page draws: the film of a layer's channels, and its energy over time. numpy alone."""

from __future__ import annotations

import numpy as np

from vidviz.errors import UnknownNameError
from vidviz.introspect.channel_order import finite, order_by_difference, order_channels
from vidviz.types import ChannelSheet


def feature_film(
    activation: np.ndarray,
    *,
    num_channels: int = 64,
    page: int = 0,
    order: str = "variance",
    scale: str = "channel",
    frames_first: bool = False,
) -> ChannelSheet:
    """The film of a layer for one clip.

    Args:
        activation: (C, T, H, W); (T, C, H, W) with `frames_first`, as networks give that see frames one by one;
            (C, H, W) is one frame, and (C,) or (T, C) are channels of one pixel.
        num_channels: K at most.
        page: which K channels of the order: 0 the first K, 1 the next.
        order: "variance" (those that change most over time first), "mean" (most active first), "selectivity" (those
            that answer to fewest places and moments first) or "index".
        scale: "channel" stretches each channel over its own range, "common" all over the range of those shown.
        frames_first: whether the first axis is time.

    Raises:
        UnknownNameError: no such order or scale.
        ValueError: the activation has no such shape.
    """
    if scale not in ("channel", "common"):
        raise UnknownNameError("scale", scale, ("channel", "common"))
    film = as_film(activation, frames_first=frames_first)
    chosen = order_channels(film, order)[page * num_channels : (page + 1) * num_channels]
    shown = film[chosen].astype(np.float32)
    low, high = _ranges(shown)
    if scale == "common" and len(low):
        low, high = np.full_like(low, low.min()), np.full_like(high, high.max())
    pixels = _to_bytes(shown, low, high)
    return ChannelSheet(np.ascontiguousarray(pixels.swapaxes(0, 1)), chosen, low, high, len(film))


def paired_films(
    film: np.ndarray,
    other: np.ndarray,
    *,
    num_channels: int = 64,
    page: int = 0,
    order: str = "difference",
    scale: str = "channel",
) -> tuple[ChannelSheet, ChannelSheet]:
    """The same channels of one layer for two clips, or before and after training, in the same brightness.

    Args:
        film: (C, T, H, W).
        other: the same for the other clip or network, of as many channels.
        num_channels: K at most.
        page: which K channels of the order.
        order: "difference" (see `order_by_difference`), or an order of `feature_film`, told by the first film.
        scale: "channel" stretches each channel over its range in both films, "common" all over one range.

    Raises:
        UnknownNameError: no such order.
        ValueError: the films do not belong to one layer.
    """
    ranked = order_by_difference(film, other) if order == "difference" else order_channels(film, order)
    chosen = ranked[page * num_channels : (page + 1) * num_channels]
    shown = [one[chosen].astype(np.float32) for one in (film, other)]
    lows, highs = zip(*(_ranges(one) for one in shown), strict=True)
    low, high = np.minimum(*lows), np.maximum(*highs)
    if scale == "common" and len(low):
        low, high = np.full_like(low, low.min()), np.full_like(high, high.max())
    first, second = (
        ChannelSheet(np.ascontiguousarray(_to_bytes(one, low, high).swapaxes(0, 1)), chosen, low, high, len(film))
        for one in shown
    )
    return first, second


def as_film(activation: np.ndarray, *, frames_first: bool = False) -> np.ndarray:
    """An activation of one clip as (C, T, H, W), whatever axes it lacks.

    Raises:
        ValueError: it has no or more than four axes, or two where time is not said to be one of them.
    """
    values = np.asarray(activation)
    if frames_first and values.ndim in (2, 4):
        values = values.swapaxes(0, 1)
        return values if values.ndim == 4 else values[:, :, None, None]
    if values.ndim == 4:
        return values
    if values.ndim == 3:
        return values[:, None]
    if values.ndim == 1:
        return values[:, None, None, None]
    raise ValueError(f"an activation of shape {values.shape} is not (C, T, H, W), (C, H, W) or (C,)")


def energy_over_time(activation: np.ndarray, *, frames_first: bool = False) -> np.ndarray:
    """How strongly a layer answers at each moment: the root mean square over channels and pixels.

    Args:
        activation: as in `feature_film`.
        frames_first: whether the first axis is time.

    Returns:
        (T,) float32.
    """
    film = as_film(activation, frames_first=frames_first)
    # A moment at a time: squares of the whole film would take several times its memory.
    squares = [np.square(finite(film[:, t].astype(np.float32)), dtype=np.float64).mean() for t in range(film.shape[1])]
    return np.asarray(np.sqrt(squares), np.float32)


def _ranges(film: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest finite value of each channel, (K,) each; 0 and 0 where none is finite."""
    known = np.isfinite(film)
    low = np.where(known, film, np.inf).min(axis=(1, 2, 3), initial=np.inf)
    high = np.where(known, film, -np.inf).max(axis=(1, 2, 3), initial=-np.inf)
    return finite(low).astype(np.float32), finite(high).astype(np.float32)


def _to_bytes(film: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """(K, T, H, W) values as uint8 between each channel's `low` and `high`; what is not finite is 0."""
    # float64 for the range alone: the difference of two large float32 may overflow.
    span = high.astype(np.float64) - low
    factor = np.where(span > 0, 255 / np.where(span > 0, span, 1), 0).astype(np.float64)
    scaled = (film - low[:, None, None, None].astype(np.float64)) * factor[:, None, None, None]
    clipped: np.ndarray = np.clip(np.rint(finite(scaled)), 0, 255).astype(np.uint8)
    return clipped
