"""Following what units see through the functions that a forward pass calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from vidviz.introspect.view import AnyView, Everything, Unknown, View, Within, as_triple, join_views

if TYPE_CHECKING:
    from torch import Tensor
    from torch.overrides import TorchFunctionMode

_MARK = "_vidviz_view"


def mark_view(tensor: Tensor, view: AnyView) -> None:
    """Write on a tensor what its units see."""
    setattr(tensor, _MARK, view)


def read_view(tensor: Any) -> AnyView | None:
    """What the units of a tensor see, where that was followed."""
    return getattr(tensor, _MARK, None)


def make_follower(num_examples: int) -> TorchFunctionMode:
    """A context in which each function's result is marked with what its units see.

    Args:
        num_examples: the batch size: attention over a larger batch looks at parts of an example.
    """
    from torch import Tensor
    from torch.overrides import TorchFunctionMode

    class Follower(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            views = [view for view in map(read_view, _tensors((args, kwargs))) if view is not None]
            shapes = [tuple(tensor.shape) for tensor in _tensors((args, kwargs))] if views else []
            output = func(*args, **kwargs)
            if views:
                call = Call(getattr(func, "__name__", str(func)), args, kwargs, shapes, num_examples)
                for tensor in _tensors(output):
                    mark_view(tensor, view_after(call, views, tuple(tensor.shape)))
            return output

    def _tensors(values: Any) -> Iterator[Tensor]:
        if isinstance(values, Tensor):
            yield values
        elif isinstance(values, dict):
            yield from _tensors(tuple(values.values()))
        elif isinstance(values, (tuple, list)):
            for value in values:
                yield from _tensors(value)

    return Follower()


class Call:
    """A call of a function of torch: its name without the underscore of in-place ones, arguments and shapes."""

    def __init__(
        self, name: str, args: Sequence[Any], kwargs: dict[str, Any], shapes: list[tuple[int, ...]], num_examples: int
    ) -> None:
        self.name = name.strip("_")
        self.args, self.kwargs, self.shapes, self.num_examples = args, kwargs, shapes, num_examples

    def setting(self, name: str, place: int, default: Any) -> Any:
        """An argument by its name or its place; `default` where it is missing or None."""
        value = self.kwargs.get(name, self.args[place] if len(self.args) > place else None)
        return default if value is None else value

    @property
    def axes(self) -> int:
        """How many axes a window of this function has: its name ends in 1d, 2d or 3d."""
        return int(self.name[-2]) if self.name[-2:] in ("1d", "2d", "3d") else 0


def view_after(call: Call, views: Sequence[AnyView], output_shape: tuple[int, ...]) -> AnyView:
    """What units see after a function, from what those of its inputs see."""
    before = join_views(views)
    if call.name in ("softmax", "scaled_dot_product_attention", "multi_head_attention_forward"):
        return _through_attention(call, before, output_shape)
    if not isinstance(before, View):
        return before
    if call.name in _RULES:
        return _RULES[call.name](call, before, output_shape)
    if call.name in _RELAYING and _lays_flat(call, output_shape):
        return Everything()
    if call.name in _POINTWISE or call.name in _RELAYING:
        return before
    return Unknown(f"{call.name}() is not followed")


def _lays_flat(call: Call, output_shape: tuple[int, ...]) -> bool:
    """Whether all positions of an example become one row: what reads it next sees them all."""
    return len(output_shape) <= 2 and len(call.shapes[0]) > 2 and _positions(call.shapes[0]) > 1


def _positions(shape: tuple[int, ...]) -> int:
    count = 1
    for size in shape[2:]:
        count *= size
    return count


def _through_attention(call: Call, before: AnyView, output_shape: tuple[int, ...]) -> AnyView:
    if isinstance(before, Everything) or len(output_shape) < 3:
        return before
    if call.name == "multi_head_attention_forward":  # (L, N, C)
        parts, positions = call.shapes[0][1], call.shapes[1][0]
    else:
        keys = call.shapes[min(1, len(call.shapes) - 1)]
        parts, positions = output_shape[0], output_shape[-1] if call.name == "softmax" else keys[-2]
    if parts <= call.num_examples:
        return Everything()
    # First along time, then over each frame, say: together that is all.
    if isinstance(before, Within) and before.positions != positions:
        return Everything()
    return Within(positions)


def _through_convolution(call: Call, before: View, _shape: tuple[int, ...]) -> AnyView:
    kernel = as_triple(call.shapes[1][2:])
    dilation = as_triple(call.setting("dilation", 5, 1), axes=call.axes)
    padding = call.setting("padding", 4, 0)
    if isinstance(padding, str):
        # "same" puts the odd one of an even number of zeros at the end.
        whole = [(k - 1) * d for k, d in zip(kernel, dilation, strict=True)]
        padding = [size // 2 for size in whole] if padding == "same" else 0
    stride = as_triple(call.setting("stride", 3, 1), axes=call.axes)
    return before.through(kernel, stride, as_triple(padding, 0, axes=call.axes), dilation)


def _through_pooling(call: Call, before: View, _shape: tuple[int, ...]) -> AnyView:
    largest = call.name.startswith("max")
    kernel = call.setting("kernel_size", 1, 1)
    stride = call.setting("stride", 2, kernel)
    dilation = call.setting("dilation", 4, 1) if largest else 1
    return before.through(
        as_triple(kernel, axes=call.axes),
        as_triple(stride or kernel, axes=call.axes),
        as_triple(call.setting("padding", 3, 0), 0, axes=call.axes),
        as_triple(dilation, axes=call.axes),
    )


def _through_adaptive_pooling(call: Call, before: View, output_shape: tuple[int, ...]) -> AnyView:
    sizes = list(zip(call.shapes[0][-call.axes :], output_shape[-call.axes :], strict=True))
    if all(out == 1 for _, out in sizes):
        return Everything()
    if any(size % out for size, out in sizes):
        return Unknown("it pools to a fixed size in windows that differ")
    window = as_triple([size // out for size, out in sizes])
    return before.through(window, window, (0, 0, 0), (1, 1, 1))


def _through_reduction(call: Call, before: View, output_shape: tuple[int, ...]) -> AnyView:
    if _positions(output_shape) == 1 or len(output_shape) <= 2:
        return Everything()
    return before if len(output_shape) == len(call.shapes[0]) else Unknown(f"{call.name}() over some of the axes")


def _through_padding(call: Call, before: View, _shape: tuple[int, ...]) -> AnyView:
    pads = list(call.setting("pad", 1, ()))
    # It begins with the last axis: width, height, frames.
    starts = [*pads[0::2], 0, 0, 0][:3]
    return before.through((1, 1, 1), (1, 1, 1), (starts[2], starts[1], starts[0]), (1, 1, 1))


def _through_item(call: Call, before: View, output_shape: tuple[int, ...]) -> AnyView:
    """Slices along frames, rows and columns; what takes whole axes away is left alone."""
    wanted = call.args[1] if isinstance(call.args[1], tuple) else (call.args[1],)
    shape = call.shapes[0]
    if len(shape) != 5 or Ellipsis in wanted or len(output_shape) != 5:
        return before
    if not all(isinstance(part, slice) for part in wanted):
        return Unknown("it picks positions by their number")
    slices = [part.indices(size) for part, size in zip(wanted, shape, strict=False)]
    slices += [slice(None).indices(size) for size in shape[len(slices) :]]
    starts, steps = ([entry[place] for entry in slices[2:]] for place in (0, 2))
    return before.through((1, 1, 1), as_triple(steps), as_triple([-start for start in starts]), (1, 1, 1))


def _picked(_call: Call, _before: View, _shape: tuple[int, ...]) -> AnyView:
    return Unknown("it picks positions by their number")


_Rule = Callable[[Call, View, tuple[int, ...]], AnyView]
_RULES: dict[str, _Rule] = {
    "pad": _through_padding,
    "getitem": _through_item,
    "index_select": _picked,
    "adaptive_avg_pool2d": _through_adaptive_pooling,
    "adaptive_avg_pool3d": _through_adaptive_pooling,
    "adaptive_max_pool2d": _through_adaptive_pooling,
    "adaptive_max_pool3d": _through_adaptive_pooling,
    **dict.fromkeys(("conv2d", "conv3d"), _through_convolution),
    **dict.fromkeys(("max_pool2d", "max_pool3d", "avg_pool2d", "avg_pool3d"), _through_pooling),
    **dict.fromkeys(("mean", "amax", "max", "sum", "norm"), _through_reduction),
}
_RELAYING = frozenset(
    {
        *("flatten", "view", "reshape", "unflatten", "permute", "transpose", "movedim", "swapaxes", "unsqueeze"),
        *("squeeze", "contiguous", "expand", "chunk", "split", "tensor_split", "unbind", "roll", "select", "repeat"),
        "flip",
    }
)
_POINTWISE = frozenset(
    {
        *("add", "iadd", "radd", "sub", "isub", "rsub", "mul", "imul", "rmul", "truediv", "div", "neg", "pow", "exp"),
        *("cat", "stack", "clone", "float", "to", "detach", "type_as", "clamp", "abs", "sqrt", "rsqrt", "erf", "where"),
        *("relu", "relu6", "gelu", "silu", "sigmoid", "tanh", "hardswish", "hardsigmoid", "leaky_relu", "dropout"),
        *("elu", "mish", "softplus", "hardtanh", "prelu", "log_softmax", "dropout2d", "dropout3d", "feature_dropout"),
        *("stochastic_depth", "batch_norm", "layer_norm", "linear", "normalize", "set", "data"),
        # Between positions only attention mixes, and that is told by its softmax.
        *("matmul", "bmm", "einsum", "baddbmm"),
    }
)
