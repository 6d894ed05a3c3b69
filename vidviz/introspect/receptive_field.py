"""Receptive fields of a network's layers: how many frames and pixels a unit can see, by arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidviz.introspect.view import (
    AnyView,
    Everything,
    Triple,
    Unknown,
    View,
    join_views,
    known_kind,
    view_through_module,
)

if TYPE_CHECKING:
    from torch import fx, nn

Box = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class ReceptiveField:
    """What one unit of a layer sees of the input, along (frames, height, width).

    Attributes:
        size: extent in frames and pixels; None where it sees everything or it is not known.
        stride: frames and pixels between neighbouring units.
        centre: the middle of what the layer's first unit (0, 0, 0) sees; halves lie between two positions.
        sees_everything: whether each unit sees the whole clip.
        reason: why it is not known, as a part of a sentence; else empty.
    """

    size: Triple | None = None
    stride: Triple | None = None
    centre: tuple[float, float, float] | None = None
    sees_everything: bool = False
    reason: str = ""

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
        else:
            return None
        return frames, rows, columns


def _clip(start: float, size: int, length: int) -> tuple[int, int]:
    first = round(start)
    return max(0, min(first, length)), max(0, min(first + size, length))


def receptive_fields(model: nn.Module) -> dict[str, ReceptiveField]:
    """The receptive field of every layer of a network, by its dotted path.

    Convolutions, poolings, strides and dilations are followed through the graph that `torch.fx` traces; where
    branches meet, a unit sees the box around what they see. It is the theoretical field: what could matter, not
    how much. A layer that is called more than once has that of its first call. 2-D networks see one frame.

    Args:
        model: any module that takes one tensor, (N, C, T, H, W) or (N, C, H, W).

    Returns:
        One entry for each sub-module; what could not be worked out says why.
    """
    names = [name for name, _ in model.named_modules() if name]
    try:
        graph = _trace(model)
    except Exception as error:
        # Tracing runs the network's own code, which may fail in any way on stand-in values.
        reason = f"the network's forward pass cannot be traced ({type(error).__name__})"
        return {name: ReceptiveField(reason=reason) for name in names}
    views = _follow(model, graph)
    unseen = Unknown("the forward pass does not call it")
    return {name: _as_field(views.get(name, unseen)) for name in names}


def _trace(model: nn.Module) -> fx.Graph:
    """The graph of a network whose leaves are the layers that are followed, their subclasses too."""
    from torch import fx

    class LayerTracer(fx.Tracer):
        def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
            return bool(known_kind(m)) or super().is_leaf_module(m, module_qualified_name)

    return LayerTracer().trace(model)


def _follow(model: nn.Module, graph: fx.Graph) -> dict[str, AnyView]:
    """The view of each module's output, leaves and those around them."""
    by_node: dict[fx.Node, AnyView] = {}
    by_module: dict[str, AnyView] = {}
    leaves: set[str] = set()
    for node in graph.nodes:
        by_node[node] = view = _view_of(model, node, by_node)
        if node.op == "call_module":
            target = str(node.target)
            by_module.setdefault(target, view)
            leaves.add(target)
        for path in _modules_around(node):
            if path not in leaves:
                # The last node inside a module is what it gives.
                by_module[path] = view
    return by_module


def _modules_around(node: fx.Node) -> Iterator[str]:
    for path, _kind in (node.meta.get("nn_module_stack") or {}).values():
        if path:
            yield str(path)


def _view_of(model: nn.Module, node: fx.Node, by_node: dict[fx.Node, AnyView]) -> AnyView:
    inputs = [by_node[source] for source in node.all_input_nodes if source.op != "get_attr"]
    if node.op == "placeholder":
        return View()
    if node.op == "get_attr":
        return Unknown("it does not depend on the input")
    if node.op == "call_module":
        return view_through_module(model.get_submodule(str(node.target)), inputs)
    if node.op == "output":
        return join_views(inputs)
    three_d = any(type(module).__name__.endswith("3d") for module in model.modules())
    return _through_function(node, inputs, three_d)


def _through_function(node: fx.Node, inputs: list[AnyView], three_d: bool) -> AnyView:
    name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))
    before = join_views(inputs)
    if isinstance(before, Everything):
        # Once a unit sees everything, whatever is made of it does.
        return before
    if name.rstrip("_") in _POINTWISE_FUNCTIONS or isinstance(before, Unknown):
        return before
    if _joins_everything(name, node, three_d):
        return Everything()
    return Unknown(f"{name}() is not followed")


def _joins_everything(name: str, node: fx.Node, three_d: bool) -> bool:
    """Whether a function makes each number from all positions of its input."""
    setting = node.args[1] if len(node.args) > 1 else None
    if name == "flatten":
        return bool(node.kwargs.get("start_dim", setting) == 1)
    if name == "mean":
        axes = node.kwargs.get("dim", setting)
        return isinstance(axes, (tuple, list)) and len(axes) == (3 if three_d else 2)
    return name == "scaled_dot_product_attention"


_POINTWISE_FUNCTIONS = frozenset(
    {
        *("add", "iadd", "sub", "mul", "imul", "truediv", "cat", "contiguous", "clone", "float", "to"),
        *("relu", "relu6", "gelu", "silu", "sigmoid", "tanh", "hardswish", "hardsigmoid", "leaky_relu", "dropout"),
        *("stochastic_depth", "permute", "transpose", "linear", "layer_norm"),
    }
)


def _as_field(view: AnyView) -> ReceptiveField:
    if isinstance(view, Unknown):
        return ReceptiveField(reason=view.reason)
    if isinstance(view, Everything):
        return ReceptiveField(sees_everything=True)
    frames, rows, columns = ((lo + hi) / 2 for lo, hi in zip(view.low, view.high, strict=True))
    return ReceptiveField(size=view.size, stride=view.stride, centre=(frames, rows, columns))
