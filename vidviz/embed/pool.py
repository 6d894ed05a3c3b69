"""A layer's output -> one vector a clip. A further pooling is a function and its row in `SPACE` or `TIME`.

Screens, help texts and errors are made from the rows; torch is not needed to list them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidviz.errors import BackboneError, UnknownNameError
from vidviz.words import say_choices

if TYPE_CHECKING:
    from torch import Tensor

FLATTEN_LIMIT = 65_536
GEM_POWER = 3.0
GEM_SMALLEST = 1e-6


@dataclass(frozen=True)
class PoolingRow:
    """One pooling: how a screen calls it, the function, and whether a vector keeps the size of what is pooled."""

    title: str
    pool: Callable[[Tensor], Tensor]
    keeps_size: bool = True


@dataclass(frozen=True)
class Pooling:
    """How positions become one vector, and how the vectors of a clip's frames do.

    Written `space` or `space+time`, e.g. `mean`, `gem`, `max+concat`. `time` is for networks that see frames one
    by one; without it, `space` goes over all positions of all frames at once.
    """

    space: str
    time: str = ""

    @classmethod
    def parse(cls, text: str) -> Pooling:
        """The pooling that this text writes.

        Raises:
            UnknownNameError: there is none of that name.
        """
        space, plus, time = text.partition("+")
        if space not in SPACE:
            raise UnknownNameError("pooling", space, SPACE)
        if plus and time not in TIME:
            raise UnknownNameError("pooling over time", time, TIME)
        return cls(space, time)

    @property
    def keeps_size(self) -> bool:
        """Whether a vector has as many numbers as the layer has channels."""
        return SPACE[self.space].keeps_size and (not self.time or TIME[self.time].keeps_size)


def pool_activation(activation: Tensor, pooling: str, *, frames_per_clip: int = 1, channel_axis: int = 1) -> Tensor:
    """One vector a clip.

    Args:
        activation: (N, C), or (N, C, ...) with C at `channel_axis`; for networks that see frames one by one
            (N * T, C, ...), the frames of a clip together.
        pooling: a name of `SPACE`, over everything but N and C; after a "+", a name of `TIME`: what becomes of the T
            vectors of a clip's frames.
        frames_per_clip: T where the network sees frames one by one, else 1.
        channel_axis: the axis of C; -1 for tokens (N, tokens, C).

    Returns:
        (N, D) float32; sums are accumulated in float32 whatever the network's number type.

    Raises:
        UnknownNameError: there is no such pooling.
        BackboneError: the output has no channels, or is too large to flatten.
    """
    parsed = Pooling.parse(pooling)
    if activation.dim() < 2:
        raise BackboneError(f"A layer that gives {tuple(activation.shape)} has no channels to make a vector from.")
    if activation.dim() > 2 and channel_axis != 1:
        activation = activation.movedim(channel_axis, 1)
    by_clip = _by_clip(activation, frames_per_clip)
    _check_size(by_clip, parsed)
    if not parsed.time:
        return SPACE[parsed.space].pool(by_clip)
    by_frame = SPACE[parsed.space].pool(by_clip.flatten(0, 1).unsqueeze(1))
    return TIME[parsed.time].pool(by_frame.view(*by_clip.shape[:2], -1))


def _by_clip(activation: Tensor, frames_per_clip: int) -> Tensor:
    """(N, T, C, P): P positions in space, or in space and time where T is 1; a view where it can be one."""
    images, channels = activation.shape[:2]
    positions = activation.shape[2:].numel()
    return activation.reshape(images // frames_per_clip, frames_per_clip, channels, positions)


def _check_size(by_clip: Tensor, pooling: Pooling) -> None:
    _, num_frames, channels, positions = by_clip.shape
    keeps_positions = not SPACE[pooling.space].keeps_size
    keeps_frames = not TIME[pooling.time].keeps_size if pooling.time else keeps_positions
    size = channels * (positions if keeps_positions else 1) * (num_frames if keeps_frames else 1)
    if size > FLATTEN_LIMIT:
        raise BackboneError(
            f"Flattened, this layer gives {size:,} numbers a clip, more than {FLATTEN_LIMIT:,}: pool by "
            f"{say_choices(name for name, row in SPACE.items() if row.keeps_size)}, or choose a later layer."
        )


def _mean(by_clip: Tensor) -> Tensor:
    import torch

    return by_clip.mean(dim=(1, 3), dtype=torch.float32)


def _max(by_clip: Tensor) -> Tensor:
    return by_clip.amax(dim=(1, 3)).float()


def _generalised_mean(by_clip: Tensor) -> Tensor:
    """The generalised mean of power 3: Radenovic et al., arXiv:1711.02512, eq. 3."""
    return by_clip.float().clamp(min=GEM_SMALLEST).pow(GEM_POWER).mean(dim=(1, 3)).pow(1 / GEM_POWER)


def _flatten(by_clip: Tensor) -> Tensor:
    """Every number, in the order C, T, H, W; frames of a clip in the order T, C, H, W."""
    return by_clip.flatten(1).float()


def _mean_over_frames(by_frame: Tensor) -> Tensor:
    return by_frame.mean(dim=1)


def _max_over_frames(by_frame: Tensor) -> Tensor:
    return by_frame.amax(dim=1)


def _concatenate(by_frame: Tensor) -> Tensor:
    return by_frame.flatten(1)


def _keep_frames(by_frame: Tensor) -> Tensor:
    """One after another as unit vectors: the cosine of two clips is the mean of their cosines frame by frame."""
    from torch.nn.functional import normalize

    return normalize(by_frame, dim=-1).flatten(1)


SPACE: dict[str, PoolingRow] = {
    "mean": PoolingRow("mean", _mean),
    "max": PoolingRow("max", _max),
    "gem": PoolingRow("GeM (generalised mean)", _generalised_mean),
    "flatten": PoolingRow("flatten", _flatten, keeps_size=False),
}
"""Over positions: (N, T, C, P) -> (N, C), or (N, T * C * P)."""

TIME: dict[str, PoolingRow] = {
    "mean": PoolingRow("then the mean over frames", _mean_over_frames),
    "max": PoolingRow("then the largest over frames", _max_over_frames),
    "concat": PoolingRow("frames one after another", _concatenate, keeps_size=False),
    "frames": PoolingRow("compared frame by frame", _keep_frames, keeps_size=False),
}
"""Over the frames of networks that see them one by one: (N, T, D) -> (N, D), or (N, T * D)."""
