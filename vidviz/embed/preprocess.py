"""Frames as decoded -> tensors as a network takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vidviz.embed.description import Backbone
from vidviz.errors import BackboneError

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def check_frames(backbone: Backbone, frames: np.ndarray) -> None:
    """See that frames are what a backbone takes: (N, T, H, W, 3) uint8 of its own T, H and W.

    Raises:
        BackboneError: they are not; the sentence says what it takes.
    """
    spec = backbone.frames
    wanted = (spec.num_frames, spec.crop_px, spec.crop_px, 3)
    if frames.dtype != np.uint8 or frames.ndim != 5 or frames.shape[1:] != wanted:
        raise BackboneError(
            f"{backbone.name} takes clips as uint8 (N, {', '.join(map(str, wanted))}), "
            f"not {frames.dtype} {frames.shape}."
        )


def frames_to_tensor(backbone: Backbone, frames: np.ndarray, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Normalised input for a backbone.

    Decoded frames already lie in memory as channels-last does, so nothing is rearranged: the bytes go to the
    device and are scaled there, in float32, along whole rows of pixels.

    Args:
        backbone: its mean, standard deviation and whether it sees frames one by one.
        frames: (N, T, H, W, 3) uint8.
        device: where the tensor shall be.
        dtype: its number type.

    Returns:
        (N, 3, T, H, W) channels-last, or (N * T, 3, H, W) where `backbone.per_frame`.
    """
    import torch

    num_clips, num_frames, height, width, _ = frames.shape
    # A reversed view of one clip counts as contiguous, and torch refuses it; it warns of arrays that are read-only.
    if min(frames.strides) < 0 or not frames.flags.writeable:
        frames = frames.copy()
    raw = torch.from_numpy(np.ascontiguousarray(frames)).to(device)
    std = torch.tensor(backbone.std, dtype=torch.float64)
    scale = (1 / (255 * std)).float().repeat(width).to(device)
    bias = (-torch.tensor(backbone.mean, dtype=torch.float64) / std).float().repeat(width).to(device)
    # Rows of W * 3 numbers keep the inner loop long; a last axis of 3 is five times slower.
    rows = raw.view(-1, width * 3).float().mul_(scale).add_(bias).to(dtype)
    if backbone.per_frame:
        return rows.view(num_clips * num_frames, height, width, 3).permute(0, 3, 1, 2)
    return rows.view(num_clips, num_frames, height, width, 3).permute(0, 4, 1, 2, 3)
