"""When a network uses each of its parameters, and when each layer has answered: what a layer's output rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vidviz.embed.build import build_outline
from vidviz.embed.description import Backbone

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class ParameterUse:
    """One forward pass, step by step.

    Attributes:
        first_used: the step at which each parameter (and buffer) is first used; those never used are not there.
        ended: the step at which each layer first gave its output, the layers by their dotted paths.
    """

    first_used: dict[str, int]
    ended: dict[str, int]

    def before(self, layer: str) -> set[str]:
        """The parameters that are used by the time a layer has answered; all where it never answers."""
        end = self.ended.get(layer)
        return {name for name, step in self.first_used.items() if end is None or step <= end}

    def behind(self, parameters: Iterable[str]) -> frozenset[str]:
        """The layers that answer once the first of these parameters has been used."""
        steps = [self.first_used[name] for name in parameters if name in self.first_used]
        return frozenset(layer for layer, step in self.ended.items() if steps and step >= min(steps))

    def last_module(self) -> str:
        """The module whose parameters are used last: that of the class scores, where there are some."""
        return max(self.first_used, key=lambda name: self.first_used[name], default="").rpartition(".")[0]


def outline_use(backbone: Backbone) -> ParameterUse:
    """How the backbone, as it is built, uses its parameters; nothing is calculated."""
    return trace_use(build_outline(backbone), backbone)


def trace_use(outline: nn.Module, backbone: Backbone) -> ParameterUse:
    """How a network uses its parameters for a clip.

    Args:
        outline: the network on torch's meta device.
        backbone: says what it takes.
    """
    import torch
    from torch.overrides import TorchFunctionMode

    use = ParameterUse({}, {})
    names = _names_by_identity(outline)
    step = 0

    class Watch(TorchFunctionMode):
        def __torch_function__(
            self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
        ) -> Any:
            nonlocal step
            step += 1
            for tensor in _tensors((*args, *(kwargs or {}).values())):
                for name in names.get(id(tensor), ()):
                    use.first_used.setdefault(name, step)
            return func(*args, **(kwargs or {}))

    handles = [
        module.register_forward_hook(lambda _m, _i, _o, layer=layer: use.ended.setdefault(layer, step) and None)
        for layer, module in outline.named_modules()
        if layer
    ]
    try:
        with Watch(), torch.no_grad():
            outline(_example(backbone))
    finally:
        for handle in handles:
            handle.remove()
    return use


def _names_by_identity(module: nn.Module) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for name, tensor in module.state_dict(keep_vars=True).items():
        found.setdefault(id(tensor), []).append(name)
    return found


def _tensors(arguments: Iterable[Any]) -> Iterator[Tensor]:
    import torch

    for argument in arguments:
        if isinstance(argument, torch.Tensor):
            yield argument
        elif isinstance(argument, (list, tuple)):
            yield from _tensors(argument)


def _example(backbone: Backbone) -> Tensor:
    import torch

    spec = backbone.frames
    picture = (spec.crop_px, spec.crop_px)
    shape = (1, 3, *picture) if backbone.per_frame else (1, 3, spec.num_frames, *picture)
    return torch.empty(shape, device="meta")
