"""What a unit sees of the input: the arithmetic of receptive fields, layer after layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

Triple = tuple[int, int, int]
Steps = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class View:
    """What the units of a layer see, along (frames, height, width).

    The unit at index i sees input positions `i * stride + low` to `i * stride + high`, both included; those
    outside the input are padding. Following Araujo et al., Computing Receptive Fields of Convolutional Neural
    Networks, Distill 2019, with offsets in place of centres so that branches can be joined exactly.

    Where frames were picked unevenly, `steps` holds the first and the last frame that each step in time sees, and what
    `stride`, `low` and `high` say about frames does not count.
    """

    stride: Triple = (1, 1, 1)
    low: Triple = (0, 0, 0)
    high: Triple = (0, 0, 0)
    steps: Steps = ()

    def through(self, kernel: Triple, stride: Triple, padding: Triple, dilation: Triple) -> View:
        """The view after a window that slides over this layer: a convolution or a pooling."""
        axes = zip(self.stride, self.low, self.high, kernel, stride, padding, dilation, strict=True)
        moved = [(s * by, lo - s * p, hi + s * ((k - 1) * d - p)) for s, lo, hi, k, by, p, d in axes]
        strides, lows, highs = zip(*moved, strict=True)
        return View(strides, lows, highs, slide_over(self.steps, kernel[0], stride[0], padding[0], dilation[0]))

    def count_steps(self, num_steps: int) -> Steps:
        """The first and the last frame that each of so many steps sees."""
        return self.steps or tuple(
            (i * self.stride[0] + self.low[0], i * self.stride[0] + self.high[0]) for i in range(num_steps)
        )

    def pick_steps(self, numbers: Sequence[int], num_steps: int) -> View:
        """The view after some of the steps in time were picked by their numbers."""
        steps = self.count_steps(num_steps)
        return replace(self, steps=tuple(steps[number] for number in numbers))

    def fit_steps(self, num_steps: int | None) -> View | Unknown:
        """The view over as many steps as there really are: windows that would begin in the padding's end are none."""
        if not self.steps:
            return self
        if num_steps is None or len(self.steps) < num_steps:
            return Unknown("its frames are picked unevenly")
        return replace(self, steps=self.steps[:num_steps])

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


def slide_over(steps: Steps, kernel: int, stride: int, padding: int, dilation: int) -> Steps:
    """What each place of a window sees that slides over uneven steps in time; there is nothing in padding."""
    found = []
    for start in range(-padding, len(steps), stride):
        inside = [steps[at] for at in range(start, start + kernel * dilation, dilation) if 0 <= at < len(steps)]
        if inside:
            found.append((min(first for first, _ in inside), max(last for _, last in inside)))
    return tuple(found)


def join_views(views: Sequence[AnyView], num_steps: int | None = None) -> AnyView:
    """What a unit sees that is made from several layers: the box around all their views.

    Args:
        views: of each.
        num_steps: how many steps in time they have, where that is known.
    """
    for kind in (Everything, Within, Unknown):
        found = next((view for view in views if isinstance(view, kind)), None)
        if found is not None:
            return found
    boxes = [view for view in views if isinstance(view, View)]
    if not boxes:
        return Unknown("it does not depend on the input")
    uneven = len({box.stride[0] for box in boxes}) > 1 or any(box.steps for box in boxes)
    if len({box.stride[1:] for box in boxes}) > 1 or (uneven and num_steps is None):
        return Unknown("it joins branches of different strides")
    low = tuple(min(axis) for axis in zip(*(box.low for box in boxes), strict=True))
    high = tuple(max(axis) for axis in zip(*(box.high for box in boxes), strict=True))
    joined = View(boxes[0].stride, as_triple(low), as_triple(high))
    return replace(joined, steps=_join_steps(boxes, num_steps)) if uneven and num_steps else joined


def _join_steps(boxes: Sequence[View], num_steps: int) -> Steps:
    together = zip(*(box.count_steps(num_steps) for box in boxes), strict=False)
    return tuple((min(first for first, _ in seen), max(last for _, last in seen)) for seen in together)


def as_triple(values: int | Sequence[int], missing: int = 1, *, axes: int = 3) -> Triple:
    """A setting as (frames, height, width); where it is for two axes, `missing` stands for time."""
    several = (values,) * axes if isinstance(values, int) else tuple(values)
    if len(several) == 1:
        several *= axes
    frames, height, width = (missing, *several) if len(several) == 2 else several
    return frames, height, width
