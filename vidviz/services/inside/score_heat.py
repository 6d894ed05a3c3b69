"""Why: where in a clip a class score comes from, or its likeness to another clip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vidviz.introspect.saliency import class_activation, resize_heat
from vidviz.log.timing import timed
from vidviz.services.inside.class_scores import make_score, with_scores
from vidviz.services.inside.clip_input import ClipInput, ReadyInput, prepare_input
from vidviz.services.inside.film_clock import FilmClock
from vidviz.services.inside.gradients import embed_clip, make_embed, trace_films
from vidviz.services.inside.layer_moments import LayerMoments, find_moments

COARSE_STEPS = 4
"""With so few steps in time a layer says little of when."""


@dataclass(frozen=True)
class Why:
    """Where a score comes from.

    Attributes:
        layer: whose maps told it.
        score: the class score, or the cosine similarity.
        heat: (T, H, W) float32, at the size of the frames, not negative.
        frames: (T, H, W, 3) uint8.
        clock: when the frames were.
        moments: where the steps of the layer stand.
    """

    layer: str
    score: float
    heat: np.ndarray
    frames: np.ndarray
    clock: FilmClock
    moments: LayerMoments

    @property
    def caution(self) -> str:
        """How far its "when" goes, in a sentence; "" where each step has a moment of its own."""
        steps = len(self.moments.centres)
        if steps == 1:
            return f"{self.layer} has one step for the whole clip: the heat says where, and not when."
        if steps <= COARSE_STEPS:
            return (
                f"{self.layer} has {steps} steps in time: the heat says roughly when; an earlier layer says it finer."
            )
        return ""


@timed
def explain_class(clip_input: ClipInput, class_index: int, *, layer: str = "", method: str = "grad-cam") -> Why:
    """Where the score of a class comes from.

    Args:
        clip_input: the clip and the network.
        class_index: which of the network's scores.
        layer: whose maps; the last stage that still has a picture, and on which the score depends, when "".
        method: "grad-cam" or "layer-cam".

    Raises:
        BackboneError: the network has no class scores, or no layer tells where they come from.
    """
    ready = with_scores(clip_input)
    score = make_score(ready.loaded, lambda scores: scores[class_index])
    return _explain(ready, layer, method, score, "")


@timed
def explain_similarity(
    clip_input: ClipInput,
    other: ClipInput,
    *,
    at: str,
    pooling: str = "mean",
    layer: str = "",
    method: str = "grad-cam",
) -> tuple[Why, Why]:
    """What in each of two clips makes their embeddings alike.

    The score is the cosine similarity of their embeddings; for each clip's heat the other one's is held fixed.

    Args:
        clip_input: the first clip and the network.
        other: the second clip, seen by the same network.
        at: the layer whose pooled output is the embedding.
        pooling: of the embedding set.
        layer: as in `explain_class`.
        method: as in `explain_class`.

    Raises:
        BackboneError: no layer tells where the similarity comes from.
    """
    import torch

    pairs = [prepare_input(one, (at,)) for one in (clip_input, other)]
    embed = make_embed(pairs[0].loaded, at, pooling)
    fixed = [embed_clip(ready, at, embed) for ready in pairs]

    def against(target: Any) -> Callable[[Any], Any]:
        return lambda output: torch.nn.functional.cosine_similarity(embed(output), target).sum()

    first = _explain(pairs[0], layer, method, against(fixed[1]), at)
    second = _explain(pairs[1], layer, method, against(fixed[0]), at)
    return first, second


def _explain(ready: ReadyInput, layer: str, method: str, score: Callable[[Any], Any], at: str) -> Why:
    values: list[float] = []

    def noted(output: Any) -> Any:
        value = score(output)
        values.append(float(value.detach()))
        return value

    name, (film, gradient) = trace_films(ready, layer, noted, at)
    heat = class_activation(film, gradient, method, per_frame=ready.loaded.backbone.per_frame)
    size = ready.frames.shape[0], ready.frames.shape[1], ready.frames.shape[2]
    moments = find_moments(ready, name, len(heat))
    return Why(name, values[0], resize_heat(heat, size, moments.centres), ready.frames, ready.clock, moments)
