"""What units see after each function of torch that a forward pass may call, from what they saw before."""

from __future__ import annotations

from collections.abc import Callable

from vidviz.introspect.fields.follow_call import Call, count_positions
from vidviz.introspect.fields.picks import is_sliced, picked_frames, read_slices
from vidviz.introspect.fields.windows import WINDOWS
from vidviz.introspect.view import AnyView, Everything, Unknown, View, Within, as_triple


def through_attention(call: Call, before: AnyView) -> AnyView:
    """Attention lets a unit see all positions that it looks over, and all that those see."""
    if isinstance(before, Everything) or len(call.output_shape) < 3:
        return before
    if call.name == "multi_head_attention_forward":  # (L, N, C)
        parts, positions = call.shapes[0][1], call.shapes[1][0]
    else:
        keys = call.shapes[min(1, len(call.shapes) - 1)]
        parts, positions = call.output_shape[0], call.output_shape[-1] if call.name == "softmax" else keys[-2]
    if parts <= call.num_examples:
        return Everything()
    # First along time, then over each frame, say: together that is all.
    if isinstance(before, Within) and before.positions != positions:
        return Everything()
    return Within(positions)


def _through_window(call: Call, before: View) -> AnyView:
    window = WINDOWS[call.name](call)
    return before.through(window.kernel, window.stride, window.padding, window.dilation)


def _through_adaptive_pooling(call: Call, before: View) -> AnyView:
    sizes = list(zip(call.shapes[0][-call.axes :], call.output_shape[-call.axes :], strict=True))
    if all(out == 1 for _, out in sizes):
        return Everything()
    if any(size % out for size, out in sizes):
        return Unknown("it pools to a fixed size in windows that differ")
    window = as_triple([size // out for size, out in sizes])
    return before.through(window, window, (0, 0, 0), (1, 1, 1))


def _through_reduction(call: Call, before: View) -> AnyView:
    if count_positions(call.output_shape) == 1 or len(call.output_shape) <= 2:
        return Everything()
    return before if len(call.output_shape) == len(call.shapes[0]) else Unknown(f"{call.name}() over some of the axes")


def _through_item(call: Call, before: View) -> AnyView:
    """Slices along frames, rows and columns; what takes whole axes away is left alone."""
    if not is_sliced(call):
        return before
    slices = read_slices(call)
    if slices is None:
        return Unknown("it picks positions by their number")
    starts, steps = ([entry[place] for entry in slices[2:]] for place in (0, 2))
    return before.through((1, 1, 1), as_triple(steps), as_triple([-start for start in starts]), (1, 1, 1))


def _through_picking(call: Call, before: View) -> AnyView:
    """Frames picked by their number, however unevenly: each step keeps what its frame saw."""
    numbers = picked_frames(call)
    if numbers is None:
        return Unknown("it picks positions by their number")
    return before.pick_steps(numbers, call.shapes[0][2])


_Rule = Callable[[Call, View], AnyView]
RULES: dict[str, _Rule] = {
    **dict.fromkeys(WINDOWS, _through_window),
    "getitem": _through_item,
    "index_select": _through_picking,
    "adaptive_avg_pool2d": _through_adaptive_pooling,
    "adaptive_avg_pool3d": _through_adaptive_pooling,
    "adaptive_max_pool2d": _through_adaptive_pooling,
    "adaptive_max_pool3d": _through_adaptive_pooling,
    **dict.fromkeys(("mean", "amax", "max", "sum", "norm"), _through_reduction),
}
RELAYING = frozenset(
    {
        *("flatten", "view", "reshape", "unflatten", "permute", "transpose", "movedim", "swapaxes", "unsqueeze"),
        *("squeeze", "contiguous", "expand", "chunk", "split", "tensor_split", "unbind", "roll", "select", "repeat"),
        "flip",
    }
)
ATTENTION = frozenset({"softmax", "scaled_dot_product_attention", "multi_head_attention_forward"})
POINTWISE = frozenset(
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
