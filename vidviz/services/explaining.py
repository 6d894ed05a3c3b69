"""Why: where in a clip a class score comes from, or its likeness to another clip, and the check by covering it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.errors import BackboneError
from vidviz.introspect.saliency import class_activation, cover, hottest_box, region_shares, resize_heat, trace_score
from vidviz.services.looking import Look, Looked, look_at, running
from vidviz.services.scoring import make_score, run_scores, with_scores

if TYPE_CHECKING:
    from vidviz.embed.load import LoadedBackbone
    from vidviz.introspect.saliency import Traced

RANDOM_BOXES = 8
BOX_PART = 4
"""The covered box is a quarter of the frame's sides, and half of the clip's length."""


@dataclass(frozen=True)
class Why:
    """Where a score comes from.

    Attributes:
        layer: whose maps told it.
        score: the class score, or the cosine similarity.
        heat: (T, H, W) float32, at the size of the frames, not negative.
        frames: (T, H, W, 3) uint8.
        seconds: length of the clip.
    """

    layer: str
    score: float
    heat: np.ndarray
    frames: np.ndarray
    seconds: float


@dataclass(frozen=True)
class CoveringCheck:
    """What is left of a score when the hottest box is covered, and on average when random ones are."""

    score: float
    hottest_covered: float
    random_covered: float

    @property
    def agrees(self) -> bool:
        """Whether the hottest box matters more than random ones."""
        return self.hottest_covered < self.random_covered


@dataclass(frozen=True)
class VectorParts:
    """How a clip's last maps became its embedding.

    Attributes:
        layer: the last layer that still has a picture.
        shares: (T, H, W) at the size of its maps, what each region gave, signed.
        means: (C,) its maps averaged over all positions.
        vector: (D,) the embedding, not normalised.
        frames: (T, H, W, 3) uint8.
        seconds: length of the clip.
    """

    layer: str
    shares: np.ndarray
    means: np.ndarray
    vector: np.ndarray
    frames: np.ndarray
    seconds: float


def explain_class(look: Look, class_index: int, *, layer: str = "", method: str = "grad-cam") -> Why:
    """Where the score of a class comes from.

    Args:
        look: the clip and the network.
        class_index: which of the network's scores.
        layer: whose maps; the last stage that still has a picture, and on which the score depends, when "".
        method: "grad-cam" or "layer-cam".

    Raises:
        BackboneError: the network has no class scores, or no layer tells where they come from.
    """
    looked = with_scores(look)
    score = make_score(looked.loaded, lambda scores: scores[class_index])
    return _explain(looked, layer, method, score, "")


def explain_similarity(
    look: Look, other: Look, *, at: str, pooling: str = "mean", layer: str = "", method: str = "grad-cam"
) -> tuple[Why, Why]:
    """What in each of two clips makes their embeddings alike.

    The score is the cosine similarity of their embeddings; for each clip's heat the other one's is held fixed.

    Args:
        look: the first clip and the network.
        other: the second clip, seen by the same network.
        at: the layer whose pooled output is the embedding.
        pooling: of the embedding set.
        layer: as in `explain_class`.
        method: as in `explain_class`.

    Raises:
        BackboneError: no layer tells where the similarity comes from.
    """
    import torch

    pairs = [look_at(one, (at,)) for one in (look, other)]
    embed = _make_embed(pairs[0].loaded, at, pooling)
    fixed = [_embed_at(looked, at, embed) for looked in pairs]

    def against(target: Any) -> Callable[[Any], Any]:
        return lambda output: torch.nn.functional.cosine_similarity(embed(output), target).sum()

    first = _explain(pairs[0], layer, method, against(fixed[1]), at)
    second = _explain(pairs[1], layer, method, against(fixed[0]), at)
    return first, second


def check_by_covering(look: Look, class_index: int, why: Why, seed: int = 0) -> CoveringCheck:
    """Cover the hottest box of a clip, and as many random ones of the same size, and score each again."""
    looked = with_scores(look)
    frames = why.frames
    size = (max(1, len(frames) // 2), *(max(1, side // BOX_PART) for side in frames.shape[1:3]))
    room = [whole - part + 1 for whole, part in zip(frames.shape[:3], size, strict=True)]
    corners = np.random.default_rng(seed).integers(0, room, (RANDOM_BOXES, 3))
    hottest = hottest_box(why.heat, size)
    left = [
        run_scores(looked, cover(frames, tuple(corner), size))[class_index] for corner in (hottest, *corners.tolist())
    ]
    return CoveringCheck(float(run_scores(looked, frames)[class_index]), float(left[0]), float(np.mean(left[1:])))


def usual_embedding(backbone: str) -> str:
    """The layer that a network's embedding is taken from."""
    from vidviz.embed.backbones import find_backbone

    return find_backbone(backbone).embedding_layer


