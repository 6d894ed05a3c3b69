"""Attention within windows (Swin): where each window lies on the grid of its layer, shifts undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vidviz.introspect.hooks import borrowed
from vidviz.introspect.view import Triple

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class WindowGrid:
    """How a layer cuts its positions (frames, rows, columns) into windows.

    `size` positions are padded to `padded`, rolled back by `shift`, and cut into windows of `window`, in the order of
    frames, rows and columns (Liu et al., Video Swin Transformer, CVPR 2022).
    """

    size: Triple
    padded: Triple
    window: Triple
    shift: Triple

    @property
    def num_windows(self) -> int:
        """How many windows there are."""
        t, h, w = (whole // part for whole, part in zip(self.padded, self.window, strict=True))
        return t * h * w

    @property
    def positions(self) -> int:
        """How many positions one window has."""
        t, h, w = self.window
        return t * h * w

    def fits(self, weights: Tensor) -> bool:
        """Whether weights (parts, heads, queries, keys) are one row of each window's positions."""
        return weights.shape[0] == self.num_windows and weights.shape[2:] == (self.positions, self.positions)

    def lay_out(self, values: Tensor) -> Tensor:
        """Values of each window's positions, (windows, heads, positions), as a film (heads, T, H, W)."""
        counts = [whole // part for whole, part in zip(self.padded, self.window, strict=True)]
        apart = values.reshape(*counts, values.shape[1], *self.window)  # (nT, nH, nW, heads, wT, wH, wW)
        film = apart.permute(3, 0, 4, 1, 5, 2, 6).reshape(values.shape[1], *self.padded).roll(self.shift, (1, 2, 3))
        frames, rows, columns = self.size
        return film.narrow(1, 0, frames).narrow(2, 0, rows).narrow(3, 0, columns)

    def find(self, place: Triple) -> tuple[int, int]:
        """The window of a place (t, y, x) and its position in there."""
        at = [(i - by) % whole for i, by, whole in zip(place, self.shift, self.padded, strict=True)]
        window = position = 0
        for i, part, whole in zip(at, self.window, self.padded, strict=True):
            window = window * (whole // part) + i // part
            position = position * part + i % part
        return window, position


@contextmanager
def watch_windows(model: nn.Module) -> Iterator[dict[str, WindowGrid]]:
    """Layer -> how it cuts its positions into windows, filled while the model runs inside the `with`.

    Known are modules that name a `window_size` and a `shift_size` and take (N, T, H, W, C), or frames (T, H, W, C), as
    those of torchvision do.
    """
    found: dict[str, WindowGrid] = {}

    def make_note(name: str) -> Callable[..., None]:
        def note(module: nn.Module, inputs: tuple[Any, ...]) -> None:
            grid = _grid_of(module, tuple(inputs[0].shape))
            if grid is not None:
                found[name] = grid

        return note

    with borrowed(model) as stack:
        for name, module in model.named_modules():
            if hasattr(module, "window_size") and hasattr(module, "shift_size"):
                stack.callback(module.register_forward_pre_hook(make_note(name)).remove)
        yield found


def _grid_of(module: nn.Module, shape: tuple[int, ...]) -> WindowGrid | None:
    window, shift = (list(getattr(module, name)) for name in ("window_size", "shift_size"))
    if len(shape) == 5 and len(window) == 3 and shape[0] == 1:
        size = shape[1:4]
        whole = [side <= part for side, part in zip(size, window, strict=True)]
        # A window as long as the clip is the clip, and needs no shift.
        window = [side if all_of_it else part for side, part, all_of_it in zip(size, window, whole, strict=True)]
    elif len(shape) == 4 and len(window) == 2:
        # Frames one by one: as many windows deep as there are frames.
        size, window, shift = shape[:3], [1, *window], [0, *shift]
        whole = [True, *(side <= part for side, part in zip(size[1:], window[1:], strict=True))]
    else:
        return None
    padded = tuple(-(-side // part) * part for side, part in zip(size, window, strict=True))
    shifts = tuple(0 if all_of_it else by for by, all_of_it in zip(shift, whole, strict=True))
    return WindowGrid(_triple(size), _triple(padded), _triple(window), _triple(shifts))


def _triple(values: Any) -> Triple:
    t, y, x = (int(value) for value in values)
    return t, y, x
