"""A network that is in memory, without its numbers: for shapes and arithmetic at no cost."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn


def copy_without_numbers(model: nn.Module) -> nn.Module:
    """A copy on torch's meta device, of the depth and the settings that this very network has.

    Parameters and buffers are replaced before anything is copied, so that it takes no memory. Tensors that a module
    holds otherwise stay what they are.
    """
    from torch import nn

    memo: dict[int, Any] = {}
    for parameter in model.parameters():
        memo[id(parameter)] = nn.Parameter(parameter.detach().to("meta"), requires_grad=False)
    for buffer in model.buffers():
        memo[id(buffer)] = buffer.detach().to("meta")
    return copy.deepcopy(model, memo)
