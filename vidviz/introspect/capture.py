"""What chosen layers give in a forward pass, kept while it runs and reduced as it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vidviz.errors import UnknownNameError
from vidviz.introspect.hooks import borrowed, describe_output

if TYPE_CHECKING:
    from torch import Tensor, nn

Reduce = Callable[["Tensor"], "Tensor"]


class Activations(dict[str, "Tensor"]):
    """Layer -> what it gave. `skipped` says in a sentence why a layer that was asked for is not here."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped: dict[str, str] = {}


@dataclass(frozen=True)
class _Wanted:
    """A layer as asked for: the module's path and which of its calls in a forward pass."""

    name: str
    path: str
    call: int


@contextmanager
def capture_activations(
    model: nn.Module, layers: Sequence[str], *, reduce: Reduce | None = None
) -> Iterator[Activations]:
    """Keep what layers give while the model runs inside the `with`.

        with capture_activations(model, ["layer1", "layer4.1.relu_1"]) as activations:
            model(clips)
        activations["layer1"]  # (N, C, T, H, W), detached

    The model is in eval mode inside, and has no hook and its own modes again afterwards. Tensors are copies, so
    that a following in-place ReLU does not change them. A layer that a network calls more than once gives its first
    call; `relu_1` names the second, as in `torchvision.models.feature_extraction`. Each forward pass of `model`
    replaces what the one before gave. A model that threads share is to be locked by the caller.

    Args:
        model: any module.
        layers: dotted paths of its sub-modules.
        reduce: applied to each activation as soon as it is there, e.g. `lambda x: x[:, :64].half().cpu()`; only
            what it returns is held.

    Yields:
        Activations, filled by the forward pass; `skipped` is complete on leaving.

    Raises:
        UnknownNameError: the model has no such layer; the sentence offers the nearest.
    """
    wanted = [_find(model, name) for name in layers]
    found = Activations()
    calls: dict[str, int] = {}
    with borrowed(model) as stack:
        stack.callback(_explain_missing, found, wanted)
        stack.callback(model.register_forward_pre_hook(lambda *_: calls.clear()).remove)
        for path in dict.fromkeys(want.path for want in wanted):
            of_path = [want for want in wanted if want.path == path]
            hook = _make_hook(path, of_path, calls, found, reduce)
            stack.callback(model.get_submodule(path).register_forward_hook(hook).remove)
        yield found


def _find(model: nn.Module, name: str) -> _Wanted:
    modules = dict(model.named_modules())
    modules.pop("", None)
    if name in modules:
        return _Wanted(name, name, 0)
    # `relu_2` is the third call of `relu`, unless a module has that very name.
    repeated = re.fullmatch(r"(.+)_(\d+)", name)
    if repeated and repeated[1] in modules:
        return _Wanted(name, repeated[1], int(repeated[2]))
    raise UnknownNameError("layer", name, modules)


def _make_hook(
    path: str, wanted: list[_Wanted], calls: dict[str, int], found: Activations, reduce: Reduce | None
) -> Callable[[nn.Module, Any, Any], None]:
    import torch

    def keep(_module: nn.Module, _inputs: Any, output: Any) -> None:
        call = calls.get(path, 0)
        calls[path] = call + 1
        for want in wanted:
            if want.call != call:
                continue
            if isinstance(output, torch.Tensor):
                found[want.name] = _reduced_copy(output.detach(), reduce)
            else:
                found.skipped[want.name] = f"{want.name} gives {describe_output(output)}, not one tensor."

    return keep


def _reduced_copy(output: Tensor, reduce: Reduce | None) -> Tensor:
    """What `reduce` makes of an output, as memory of its own."""
    kept = output if reduce is None else reduce(output).detach()
    if kept.device.type == "meta" or kept.untyped_storage().data_ptr() != output.untyped_storage().data_ptr():
        return kept
    # Kept by reference, an in-place operation that follows would change it; a slice would hold the whole.
    return kept.clone()


def _explain_missing(found: Activations, wanted: list[_Wanted]) -> None:
    for want in wanted:
        if want.name not in found and want.name not in found.skipped:
            times = "" if want.call == 0 else f" {want.call + 1} times"
            found.skipped[want.name] = f"The forward pass did not call {want.path}{times}."
