"""What the attention of a transformer looks at, per head, and rolled out through its blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from vidviz.introspect.hooks import borrowed
from vidviz.introspect.layout import TokenGrid, lay_out

if TYPE_CHECKING:
    from torch import Tensor, nn

Kind = Literal["joint", "space", "time", "parts"]
Keep = Callable[[str, "Tensor"], None]

LONGEST_ROLLOUT = 3200
"""Tokens; a rollout multiplies matrices of tokens by tokens, block after block."""


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


@dataclass(frozen=True)
class LayerAttention:
    """What one layer's attention looks at, for one clip.

    Attributes:
        layer: path of the module that attends.
        kind: "joint" over space and time, "space" within each frame, "time" along each place, or "parts" (windows).
        heads: (heads, T, H, W) float32, the weight that each position gets: from the class token where there is one,
            else from all positions on average; empty where they cannot be laid out.
        between_frames: (heads, T, T) how much each frame looks at each other one, for "joint" and "time"; else empty.
        reason: why `heads` is empty, as a part of a sentence.
    """

    layer: str
    kind: Kind
    heads: np.ndarray
    between_frames: np.ndarray
    reason: str = ""


@dataclass(frozen=True)
class Attention:
    """All attention of one forward pass: layers in execution order, and rollouts by kind, (T, H, W) each."""

    layers: tuple[LayerAttention, ...]
    rollouts: dict[str, np.ndarray]


def read_attention(model: nn.Module, clip: Tensor, grid: TokenGrid) -> Attention:
    """Run a transformer on one clip and sum up its attention, layer by layer, while it runs.

    Rollout follows Abnar and Zuidema, Quantifying Attention Flow in Transformers, ACL 2020: the mean of the heads and
    the identity in equal parts, multiplied from the first block to the last; for divided attention separately along
    time and over space. There is none where a layer pools its keys, attends within windows, or has more than 3,200
    tokens.

    Args:
        model: any module, locked by the caller where threads share it.
        clip: (1, C, T, H, W), or frames (T, C, H, W) for networks that see them one by one.
        grid: of its first layer.
    """
    collector = _Collector(grid)
    with watch_attention(model, collector.keep):
        model(clip)
    return collector.finish()


class _Collector:
    """Takes weights as they come, heads apart or together, and keeps their summaries alone."""

    def __init__(self, grid: TokenGrid) -> None:
        self._grid = grid
        self._found: dict[str, list[LayerAttention]] = {}
        self._mean: tuple[str, Tensor, int] | None = None
        self._flow: dict[str, Tensor] = {}
        self._broken = False

    def keep(self, layer: str, weights: Tensor) -> None:
        kind = kind_of(weights, self._grid)
        self._found.setdefault(layer, []).append(_summarise(layer, kind, weights, self._grid))
        self._gather(layer, kind, weights)

    def _gather(self, layer: str, kind: Kind, weights: Tensor) -> None:
        """Add heads up to their layer's mean; a layer is whole when the next one begins."""
        if self._mean is not None and self._mean[0] != f"{layer}|{kind}":
            self._flush()
        if kind == "parts" or weights.shape[-1] != weights.shape[-2] or weights.shape[-1] > LONGEST_ROLLOUT:
            self._broken = True
        if self._broken:
            return
        summed = weights.sum(1)
        if self._mean is None:
            self._mean = (f"{layer}|{kind}", summed, weights.shape[1])
        else:
            key, before, count = self._mean
            self._mean = (key, before + summed, count + weights.shape[1])

    def _flush(self) -> None:
        import torch

        if self._mean is None:
            return
        key, summed, count = self._mean
        self._mean = None
        kind = key.rpartition("|")[2]
        step = 0.5 * summed / count + 0.5 * torch.eye(summed.shape[-1], device=summed.device, dtype=summed.dtype)
        before = self._flow.get(kind)
        if before is not None and before.shape != step.shape:
            self._broken = True
        else:
            self._flow[kind] = step if before is None else step @ before

    def finish(self) -> Attention:
        self._flush()
        layers = tuple(_stack(parts) for parts in self._found.values())
        rollouts = {
            kind: received(flow[:, None], kind, self._grid)[0]  # type: ignore[arg-type]
            for kind, flow in self._flow.items()
            if not self._broken
        }
        return Attention(layers, rollouts)


def kind_of(weights: Tensor, grid: TokenGrid) -> Kind:
    """Over what attention of this shape, (parts, heads, queries, keys), looks."""
    parts, keys = weights.shape[0], weights.shape[-1]
    if parts == 1:
        return "joint"
    if parts == grid.places and keys == grid.frames:
        return "time"
    return "space" if parts == grid.frames and keys in (grid.places, grid.places + 1) else "parts"


def received(weights: Tensor, kind: Kind, grid: TokenGrid) -> np.ndarray:
    """How much weight each position gets, (heads, T, H, W).

    Args:
        weights: (parts, heads, queries, keys).
        kind: from `kind_of`.
        grid: of the network's first layer.

    Raises:
        ValueError: the keys are not laid out on the grid.
    """
    if kind == "time":  # (places, heads, T, T): what each frame gets, at each place
        along = weights.mean(2).reshape(grid.rows, grid.columns, -1, grid.frames)
        return np.asarray(along.permute(2, 3, 0, 1).float().cpu().numpy())
    if kind == "parts":
        raise ValueError(f"it attends within parts of {weights.shape[-1]} tokens, which are not laid out")
    rows = weights[:, :, 0] if _has_class_token(weights.shape[-1], kind, grid) else weights.mean(2)
    film = lay_out(rows.swapaxes(1, 2), grid)
    return np.asarray(film.float().cpu().numpy())


def _has_class_token(keys: int, kind: Kind, grid: TokenGrid) -> bool:
    """Whether one token more than there are positions is looked at; pooling may have left fewer positions."""
    if kind == "space":
        return keys == grid.places + 1
    return keys % grid.frames != 0 if grid.frames > 1 else keys == grid.places + 1


def _summarise(layer: str, kind: Kind, weights: Tensor, grid: TokenGrid) -> LayerAttention:
    between = np.zeros((0, 0, 0), np.float32)
    try:
        heads = received(weights, kind, grid)
        between = _between_frames(weights, kind, grid)
    except ValueError as error:
        return LayerAttention(layer, kind, np.zeros((0, 0, 0, 0), np.float32), between, str(error))
    return LayerAttention(layer, kind, heads, between)


def _between_frames(weights: Tensor, kind: Kind, grid: TokenGrid) -> np.ndarray:
    """(heads, T, T): the part of each frame's weight that goes to each frame; rows sum to 1 without class tokens."""
    if kind == "time":
        return np.asarray(weights.mean(0).float().cpu().numpy())
    count = grid.frames * grid.places
    extra = weights.shape[-1] - count
    if kind != "joint" or extra not in (0, 1) or weights.shape[-2] != weights.shape[-1] or grid.frames_fastest:
        return np.zeros((0, 0, 0), np.float32)
    blocks = weights[0, :, extra:, extra:].reshape(-1, grid.frames, grid.places, grid.frames, grid.places)
    return np.asarray(blocks.sum(4).mean(2).float().cpu().numpy())


def _stack(parts: list[LayerAttention]) -> LayerAttention:
    first = parts[0]
    same = [part for part in parts if part.heads.shape[1:] == first.heads.shape[1:]]
    heads = np.concatenate([part.heads for part in same])
    between = np.concatenate([part.between_frames for part in same])
    return LayerAttention(first.layer, first.kind, heads, between, first.reason)
