"""What the attention of a transformer looks at, per head, and rolled out through its blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vidviz.introspect.attention_maps import Kind, between_frames, kind_of, received
from vidviz.introspect.attention_watch import watch_attention
from vidviz.introspect.attention_windows import WindowGrid, watch_windows
from vidviz.introspect.film_layout import TokenGrid
from vidviz.introspect.view import Triple

if TYPE_CHECKING:
    from torch import Tensor, nn

LONGEST_ROLLOUT = 3200
"""Tokens; a rollout multiplies matrices of tokens by tokens, block after block."""


@dataclass(frozen=True)
class LayerAttention:
    """What one layer's attention looks at, for one clip.

    Attributes:
        layer: path of the module that attends.
        kind: "joint" over space and time, "space" within each frame, "time" along each place, "frames" from frame to
            frame, "windows" of the layer's grid, or "parts" that are not laid out.
        heads: (heads, T, H, W) float32, the weight that each position gets: from the position asked for, else from the
            class token where there is one, else from all positions on average; empty where they cannot be laid out.
        between_frames: (heads, T, T) how much each frame looks at each other one, for "joint", "time" and "frames";
            else empty.
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


def read_attention(model: nn.Module, clip: Tensor, grid: TokenGrid, query: Triple | None = None) -> Attention:
    """Run a transformer on one clip and sum up its attention, layer by layer, while it runs.

    Rollout follows Abnar and Zuidema, Quantifying Attention Flow in Transformers, ACL 2020: the mean of the heads and
    the identity in equal parts, multiplied from the first block to the last; for divided attention separately along
    time and over space. There is none where a layer pools its keys, attends within windows or over messages between
    frames, or has more than 3,200 tokens.

    Args:
        model: any module, locked by the caller where threads share it.
        clip: (1, C, T, H, W), or frames (T, C, H, W) for networks that see them one by one.
        grid: of its first layer.
        query: a position (t, y, x) of that grid, to see where it looks; the class token, or all on average, for None.

    Raises:
        ValueError: the grid has no such position.
    """
    size = (grid.frames, grid.rows, grid.columns)
    if query is not None and any(not 0 <= place < whole for place, whole in zip(query, size, strict=True)):
        raise ValueError(f"there is no position {query} on a grid of {size}")
    with watch_windows(model) as windows:
        collector = _Collector(grid, query, windows)
        with watch_attention(model, collector.keep):
            model(clip)
    return collector.finish()


class _Collector:
    """Takes weights as they come, heads apart or together, and keeps their summaries alone."""

    def __init__(self, grid: TokenGrid, query: Triple | None, windows: dict[str, WindowGrid]) -> None:
        self._grid, self._query, self._windows = grid, query, windows
        self._found: dict[str, list[LayerAttention]] = {}
        self._rollout = _Rollout(grid)

    def keep(self, layer: str, weights: Tensor) -> None:
        windows = self._windows.get(layer)
        kind = kind_of(weights, self._grid, windows)
        self._found.setdefault(layer, []).append(self._summarise(layer, kind, weights, windows))
        self._rollout.add(layer, kind, weights)

    def _summarise(self, layer: str, kind: Kind, weights: Tensor, windows: WindowGrid | None) -> LayerAttention:
        try:
            heads = received(weights, kind, self._grid, self._query, windows)
            between = between_frames(weights, kind, self._grid)
        except ValueError as error:
            heads, between = np.zeros((0, 0, 0, 0), np.float32), np.zeros((0, 0, 0), np.float32)
            return LayerAttention(layer, kind, heads, between, str(error))
        return LayerAttention(layer, kind, heads, between)

    def finish(self) -> Attention:
        layers = tuple(_stack(parts) for parts in self._found.values())
        return Attention(layers, self._rollout.finish(self._query))


class _Rollout:
    """The product of half identity and mean heads, block after block, by kind."""

    def __init__(self, grid: TokenGrid) -> None:
        self._grid = grid
        self._mean: tuple[str, Kind, Tensor, int] | None = None
        self._flow: dict[Kind, Tensor] = {}
        self._broken = False

    def add(self, layer: str, kind: Kind, weights: Tensor) -> None:
        """Add heads up to their layer's mean; a layer is whole when the next one begins."""
        if self._mean is not None and self._mean[:2] != (layer, kind):
            self._flush()
        queries, keys = weights.shape[-2:]
        messages = kind == "space" and keys == self._grid.places + 2
        followed = kind in ("joint", "space", "time") and not messages
        if not followed or queries != keys or keys > LONGEST_ROLLOUT:
            self._broken = True
        if self._broken:
            return
        before, count = (self._mean[2], self._mean[3]) if self._mean is not None else (0, 0)
        self._mean = (layer, kind, weights.sum(1) + before, count + weights.shape[1])

    def _flush(self) -> None:
        import torch

        if self._mean is None or self._broken:
            return
        _, kind, summed, count = self._mean
        self._mean = None
        step = 0.5 * summed / count + 0.5 * torch.eye(summed.shape[-1], device=summed.device, dtype=summed.dtype)
        before = self._flow.get(kind)
        if before is not None and before.shape != step.shape:
            self._broken = True
        else:
            self._flow[kind] = step if before is None else step @ before

    def finish(self, query: Triple | None) -> dict[str, np.ndarray]:
        self._flush()
        if self._broken:
            return {}
        return {kind: received(flow[:, None], kind, self._grid, query)[0] for kind, flow in self._flow.items()}


def _stack(parts: list[LayerAttention]) -> LayerAttention:
    first = parts[0]
    same = [part for part in parts if part.heads.shape[1:] == first.heads.shape[1:]]
    heads = np.concatenate([part.heads for part in same])
    between = np.concatenate([part.between_frames for part in same])
    return LayerAttention(first.layer, first.kind, heads, between, first.reason)
