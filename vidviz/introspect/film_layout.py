"""Activations of any kind of network, laid out as a film (C, T, H, W): tokens go back onto their grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class TokenGrid:
    """How the first layer cuts a clip: (frames, rows, columns) of patches or of positions.

    `frames_fastest` says that a transformer lists, place by place, the frames of each (TimeSformer with divided
    attention); else it lists, frame by frame, the places.
    """

    frames: int
    rows: int
    columns: int
    frames_fastest: bool = False

    @property
    def places(self) -> int:
        """Positions of one frame."""
        return self.rows * self.columns


def find_first_convolution(model: nn.Module) -> str:
    """The first convolution that reads pixels, by its dotted path; "" where there is none."""
    from torch import nn

    for name, module in model.named_modules():
        if isinstance(module, (nn.Conv2d, nn.Conv3d)) and module.in_channels == 3:
            return str(name)
    return ""


def grid_after(model: nn.Module, first_shape: tuple[int, ...]) -> TokenGrid:
    """The grid that the first convolution lays over a clip, from the shape of what it gives.

    Args:
        model: the network; its `config.attention_type` tells the order of tokens where there is one.
        first_shape: (1, C, t, h, w), or (t, C, h, w) for networks that see frames one by one.
    """
    divided = getattr(getattr(model, "config", None), "attention_type", "") == "divided_space_time"
    frames = first_shape[2] if len(first_shape) == 5 else first_shape[0]
    return TokenGrid(frames, first_shape[-2], first_shape[-1], divided)


def lay_out(values: Any, grid: TokenGrid) -> Any:
    """What a layer gave for one clip, as (C, T, H, W); class tokens are left out.

    Understood are maps (1, C, T, H, W), or (T, C, H, W) frame by frame, with C last as well (told by H = W); tokens
    (1, tokens, C) over the whole clip, (T, tokens, C) frame by frame, and (places, T, C) along time; and vectors
    (1, C) or (T, C), which become one pixel.

    Args:
        values: a numpy array or a tensor; a view of it is returned where it can be one.
        grid: of the network's first layer.

    Raises:
        ValueError: it is none of these; the text says what it is, as a part of a sentence.
    """
    if values.ndim == 5:
        return _from_maps(values)
    if values.ndim == 4:
        return _from_frames(values, grid)
    if values.ndim == 3:
        return _from_tokens(values, grid)
    if values.ndim == 2 and len(values) in (1, grid.frames):
        return permute(values, 1, 0)[:, :, None, None]
    raise ValueError(f"an output of shape {tuple(values.shape)} is not laid out over frames and pixels")


def permute(values: Any, *axes: int) -> Any:
    """The axes of an array or a tensor in another order."""
    return values.permute(axes) if hasattr(values, "permute") else values.transpose(axes)


def _channels_last(shape: tuple[int, ...]) -> bool:
    """Frames are square, so that the two equal sides tell where the channels are."""
    return shape[-3] == shape[-2] != shape[-1]


def _from_maps(values: Any) -> Any:
    if len(values) != 1:
        raise ValueError(f"it answers for {len(values)} parts of the clip apart, each {tuple(values.shape[1:])}")
    film = values[0]
    return permute(film, 3, 0, 1, 2) if _channels_last(tuple(film.shape)) else film


def _from_frames(values: Any, grid: TokenGrid) -> Any:
    if len(values) not in (1, grid.frames):
        raise ValueError(f"it answers for {len(values)} parts of the clip apart, each {tuple(values.shape[1:])}")
    return permute(values, 3, 0, 1, 2) if _channels_last(tuple(values.shape)) else permute(values, 1, 0, 2, 3)


def _from_tokens(values: Any, grid: TokenGrid) -> Any:
    parts, tokens, channels = values.shape
    if parts == 1 and tokens == grid.frames and grid.places > 1:
        return permute(values[0], 1, 0)[:, :, None, None]
    if parts == 1:
        return _over_clip(values[0], grid)
    # Where there are as many frames as places, only networks that divide attention have parts along time.
    if parts == grid.places and tokens == grid.frames and (grid.frames_fastest or parts != grid.frames):
        return permute(values.reshape(grid.rows, grid.columns, tokens, channels), 3, 2, 0, 1)
    if parts == grid.frames:
        (rows, columns), extra = _fill(tokens, grid)
        return permute(values[:, extra:].reshape(parts, rows, columns, channels), 3, 0, 1, 2)
    raise ValueError(f"it gives {parts} parts of {tokens} tokens, such as windows, which are not laid out")


def _over_clip(tokens: Any, grid: TokenGrid) -> Any:
    """(tokens, C) over all frames, after 0 or 1 class tokens, on a grid that pooling may have made smaller."""
    count, channels = tokens.shape
    for extra in (0, 1):
        rest = count - extra
        if rest == grid.frames * grid.places and grid.frames_fastest:
            return permute(tokens[extra:].reshape(grid.rows, grid.columns, grid.frames, channels), 3, 2, 0, 1)
        sides = _sides(rest // grid.frames, grid) if rest and rest % grid.frames == 0 else None
        if sides is not None:
            return permute(tokens[extra:].reshape(grid.frames, *sides, channels), 3, 0, 1, 2)
    raise ValueError(f"its {count} tokens do not fill a grid of {grid.frames} frames")


def _fill(tokens: int, grid: TokenGrid) -> tuple[tuple[int, int], int]:
    """Rows and columns of one frame's tokens, and how many class tokens come first."""
    for extra in (0, 1):
        sides = _sides(tokens - extra, grid)
        if sides is not None:
            return sides, extra
    raise ValueError(f"{tokens} tokens a frame do not fill a square")


def _sides(places: int, grid: TokenGrid) -> tuple[int, int] | None:
    """Rows and columns of so many places: the grid's own, or a square that pooling left."""
    if places == grid.places:
        return grid.rows, grid.columns
    side = math.isqrt(places)
    return (side, side) if side and side * side == places else None


class _FirstSeenError(Exception):
    """The first convolution has answered: the rest of the network need not run."""


def find_grid(model: nn.Module, example: Any) -> TokenGrid:
    """The grid that a network's first convolution lays over a clip; one position where it has none.

    Args:
        model: any module; on the meta device (with an example there) this costs nothing.
        example: one clip, (1, C, T, H, W), or its frames (T, C, H, W).
    """
    import torch

    name = find_first_convolution(model)
    if not name:
        return TokenGrid(1, 1, 1)
    shapes: list[tuple[int, ...]] = []

    def see(_module: Any, _inputs: Any, output: Any) -> None:
        shapes.append(tuple(output.shape))
        raise _FirstSeenError

    handle = model.get_submodule(name).register_forward_hook(see)
    try:
        with torch.no_grad():
            model(example)
    except _FirstSeenError:
        return grid_after(model, shapes[0])
    finally:
        handle.remove()
    return TokenGrid(1, 1, 1)
