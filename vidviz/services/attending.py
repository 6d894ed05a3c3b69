"""What the attention of a transformer looks at, for one clip."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from vidviz.errors import BackboneError
from vidviz.introspect.attention import Attention, LayerAttention
from vidviz.introspect.saliency import resize_heat
from vidviz.services.looking import Look, look_at, running

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
    from vidviz.embed.backbones import find_backbone
    from vidviz.introspect.attention import read_attention

    if not attends(look.backbone):
        raise BackboneError(f"{look.backbone} has no attention: choose a transformer, such as timesformer_b.")
    looked = look_at(look, (find_backbone(look.backbone).embedding_layer,))
    with running(looked.loaded):
        attention = read_attention(looked.loaded.model, looked.clips(), looked.grid)
    if not attention.layers:
        raise BackboneError(f"No attention was seen in {look.backbone}: its code computes it in a way of its own.")
    return Attended(attention, looked.frames, looked.seconds)
