"""Changes of a clip whose effect on its label is known exactly: played backwards, mirrored, upside down, transposed."""

from __future__ import annotations

import torch
from torch import Tensor

from training.motions import BACKWARDS, BOUNCE, MIRRORED, MOTIONS, TRANSPOSED, UPSIDE_DOWN

# The axis or axes of (N, T, H, W, 3) that a change turns round, and what becomes of the labels.
_TURNED_ROUND = ((1, BACKWARDS), (3, MIRRORED), (2, UPSIDE_DOWN))


def flip_clips(clips: Tensor, motions: Tensor, source: torch.Generator) -> tuple[Tensor, Tensor]:
    """Each clip changed in one of 16 ways (a bouncing one in 4), with the label of what it shows then.

    Args:
        clips: (N, T, H, W, 3), H and W equal.
        motions: (N,) places in `MOTIONS`.
        source: of the random numbers.

    Returns:
        As given, in new tensors.
    """
    clips, motions = clips.clone(), motions.clone()
    bounces = motions == MOTIONS.index(BOUNCE)
    for axis, becomes in _TURNED_ROUND:
        chosen = torch.rand(len(clips), generator=source) < 0.5
        chosen &= ~bounces if axis == 2 else torch.ones_like(bounces)
        clips[chosen] = clips[chosen].flip(axis)
        motions[chosen] = torch.tensor(becomes)[motions[chosen]]
    chosen = (torch.rand(len(clips), generator=source) < 0.5) & ~bounces
    clips[chosen] = clips[chosen].transpose(2, 3)
    motions[chosen] = torch.tensor(TRANSPOSED)[motions[chosen]]
    return clips, motions


def flip_frames(frames: Tensor, source: torch.Generator) -> Tensor:
    """Each frame (N, H, W, 3) changed in one of 8 ways; its shape and colour stay what they are."""
    frames = frames.clone()
    for axis in (1, 2):
        chosen = torch.rand(len(frames), generator=source) < 0.5
        frames[chosen] = frames[chosen].flip(axis)
    chosen = torch.rand(len(frames), generator=source) < 0.5
    frames[chosen] = frames[chosen].transpose(1, 2)
    return frames


def shuffle_colours(clips: Tensor, source: torch.Generator) -> Tensor:
    """Red, green and blue change places in half of the clips (N, ..., 3): motion does not depend on colour."""
    places = torch.rand(len(clips), 3, generator=source).argsort(1)
    places[torch.rand(len(clips), generator=source) < 0.5] = torch.arange(3)
    return clips.gather(-1, places.view(-1, *([1] * (clips.dim() - 2)), 3).expand_as(clips))
