"""Letting a number flow back through a network: the films of its layers, and the gradient there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.errors import BackboneError
from vidviz.introspect.saliency import trace_score
from vidviz.records import EmbeddingSet
from vidviz.services.inside.clip_input import ReadyInput, running

if TYPE_CHECKING:
    from vidviz.embed.load import LoadedBackbone
    from vidviz.introspect.saliency import Traced

Films = tuple[np.ndarray, np.ndarray]


def trace_films(ready: ReadyInput, layer: str, score: Callable[[Any], Any], at: str) -> tuple[str, Films]:
    """A layer's film and the score's gradient there, (C, T, H, W) each.

    Args:
        ready: the clip and the network.
        layer: whose film. When "", the last stage that still has a picture and on which the score depends; where
            there is none, as in X-CLIP, the last such block.
        score: makes one number of what the layer `at` gives.
        at: the layer that is scored; the network's own output when "".

    Raises:
        BackboneError: no layer tells.
    """
    if layer:
        found = _trace(ready, [layer], score, at, any_picture=True)
    else:
        stages = [stage.layer for stage in ready.loaded.backbone.stages if stage.layer != at]
        found = _trace(ready, stages, score, at) or _trace(ready, _blocks(ready.loaded.model), score, at)
    if found is None:
        name = ready.loaded.backbone.name
        where = f"{layer} gives no picture, or the score does not depend on it" if layer else "no layer tells where"
        raise BackboneError(f"In {name} {where}: choose another layer or another network.")
    return found


def _trace(
    ready: ReadyInput, layers: Sequence[str], score: Callable[[Any], Any], at: str, *, any_picture: bool = False
) -> tuple[str, Films] | None:
    """The last of the layers with more than one place, and a gradient that is not nothing."""
    loaded = ready.loaded
    with running(loaded):
        _, found = trace_score(loaded.model, ready.clips(), layers, score, at)
    for name in reversed(found):
        pair = _as_films(found[name], ready)
        if pair is not None and (any_picture or (pair[0][0, 0].size > 1 and np.abs(pair[1]).max() > 0)):
            return name, pair
    return None


def _blocks(model: Any) -> list[str]:
    """The modules that stand in lists, one like the other."""
    from torch import nn

    lists = {name for name, module in model.named_modules() if isinstance(module, nn.ModuleList)}
    return [name for name, _ in model.named_modules() if name.rpartition(".")[0] in lists]


def _as_films(traced: Traced, ready: ReadyInput) -> tuple[np.ndarray, np.ndarray] | None:
    from vidviz.introspect.film_layout import lay_out

    try:
        film, gradient = (lay_out(part.float().cpu(), ready.grid) for part in (traced.activation, traced.gradient))
    except ValueError:
        return None
    return film.numpy(), gradient.numpy()


def embedding_of(backbone: str, chosen: EmbeddingSet | None) -> tuple[str, str]:
    """The layer and pooling of a network's embedding: the set's own where it is of this network, else the usual."""
    from vidviz.embed.backbones import find_backbone

    if chosen is not None and chosen.spec.backbone == backbone:
        return chosen.spec.layer, chosen.spec.pooling
    return find_backbone(backbone).embedding_layer, "mean"


def make_embed(loaded: LoadedBackbone, at: str, pooling: str) -> Callable[[Any], Any]:
    """What pools the output of the layer `at` into embeddings, (N, D), as an embedding set does."""
    from vidviz.embed.pool import pool_activation

    frames = loaded.backbone.frames.num_frames if loaded.backbone.per_frame else 1

    def embed(output: Any) -> Any:
        axis = -1 if output.dim() == 3 else loaded.backbone.channel_axis(at)
        return pool_activation(output, pooling, frames_per_clip=frames, channel_axis=axis)

    return embed


def embed_clip(ready: ReadyInput, at: str, embed: Callable[[Any], Any]) -> Any:
    """The embedding of a clip, (1, D), by what `make_embed` gave."""
    import torch

    from vidviz.embed.embedder import forward_to_layer

    loaded = ready.loaded
    with running(loaded), torch.no_grad():
        return embed(forward_to_layer(loaded.model, loaded.model.get_submodule(at), ready.clips()))
