"""Receptive fields of a network's layers: how many frames and pixels a unit can see, by arithmetic."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

from vidviz.introspect.fields.follow import make_follower, mark_view, read_moments, read_view
from vidviz.introspect.fields.step_moments import StepMoments
from vidviz.introspect.hooks import borrowed
from vidviz.introspect.view import AnyView, Everything, Steps, Triple, Unknown, View, Within

logger = logging.getLogger(__name__)

if TYPE_CHECKING:
    from torch import Tensor, nn

Box = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class ReceptiveField:
    """What one unit of a layer sees of the input, along (frames, height, width).

    Attributes:
        size: extent in frames and pixels; None where it sees everything or it is not known.
        stride: frames and pixels between neighbouring units.
        centre: the middle of what the layer's first unit (0, 0, 0) sees; halves lie between two positions.
        steps: (start, end) in frames, end excluded, of what each step in time sees, where that is uneven because frames
            were picked by number; `size` is then the largest, `stride` the rounded median.
        sees_everything: whether each unit sees the whole clip.
        reason: why it is not known, as a part of a sentence; else empty.
        moments: where its steps stand in time, also where they see everything; None where arithmetic does not tell.
    """

    size: Triple | None = None
    stride: Triple | None = None
    centre: tuple[float, float, float] | None = None
    steps: Steps = ()
    sees_everything: bool = False
    reason: str = ""
    moments: StepMoments | None = field(default=None, compare=False)

    def box(self, unit: Triple, input_size: Triple) -> Box | None:
        """What one unit sees inside an input: (start, end) in frames, rows and columns, ends excluded.

        Args:
            unit: its index (t, y, x) in the layer's output.
            input_size: (T, H, W) of the input.
        """
        if self.sees_everything:
            frames, rows, columns = ((0, length) for length in input_size)
        elif self.size and self.stride and self.centre:
            axes = zip(unit, self.size, self.stride, self.centre, input_size, strict=True)
            frames, rows, columns = (_clip(i * s + c - (n - 1) / 2, n, length) for i, n, s, c, length in axes)
            if self.steps:
                first, end = self.steps[unit[0]]
                frames = _clip(first, end - first, input_size[0])
        else:
            return None
        return frames, rows, columns


def _clip(start: float, size: int, length: int) -> tuple[int, int]:
    first = round(start)
    return max(0, min(first, length)), max(0, min(first + size, length))


def receptive_fields(model: nn.Module, example: Tensor) -> dict[str, ReceptiveField]:
    """The receptive field of every layer of a network, by its dotted path.

    The network runs once on `example`, and convolutions, poolings, strides, dilations and paddings are followed
    through the functions that it calls; where branches meet, a unit sees the box around what they see. It is the
    theoretical field: what could matter, not how much. Attention lets a unit see everything. A layer that is called
    more than once has the field of its first call.

    Args:
        model: any module that takes one tensor; on the meta device (with an example there) it costs neither memory
            nor time.
        example: (N, C, T, H, W), or (N, C, H, W) for networks that see one frame.

    Returns:
        One entry for each sub-module; what could not be worked out says why.
    """
    views: _Views = {}
    reason = "the forward pass does not call it"
    try:
        _follow(model, example, views)
    except Exception as error:
        # The network's own code runs here, and may fail in any way.
        logger.info("a forward pass cannot be followed", exc_info=True)
        reason = f"the forward pass cannot be followed ({type(error).__name__})"
    unseen = Unknown(reason), None
    found = {name: views.get(name, unseen) for name, _ in model.named_modules() if name}
    return {name: replace(_as_field(view), moments=moments) for name, (view, moments) in found.items()}


_Views = dict[str, "tuple[AnyView, StepMoments | None]"]


def _follow(model: nn.Module, example: Tensor, views: _Views) -> None:
    """Fill in the view of each module's output, and where its steps stand, as the forward pass goes."""
    import torch

    with borrowed(model) as stack, torch.no_grad():
        for name, module in model.named_modules():
            if name:
                stack.callback(module.register_forward_hook(_make_note(name, views)).remove)
        start = example.detach().clone()
        # Frames that are seen one by one stand in the batch.
        mark_view(start, View(), StepMoments.of_frames(start.shape[2] if start.dim() == 5 else len(start)))
        with make_follower(len(start)):
            model(start)


def _make_note(name: str, views: _Views) -> Callable[[nn.Module, Any, Any], None]:
    def note(_module: nn.Module, _inputs: Any, output: Any) -> None:
        first = output[0] if isinstance(output, (tuple, list)) and output else output
        view = read_view(first) or Unknown("it does not depend on the input, or its code is scripted")
        views.setdefault(name, (view, read_moments(first)))

    return note


def _as_field(view: AnyView) -> ReceptiveField:
    if isinstance(view, Unknown):
        return ReceptiveField(reason=view.reason)
    if isinstance(view, Within):
        return ReceptiveField(reason=f"its attention reaches parts of {view.positions} positions")
    if isinstance(view, Everything):
        return ReceptiveField(sees_everything=True)
    frames, rows, columns = ((lo + hi) / 2 for lo, hi in zip(view.low, view.high, strict=True))
    if not view.steps:
        return ReceptiveField(size=view.size, stride=view.stride, centre=(frames, rows, columns))
    middles = [(first + last) / 2 for first, last in view.steps]
    # The median: at the ends of the clip there is less to see, which moves the middle.
    pace = round(median(after - before for before, after in pairwise(middles))) if len(middles) > 1 else 1
    return ReceptiveField(
        size=(max(last - first + 1 for first, last in view.steps), *view.size[1:]),
        stride=(pace, *view.stride[1:]),
        centre=(middles[0], rows, columns),
        steps=tuple((first, last + 1) for first, last in view.steps),
    )
