"""Attention weights as they are computed, whatever a network's code looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from vidviz.introspect.hooks import borrowed

if TYPE_CHECKING:
    from torch import Tensor, nn

Keep = Callable[[str, "Tensor"], None]


@contextmanager
def watch_attention(model: nn.Module, keep: Keep) -> Iterator[None]:
    """Hand the weights of every attention to `keep` while the model runs inside the `with`.

    Seen are `softmax` over keys, `scaled_dot_product_attention` and `nn.MultiheadAttention`, so that no network need
    be written for it. Weights are given head by head where they are not there anyway, so that at most one head's are
    held: (parts, 1, queries, keys) each time, else (parts, heads, queries, keys). The model is in eval mode inside
    and has no hook afterwards.

    Args:
        model: any module.
        keep: called with the path of the innermost module that attends, and the weights.
    """
    import torch

    inside: list[str] = []

    def enter(name: str) -> Callable[..., None]:
        return lambda *_: inside.append(name)

    def leave(*_: Any) -> None:
        inside.pop()

    with borrowed(model) as stack, torch.no_grad():
        for name, module in model.named_modules():
            if name:
                stack.callback(module.register_forward_pre_hook(enter(name)).remove)
                stack.callback(module.register_forward_hook(leave, always_call=True).remove)
        with _make_watcher(lambda weights: keep(inside[-1] if inside else "", weights)):
            yield


def _make_watcher(keep: Callable[[Any], None]) -> Any:
    import torch
    from torch.nn import functional as F
    from torch.overrides import TorchFunctionMode

    class Watcher(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            if func is F.multi_head_attention_forward:
                asked = {**kwargs, "need_weights": True, "average_attn_weights": False}
                output, weights = func(*args, **asked)
                keep(weights)
                return output, (weights if kwargs.get("need_weights", True) else None)
            output = func(*args, **kwargs)
            name = getattr(func, "__name__", "")
            if name == "scaled_dot_product_attention":
                for weights in _weights_by_head(*args, **kwargs):
                    keep(weights)
            elif name == "softmax" and isinstance(output, torch.Tensor) and output.dim() == 4:
                keep(output)
            return output

    return Watcher()


def _weights_by_head(
    query: Tensor,
    key: Tensor,
    _value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    **_: Any,
) -> Iterator[Tensor]:
    """The weights that fused attention does not give, (parts, 1, queries, keys) for each head."""
    import torch

    factor = query.shape[-1] ** -0.5 if scale is None else scale
    for head in range(query.shape[1]):
        scores = query[:, head : head + 1] @ key[:, head : head + 1].transpose(-2, -1) * factor
        if attn_mask is not None and attn_mask.dtype == torch.bool:
            scores = scores.masked_fill(~attn_mask, float("-inf"))
        elif attn_mask is not None:
            scores = scores + attn_mask
        if is_causal:
            scores = scores + torch.full_like(scores, float("-inf")).triu(1)
        yield scores.softmax(-1)
