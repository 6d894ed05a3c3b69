"""What the attention of a transformer looks at, for one clip."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from vidviz.errors import BackboneError
from vidviz.introspect.attention import Attention, LayerAttention
from vidviz.introspect.saliency import resize_heat
from vidviz.services.looking import Look, look_at

__all__ = ["Attended", "LayerAttention", "attend", "attends", "resize_heat"]

TRANSFORMERS = ("2-D transformer", "video transformer", "text-video")
"""The families whose networks attend."""


@dataclass(frozen=True)
class Attended:
    """Attention of all layers beside the clip: `frames` (T, H, W, 3) uint8 and its length."""

    attention: Attention
    frames: np.ndarray
    seconds: float


def attends(backbone: str) -> bool:
    """Whether a network has attention to show."""
    from vidviz.embed.backbones import find_backbone

    return find_backbone(backbone).family in TRANSFORMERS


@lru_cache(maxsize=4)
def attend(look: Look) -> Attended:
    """Run a transformer on a clip and sum up where its attention goes.

    Raises:
        BackboneError: it has no attention, or could not run.
    """
    from vidviz.introspect.attention import read_attention

    looked = look_at(look, ("",))
    loaded = looked.loaded
    try:
        with loaded.lock:
            attention = read_attention(loaded.model, looked.clips(), looked.grid)
    except RuntimeError as error:
        raise BackboneError(f"{loaded.backbone.name} could not run on this clip: {error}.") from error
    if not attention.layers:
        raise BackboneError(f"{loaded.backbone.name} has no attention: choose a transformer, such as timesformer_b.")
    return Attended(attention, looked.frames, looked.seconds)
