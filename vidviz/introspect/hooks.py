"""Borrowing a network to look inside: hooks are taken off again and its modes restored, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn


@contextmanager
def borrowed(model: nn.Module) -> Iterator[ExitStack]:
    """The network in eval mode, with a stack for the handles of hooks: `stack.callback(handle.remove)`.

    On leaving, the hooks on the stack are removed and every module has the train or eval mode it had.
    """
    modes = [(module, module.training) for module in model.modules()]
    with ExitStack() as stack:
        stack.callback(_restore, modes)
        model.eval()
        yield stack


def _restore(modes: list[tuple[nn.Module, bool]]) -> None:
    for module, training in modes:
        # Not train(mode): that would change the children as well.
        module.training = training


def describe_output(output: Any) -> str:
    """What a layer gave where that is not one tensor, e.g. `a tuple (Tensor, tuple)`."""
    if isinstance(output, (tuple, list)):
        return f"a {type(output).__name__} ({', '.join(type(part).__name__ for part in output)})"
    return f"a {type(output).__name__}"