def explain_vector(look: Look, *, at: str, pooling: str = "mean") -> VectorParts:
    """From maps to vector: the last maps, what each region gave to the embedding, and the embedding.

    A region's share is its activation times the gradient of the embedding's length, as a part of that length:
    regions that point where the embedding points have positive shares. Where the embedding is the mean over all
    positions they add up to 1.

    Args:
        look: the clip and the network.
        at: the layer whose pooled output is the embedding.
        pooling: of the embedding set.

    Raises:
        BackboneError: no layer before it has a picture.
    """
    looked = look_at(look, (at,))
    embed = _make_embed(looked.loaded, at, pooling)
    vector = _embed_at(looked, at, embed)
    length = float(vector.norm()) or 1.0
    layer, (film, gradient) = _trace(looked, "", lambda output: (embed(output) * vector).sum() / length, at)
    shares = region_shares(film, gradient) / length
    means = film.mean(axis=(1, 2, 3))
    return VectorParts(layer, shares, means, vector[0].cpu().numpy(), looked.frames, looked.seconds)


def _explain(looked: Looked, layer: str, method: str, score: Callable[[Any], Any], at: str) -> Why:
    values: list[float] = []

    def noted(output: Any) -> Any:
        value = score(output)
        values.append(float(value.detach()))
        return value

    name, (film, gradient) = _trace(looked, layer, noted, at)
    heat = class_activation(film, gradient, method, per_frame=looked.loaded.backbone.per_frame)
    size = looked.frames.shape[0], looked.frames.shape[1], looked.frames.shape[2]
    return Why(name, values[0], resize_heat(heat, size), looked.frames, looked.seconds)


def _trace(
    looked: Looked, layer: str, score: Callable[[Any], Any], at: str
) -> tuple[str, tuple[np.ndarray, np.ndarray]]:
    """A layer's film and the score's gradient there, (C, T, H, W) each."""
    loaded = looked.loaded
    layers = [layer] if layer else [stage.layer for stage in loaded.backbone.stages if stage.layer != at]
    with running(loaded):
        _, found = trace_score(loaded.model, looked.clips(), layers, score, at)
    for name in reversed(found):
        pair = _as_films(found[name], looked)
        if pair is not None and (layer or (pair[0][0, 0].size > 1 and np.abs(pair[1]).max() > 0)):
            return name, pair
    named = layer or f"none of the stages of {loaded.backbone.name}"
    raise BackboneError(f"The score does not depend on {named} in a way that has a picture: choose another layer.")


def _as_films(traced: Traced, looked: Looked) -> tuple[np.ndarray, np.ndarray] | None:
    from vidviz.introspect.layout import lay_out

    try:
        film, gradient = (lay_out(part.float().cpu(), looked.grid) for part in (traced.activation, traced.gradient))
    except ValueError:
        return None
    return film.numpy(), gradient.numpy()


def _make_embed(loaded: LoadedBackbone, at: str, pooling: str) -> Callable[[Any], Any]:
    from vidviz.embed.pool import pool_activation

    frames = loaded.backbone.frames.num_frames if loaded.backbone.per_frame else 1

    def embed(output: Any) -> Any:
        axis = -1 if output.dim() == 3 else loaded.backbone.channel_axis(at)
        return pool_activation(output, pooling, frames_per_clip=frames, channel_axis=axis)

    return embed


def _embed_at(looked: Looked, at: str, embed: Callable[[Any], Any]) -> Any:
    import torch

    from vidviz.embed.embedder import forward_to_layer

    loaded = looked.loaded
    with running(loaded), torch.no_grad():
        return embed(forward_to_layer(loaded.model, loaded.model.get_submodule(at), looked.clips()))
