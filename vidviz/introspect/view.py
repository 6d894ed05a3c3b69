"""What a unit sees of the input: the arithmetic of receptive fields, layer after layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Triple = tuple[int, int, int]


@dataclass(frozen=True)
class View:
    """What the units of a layer see, along (frames, height, width).

    The unit at index i sees input positions `i * stride + low` to `i * stride + high`, both included; those
    outside the input are padding. Following Araujo et al., Computing Receptive Fields of Convolutional Neural
    Networks, Distill 2019, with offsets in place of centres so that branches can be joined exactly.
    """

    stride: Triple = (1, 1, 1)
    low: Triple = (0, 0, 0)
    high: Triple = (0, 0, 0)

    def through(self, kernel: Triple, stride: Triple, padding: Triple, dilation: Triple) -> View:
        """The view after a window that slides over this layer: a convolution or a pooling."""
        axes = zip(self.stride, self.low, self.high, kernel, stride, padding, dilation, strict=True)
        moved = [(s * by, lo - s * p, hi + s * ((k - 1) * d - p)) for s, lo, hi, k, by, p, d in axes]
        strides, lows, highs = zip(*moved, strict=True)
        return View(strides, lows, highs)

    @property
    def size(self) -> Triple:
        """Extent in frames, rows and columns."""
        frames, rows, columns = (hi - lo + 1 for lo, hi in zip(self.low, self.high, strict=True))
        return frames, rows, columns


@dataclass(frozen=True)
class Everything:
    """A unit that sees the whole clip: a dense layer, a global mean, attention."""


@dataclass(frozen=True)
class Within:
    """A unit that attention lets see a part of the clip: `positions` of them, such as one frame or one window."""

    positions: int


@dataclass(frozen=True)
class Unknown:
    """A view that arithmetic does not tell, with the reason."""

    reason: str


AnyView = View | Everything | Within | Unknown


def join_views(views: Sequence[AnyView]) -> AnyView:
    """What a unit sees that is made from several layers: the box around all their views."""
    for kind in (Everything, Within, Unknown):
        found = next((view for view in views if isinstance(view, kind)), None)
        if found is not None:
            return found
    boxes = [view for view in views if isinstance(view, View)]
    if not boxes:
        return Unknown("it does not depend on the input")
    if len({box.stride for box in boxes}) > 1:
        return Unknown("it joins branches of different strides")
    low = tuple(min(axis) for axis in zip(*(box.low for box in boxes), strict=True))
    high = tuple(max(axis) for axis in zip(*(box.high for box in boxes), strict=True))
    return View(boxes[0].stride, as_triple(low), as_triple(high))


def as_triple(values: int | Sequence[int], missing: int = 1, *, axes: int = 3) -> Triple:
    """A setting as (frames, height, width); where it is for two axes, `missing` stands for time."""
    several = (values,) * axes if isinstance(values, int) else tuple(values)
    if len(several) == 1:
        several *= axes
    frames, height, width = (missing, *several) if len(several) == 2 else several
    return frames, height, width
