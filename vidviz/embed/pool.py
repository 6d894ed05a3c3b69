"""A layer's output -> one vector a clip. A further pooling is a function and its line in `POOLINGS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vidviz.errors import BackboneError, UnknownNameError

if TYPE_CHECKING:
    from torch import Tensor

FLATTEN_LIMIT = 65_536


def pool_activation(activation: Tensor, pooling: str, *, frames_per_clip: int = 1, channel_axis: int = 1) -> Tensor:
    """One vector a clip.

    Args:
        activation: (N, C), or (N, C, ...) with C at `channel_axis`; for networks that see frames one by one
            (N * T, C, ...), the frames of a clip together.
        pooling: "mean" or "max" over everything but N and C (and so over the frames of a clip), or "flatten",
            which keeps it all in the order C, T, H, W (frames of a clip: T, C, H, W).
        frames_per_clip: T where the network sees frames one by one, else 1.
        channel_axis: the axis of C; -1 for tokens (N, tokens, C).

    Returns:
        (N, D) float32; sums are accumulated in float32 whatever the network's number type.

    Raises:
        UnknownNameError: there is no such pooling.
        BackboneError: the output has no channels, or is too large to flatten.
    """
    if pooling not in POOLINGS:
        raise UnknownNameError("pooling", pooling, POOLINGS)
    if activation.dim() < 2:
        raise BackboneError(f"A layer that gives {tuple(activation.shape)} has no channels to make a vector from.")
    if activation.dim() > 2 and channel_axis != 1:
        activation = activation.movedim(channel_axis, 1)
    return POOLINGS[pooling](_by_clip(activation, frames_per_clip))


def _by_clip(activation: Tensor, frames_per_clip: int) -> Tensor:
    """(N, T, C, P): P positions in space, or in space and time where T is 1; a view where it can be one."""
    images, channels = activation.shape[:2]
    positions = activation.shape[2:].numel()
    return activation.reshape(images // frames_per_clip, frames_per_clip, channels, positions)


def _mean(by_clip: Tensor) -> Tensor:
    import torch

    return by_clip.mean(dim=(1, 3), dtype=torch.float32)


def _max(by_clip: Tensor) -> Tensor:
    return by_clip.amax(dim=(1, 3)).float()


def _flatten(by_clip: Tensor) -> Tensor:
    size = by_clip[0].numel()
    if size > FLATTEN_LIMIT:
        raise BackboneError(
            f"Flattened, this layer gives {size:,} numbers a clip, more than {FLATTEN_LIMIT:,}: "
            "pool by mean or max, or choose a later layer."
        )
    return by_clip.flatten(1).float()


POOLINGS: dict[str, Callable[[Tensor], Tensor]] = {"mean": _mean, "max": _max, "flatten": _flatten}
