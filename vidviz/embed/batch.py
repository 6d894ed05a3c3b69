"""How many clips at a time: a first guess, and what running out of memory looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidviz.embed.description import Backbone

if TYPE_CHECKING:
    import torch

# Beyond this much work a larger batch no longer gains: measured on two CPU cores; a GPU needs far more to be busy.
CPU_BATCH_GMACS = 164.0
GPU_BATCH_GMACS = 2600.0
LARGEST_CPU_BATCH = 16
LARGEST_GPU_BATCH = 128


def suggest_batch_size(backbone: Backbone, device: torch.device | str) -> int:
    """Clips a batch, a power of two: 4 for r3d_18 on a CPU. It is halved later should memory run out.

    Args:
        backbone: the description.
        device: where it runs.
    """
    on_cpu = str(device).startswith("cpu")
    work, largest = (CPU_BATCH_GMACS, LARGEST_CPU_BATCH) if on_cpu else (GPU_BATCH_GMACS, LARGEST_GPU_BATCH)
    clips = int(min(largest, max(1.0, work / max(backbone.clip_gmacs, 1e-6))))
    return 1 << (clips.bit_length() - 1)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch says with this error that memory ran out, on whichever device."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and ("out of memory" in text or "can't allocate memory" in text)
    )
