"""From maps to vector: how much each region of a clip gave to its embedding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidviz.introspect.saliency import region_shares, resize_heat
from vidviz.log.timing import timed
from vidviz.services.inside.clip_input import ClipInput, prepare_input
from vidviz.services.inside.film_clock import FilmClock
from vidviz.services.inside.gradients import embed_clip, make_embed, trace_films
from vidviz.services.inside.layer_moments import LayerMoments, find_moments


@dataclass(frozen=True)
class VectorParts:
    """How a clip's last maps became its embedding.

    Attributes:
        layer: the last layer that still has a picture.
        shares: (T, H, W) at the size of its maps, what each region gave, signed.
        means: (C,) its maps averaged over all positions.
        vector: (D,) the embedding, not normalised.
        frames: (T, H, W, 3) uint8.
        clock: when the frames were.
        moments: where the steps of the layer stand.
    """

    layer: str
    shares: np.ndarray
    means: np.ndarray
    vector: np.ndarray
    frames: np.ndarray
    clock: FilmClock
    moments: LayerMoments

    def over_clip(self) -> tuple[np.ndarray, np.ndarray]:
        """What the regions gave and what they took, from 0 on, each at the size of the frames, (T, H, W)."""
        frames, height, width = self.frames.shape[:3]
        size, centres = (frames, height, width), self.moments.centres
        gave, took = (resize_heat(part, size, centres) for part in (self.shares, -self.shares))
        return np.maximum(gave, 0), np.maximum(took, 0)


@timed
def explain_vector(clip_input: ClipInput, *, at: str, pooling: str = "mean") -> VectorParts:
    """From maps to vector: the last maps, what each region gave to the embedding, and the embedding.

    A region's share is its activation times the gradient of the embedding's length, as a part of that length:
    regions that point where the embedding points have positive shares. Where the embedding is the mean over all
    positions they add up to 1.

    Args:
        clip_input: the clip and the network.
        at: the layer whose pooled output is the embedding.
        pooling: of the embedding set.

    Raises:
        BackboneError: no layer before it has a picture.
    """
    ready = prepare_input(clip_input, (at,))
    embed = make_embed(ready.loaded, at, pooling)
    vector = embed_clip(ready, at, embed)
    length = float(vector.norm()) or 1.0
    layer, (film, gradient) = trace_films(ready, "", lambda output: (embed(output) * vector).sum() / length, at)
    shares = region_shares(film, gradient) / length
    means = film.mean(axis=(1, 2, 3))
    moments = find_moments(ready, layer, len(shares))
    return VectorParts(layer, shares, means, vector[0].cpu().numpy(), ready.frames, ready.clock, moments)
