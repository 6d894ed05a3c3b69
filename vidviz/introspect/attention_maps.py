"""Attention weights laid back onto the clip: what each position gets, and what each frame gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from vidviz.introspect.attention_windows import WindowGrid
from vidviz.introspect.film_layout import TokenGrid, lay_out
from vidviz.introspect.view import Triple

if TYPE_CHECKING:
    from torch import Tensor

Kind = Literal["joint", "space", "time", "frames", "windows", "parts"]


def kind_of(weights: Tensor, grid: TokenGrid, windows: WindowGrid | None = None) -> Kind:
    """Over what attention of this shape, (parts, heads, queries, keys), looks."""
    parts, keys = weights.shape[0], weights.shape[-1]
    if windows is not None and windows.fits(weights):
        return "windows"
    if parts == 1:
        return "frames" if keys == grid.frames and grid.places > 1 else "joint"
    if parts == grid.places and keys == grid.frames:
        return "time"
    # After the places of a frame X-CLIP has a message from the other frames.
    return "space" if parts == grid.frames and keys - grid.places in (0, 1, 2) else "parts"


def received(
    weights: Tensor, kind: Kind, grid: TokenGrid, query: Triple | None = None, windows: WindowGrid | None = None
) -> np.ndarray:
    """How much weight each position gets, (heads, T, H, W).

    Args:
        weights: (parts, heads, queries, keys).
        kind: from `kind_of`.
        grid: of the network's first layer.
        query: from which of its positions (t, y, x); the class token where there is one, else all on average, for
            None. Positions that it does not look at get 0.
        windows: of the layer, for "windows".

    Raises:
        ValueError: the keys are not laid out on the grid.
    """
    if kind == "parts":
        raise ValueError(f"it attends within parts of {weights.shape[-1]} tokens, which are not laid out")
    if kind == "windows" and windows is not None:
        return _as_array(_in_windows(weights, windows, grid, query))
    if kind == "time":
        return _as_array(_along_time(weights, grid, query))
    if kind == "frames":
        rows = weights[0].mean(1) if query is None else weights[0, :, query[0]]
        return _as_array(rows[..., None, None])
    extra = _class_tokens(weights.shape[-1], kind, grid)
    places = extra + grid.places if kind == "space" else weights.shape[-1]
    rows = weights[..., :places]
    if query is None:
        return _as_array(lay_out((rows[:, :, 0] if extra else rows.mean(2)).swapaxes(1, 2), grid))
    if kind == "space":
        _, y, x = query
        film = lay_out(rows[:, :, extra + y * grid.columns + x].swapaxes(1, 2), grid)
        return _as_array(_only(film, 1, query[0]))
    return _as_array(lay_out(rows[:, :, _row_of(query, weights.shape[-2], grid)].swapaxes(1, 2), grid))


def between_frames(weights: Tensor, kind: Kind, grid: TokenGrid) -> np.ndarray:
    """(heads, T, T): the part of each frame's weight that goes to each frame; rows sum to 1 without class tokens."""
    if kind in ("time", "frames"):
        return _as_array(weights.mean(0))
    extra = weights.shape[-1] - grid.frames * grid.places
    if kind != "joint" or extra not in (0, 1) or weights.shape[-2] != weights.shape[-1] or grid.frames_fastest:
        return np.zeros((0, 0, 0), np.float32)
    blocks = weights[0, :, extra:, extra:].reshape(-1, grid.frames, grid.places, grid.frames, grid.places)
    return _as_array(blocks.sum(4).mean(2))


def _along_time(weights: Tensor, grid: TokenGrid, query: Triple | None) -> Tensor:
    """(places, heads, T, T) -> what each frame gets, at each place (heads, T, H, W)."""
    rows = weights.mean(2) if query is None else weights[:, :, query[0]]
    film = rows.reshape(grid.rows, grid.columns, -1, grid.frames).permute(2, 3, 0, 1)
    return film if query is None else _only(_only(film, 2, query[1]), 3, query[2])


def _in_windows(weights: Tensor, windows: WindowGrid, grid: TokenGrid, query: Triple | None) -> Tensor:
    if query is None:
        return windows.lay_out(weights.mean(2))
    window, position = windows.find(_scale(query, grid, windows.size))
    kept = weights.new_zeros(*weights.shape[:2], weights.shape[-1])
    kept[window] = weights[window, :, position]
    return windows.lay_out(kept)


def _row_of(query: Triple, queries: int, grid: TokenGrid) -> int:
    """Which row of joint attention a position asks in; pooling may have left fewer rows than positions."""
    extra = _class_tokens(queries, "joint", grid)
    t, y, x = query
    if grid.frames_fastest:
        return extra + (y * grid.columns + x) * grid.frames + t
    places = (queries - extra) // grid.frames
    rows, columns = (grid.rows, grid.columns) if places == grid.places else (round(places**0.5),) * 2
    _, y, x = _scale(query, grid, (grid.frames, rows, columns))
    return extra + (t * rows + y) * columns + x


def _scale(query: Triple, grid: TokenGrid, size: Triple) -> Triple:
    """A position of the first layer's grid on another layer's grid."""
    own = (grid.frames, grid.rows, grid.columns)
    t, y, x = (i * to // whole for i, to, whole in zip(query, size, own, strict=True))
    return t, y, x


def _class_tokens(keys: int, kind: str, grid: TokenGrid) -> int:
    """How many tokens come before the positions, 0 or 1; pooling may have left fewer positions."""
    if kind == "space":
        return int(keys > grid.places)
    return int(keys % grid.frames != 0 if grid.frames > 1 else keys == grid.places + 1)


def _only(film: Tensor, axis: int, index: int) -> Tensor:
    """A film that is zero but at one index of an axis."""
    kept = film.new_zeros(film.shape)
    kept.select(axis, index).copy_(film.select(axis, index))
    return kept


def _as_array(film: Any) -> np.ndarray:
    return np.asarray(film.float().cpu().numpy())
