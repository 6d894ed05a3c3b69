"""The backbones that can be chosen, in the words of a screen; torch is not needed to list them."""

from __future__ import annotations

from dataclasses import dataclass

from vidviz.embed.backbones import Backbone, backbones
from vidviz.embed.weights import weights_state


@dataclass(frozen=True)
class Network:
    """A backbone as a person chooses it: `states` by weights name, `layers` titles by path."""

    name: str
    family: str
    summary: str
    weights: tuple[str, ...]
    states: dict[str, str]
    layers: dict[str, str]
    usual_layer: str


def list_networks() -> dict[str, Network]:
    """Every backbone by name."""
    return {name: _network(backbone) for name, backbone in backbones().items()}


def _network(backbone: Backbone) -> Network:
    states = {
        name: "no training" if name == "random" else weights_state(backbone, name) for name in backbone.weights_names
    }
    ready = sorted(
        backbone.weights_names, key=lambda name: (states[name] != "cached", backbone.weights_names.index(name))
    )
    layers = {stage.layer: stage.title for stage in backbone.stages}
    layers.setdefault(backbone.embedding_layer, f"{backbone.embedding_layer} (the usual embedding)")
    return Network(
        backbone.name,
        backbone.family,
        _summarise(backbone),
        tuple(ready),
        states,
        layers,
        backbone.embedding_layer,
    )


def _summarise(backbone: Backbone) -> str:
    frames = backbone.frames
    parts = [
        backbone.title,
        f"{frames.num_frames} frames of {frames.crop_px} px a clip",
        f"{backbone.embedding_size}-d embedding",
        f"{backbone.parameters_millions:.1f} M parameters",
        f"{backbone.gmacs:.1f} GMACs",
        f"about {backbone.memory_gib:.1f} GiB of memory",
        *(f"weights {weights.name}: {weights.size_mb:.0f} MB, {weights.licence}" for weights in backbone.weights[:1]),
    ]
    return " · ".join(parts)
