"""What a unit sees of the input: the arithmetic of receptive fields, layer after layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
class Unknown:
    """A view that arithmetic does not tell, with the reason."""

    reason: str


AnyView = View | Everything | Unknown


def join_views(views: Sequence[AnyView]) -> AnyView:
    """What a unit sees that is made from several layers: the box around all their views."""
    if any(isinstance(view, Everything) for view in views):
        return Everything()
    unknown = next((view for view in views if isinstance(view, Unknown)), None)
    if unknown or not views:
        return unknown or Unknown("it does not depend on the input")
    boxes = [view for view in views if isinstance(view, View)]
    if len({box.stride for box in boxes}) > 1:
        return Unknown("it joins branches of different strides")
    low = tuple(min(axis) for axis in zip(*(box.low for box in boxes), strict=True))
    high = tuple(max(axis) for axis in zip(*(box.high for box in boxes), strict=True))
    return View(boxes[0].stride, _triple(low), _triple(high))


def _triple(values: Any, missing: int = 1) -> Triple:
    """A module's setting as (frames, height, width); 2-D ones see one frame, with `missing` along time."""
    several = (values,) * 3 if isinstance(values, int) else tuple(values)
    frames, height, width = (missing, *several) if len(several) == 2 else several
    return frames, height, width


def known_kind(module: Any) -> str:
    """The class of torch.nn by whose forward pass this module runs, where it is one that is followed; else ""."""
    for kind in type(module).__mro__:
        if kind.__name__ in _KNOWN and kind.__module__.startswith(("torch.nn.", "torchvision.ops.")):
            # A subclass with a forward of its own (padding as it goes, say) is another layer.
            follows = type(module).forward is getattr(kind, "forward", None)
            return kind.__name__ if follows else ""
    return ""


def view_through_module(module: Any, views: Sequence[AnyView]) -> AnyView:
    """The view after a leaf module, from those of its inputs."""
    kind, before = known_kind(module), join_views(views)
    if kind in _WINDOWS:
        return _through_window(module, kind, before)
    if kind in _POINTWISE:
        return before
    if kind == "MultiheadAttention":
        return Everything()
    if kind in _GLOBAL_WHEN_ONE:
        sizes = module.output_size if isinstance(module.output_size, tuple) else (module.output_size,)
        return _to_everything(before) if set(sizes) == {1} else Unknown("it pools to a fixed size")
    if kind == "Flatten":
        return _to_everything(before) if module.start_dim == 1 else Unknown("it lays positions out as tokens")
    return Unknown(f"{type(module).__name__} is neither a window, attention nor computed point by point")


def _to_everything(before: AnyView) -> AnyView:
    return before if isinstance(before, Unknown) else Everything()


def _through_window(module: Any, kind: str, before: AnyView) -> AnyView:
    if not isinstance(before, View):
        return before
    if isinstance(module.padding, str):
        return Unknown(f"padding {module.padding!r} has no fixed size")
    flat = kind.endswith("2d")
    settings = []
    for name, missing in (("kernel_size", 1), ("stride", 1), ("padding", 0), ("dilation", 1)):
        value = getattr(module, name, 1)
        if flat and isinstance(value, int):
            value = (value, value)
        settings.append(_triple(value, missing))
    return before.through(*settings)


_WINDOWS = frozenset({"Conv2d", "Conv3d", "MaxPool2d", "MaxPool3d", "AvgPool2d", "AvgPool3d"})
_GLOBAL_WHEN_ONE = frozenset({"AdaptiveAvgPool2d", "AdaptiveAvgPool3d", "AdaptiveMaxPool2d", "AdaptiveMaxPool3d"})
_POINTWISE = frozenset(
    {
        *("BatchNorm2d", "BatchNorm3d", "Dropout", "Dropout2d", "Dropout3d", "Identity", "StochasticDepth"),
        *("ReLU", "ReLU6", "LeakyReLU", "GELU", "SiLU", "Sigmoid", "Hardswish", "Hardsigmoid", "Tanh", "ELU"),
        *("FrozenBatchNorm2d", "LayerNorm", "Softplus", "Mish"),
        # On the last axis, which holds the channels wherever networks use it before flattening.
        "Linear",
    }
)
_KNOWN = _WINDOWS | _POINTWISE | _GLOBAL_WHEN_ONE | {"MultiheadAttention", "Flatten"}
