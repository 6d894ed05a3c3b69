"""Operators that torch does not have in a half-width number type: computed in float32, all others left as they are."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch.overrides import TorchFunctionMode

LOG = logging.getLogger(__name__)
MISSING = "not implemented for"


def run_with_fallback(run: Callable[[], Any], fallen_back: set[str]) -> Any:
    """What `run` returns; where an operator is missing, all is run once more with that one in float32.

    Args:
        run: a forward pass, which may be called twice.
        fallen_back: the names of operators that were missing so far; those found now are added, and told in the log.

    Raises:
        NotImplementedError: what is missing is missing in float32 too.
    """
    if not fallen_back:
        try:
            return run()
        except NotImplementedError as error:
            if MISSING not in str(error):
                raise
    with _fallback_mode(fallen_back):
        return run()


def _fallback_mode(fallen_back: set[str]) -> TorchFunctionMode:
    import torch
    from torch.overrides import TorchFunctionMode
    from torch.utils._pytree import tree_map_only

    half = (torch.bfloat16, torch.float16)

    class Fallback(TorchFunctionMode):
        def __torch_function__(self, func: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            try:
                return func(*args, **kwargs)
            except NotImplementedError as error:
                if MISSING not in str(error):
                    raise
            kinds: list[torch.dtype] = []

            def widen(tensor: torch.Tensor) -> torch.Tensor:
                if tensor.dtype not in half:
                    return tensor
                kinds.append(tensor.dtype)
                return tensor.float()

            def narrow(tensor: torch.Tensor) -> torch.Tensor:
                return tensor.to(kinds[0]) if tensor.dtype == torch.float32 else tensor

            wide_args, wide_kwargs = tree_map_only(torch.Tensor, widen, (args, kwargs))
            if not kinds:
                return func(*args, **kwargs)
            name = getattr(func, "__name__", str(func))
            if name not in fallen_back:
                fallen_back.add(name)
                LOG.warning("%s has no %s on this device and is computed in float32.", name, kinds[0])
            return tree_map_only(torch.Tensor, narrow, func(*wide_args, **wide_kwargs))

    return Fallback()
