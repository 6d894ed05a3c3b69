"""The layers of a network in the order in which they run, with shapes and parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from vidviz.errors import UnknownNameError
from vidviz.introspect.hooks import borrowed, describe_output

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class Layer:
    """One module of a network.

    Attributes:
        name: dotted path.
        kind: the class, e.g. `Conv3d`.
        depth: how many modules it lies inside; 0 for the network's own children.
        output_shape: what its first call gave, without the batch axis; None where it gave no tensor.
        num_parameters: of the module and all inside it.
        num_calls: how often one forward pass calls it.
        compute_share: its part of the multiply-adds of a forward pass, all inside it included, from 0 to 1;
            convolutions, products of matrices and attention are counted (`torch.utils.flop_counter`).
        is_stage: whether it is one of the stages asked for.
        note: why there is no shape, as a sentence; else empty.
    """

    name: str
    kind: str
    depth: int
    output_shape: tuple[int, ...] | None
    num_parameters: int
    num_calls: int
    compute_share: float = 0.0
    is_stage: bool = False
    note: str = ""


def layer_tree(model: nn.Module, example: Tensor, stages: Sequence[str] = ()) -> list[Layer]:
    """Run the network once on `example` and list its layers.

    Args:
        model: any module; on the meta device (with an example there) it costs neither memory nor time.
        example: a small batch as the model takes it.
        stages: names of layers that come first, in this order.

    Returns:
        The stages, then every other layer in execution order (a module before what it contains), then those that
        the forward pass never called.

    Raises:
        UnknownNameError: the model has no layer called like one of `stages`.
    """
    layers = _run(model, example)
    for name in stages:
        if name not in layers:
            raise UnknownNameError("layer", name, layers)
    first = [replace(layers[name], is_stage=True) for name in stages]
    return first + [layer for name, layer in layers.items() if name not in stages]


def _run(model: nn.Module, example: Tensor) -> dict[str, Layer]:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    names = {module: name for name, module in model.named_modules() if name}
    order: dict[nn.Module, int] = {}
    outputs: dict[nn.Module, Any] = {}

    def enter(module: nn.Module, _inputs: Any) -> None:
        order[module] = order.get(module, 0) + 1

    def leave(module: nn.Module, _inputs: Any, output: Any) -> None:
        outputs.setdefault(module, _shape_of(output))

    with borrowed(model) as stack, torch.no_grad():
        for module in names:
            stack.callback(module.register_forward_pre_hook(enter).remove)
            stack.callback(module.register_forward_hook(leave).remove)
        with FlopCounterMode(display=False) as counter:
            model(example)
    ordered = [*order, *(module for module in names if module not in order)]
    layers = {names[module]: _describe(names[module], module, order, outputs.get(module)) for module in ordered}
    shares = _shares(counter.get_flop_counts(), type(model).__name__)
    return {name: replace(layer, compute_share=shares.get(name, 0.0)) for name, layer in layers.items()}


def _shares(counts: dict[str, dict[Any, int]], root: str) -> dict[str, float]:
    """Layer -> its part of all operations; the counter begins each name with the network's class."""
    sums = {name: sum(by_operation.values()) for name, by_operation in counts.items()}
    total = max(1, sums.get("Global", 0))
    return {name.removeprefix(f"{root}."): count / total for name, count in sums.items()}


def _shape_of(output: Any) -> tuple[int, ...] | str:
    import torch

    return tuple(output.shape[1:]) if isinstance(output, torch.Tensor) else describe_output(output)


def _describe(name: str, module: nn.Module, order: dict[nn.Module, int], shape: tuple[int, ...] | str | None) -> Layer:
    note = "The forward pass does not call it." if module not in order else ""
    if isinstance(shape, str):
        note = f"It gives {shape}, not one tensor."
    return Layer(
        name=name,
        kind=type(module).__name__,
        depth=name.count("."),
        output_shape=shape if isinstance(shape, tuple) else None,
        num_parameters=sum(parameter.numel() for parameter in module.parameters()),
        num_calls=order.get(module, 0),
        note=note,
    )
