"""The backbones that can be chosen, in the words of a screen; torch is not needed to list them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidviz.embed.backbones import backbones, find_backbone
from vidviz.embed.checkpoints.weights import weights_state
from vidviz.embed.description import RANDOM, Backbone, Weights
from vidviz.embed.pool import SPACE, TIME
from vidviz.errors import VidvizError
from vidviz.services.backbones.fed_frames import SAMPLING_TITLES, say_backbone_frames
from vidviz.services.cache import cached
from vidviz.types import Sampling
from vidviz.words import say_choices

if TYPE_CHECKING:
    import pandas as pd

    from vidviz.embed.count import Counted

READY = ("bundled", "cached")


@dataclass(frozen=True)
class BackboneChoice:
    """A backbone as a person chooses it.

    `states` is what is known of each set of weights ("bundled", "cached", "to download: 128 MB", "no training");
    `ready` are the weights that need no download; `terms` the licence of those that a person must accept first;
    `layers`, `poolings` and `samplings` are titles by name, the usual sampling first.
    """

    name: str
    family: str
    summary: str
    weights: tuple[str, ...]
    states: dict[str, str]
    ready: tuple[str, ...]
    terms: dict[str, str]
    layers: dict[str, str]
    usual_layer: str
    poolings: dict[str, str]
    samplings: dict[Sampling, str]


@dataclass(frozen=True)
class RegisteredBackbone:
    """A backbone of the registry, with what is known of each of its weights by name."""

    backbone: Backbone
    weights_states: dict[str, str]

    @property
    def state(self) -> str:
        """What is known of its usual weights."""
        return self.weights_states[self.backbone.default_weights]


def list_registered() -> list[RegisteredBackbone]:
    """Every backbone of the registry, with the state of its weights."""
    return [
        RegisteredBackbone(backbone, {name: weights_state(backbone, name) for name in backbone.weights_names})
        for backbone in backbones().values()
    ]


def list_choices(also: Iterable[str] = ()) -> dict[str, BackboneChoice]:
    """Every registered backbone by name, and others by their names where they can be found here."""
    rows = backbones()
    for name in also:
        with suppress(VidvizError):
            rows.setdefault(name, find_backbone(name))
    return {name: _describe(backbone) for name, backbone in rows.items()}


def usual_backbone() -> str:
    """What is chosen before anybody chooses: the first backbone with trained weights on this machine."""
    rows = backbones()
    trained = (name for name, row in rows.items() if row.default_weights != RANDOM and weights_state(row) in READY)
    return next(trained, "r3d_18")


def stage_titles(name: str, weights: str) -> dict[str, str]:
    """The readable layers of a backbone with these weights, which are here: a checkpoint brings its own depth.

    Raises:
        BackboneError: they are not here, or another network's.
    """
    from vidviz.embed.prepare import prepare_backbone

    return {stage.layer: stage.title for stage in prepare_backbone(find_backbone(name), weights).backbone.stages}


def all_layers(name: str) -> dict[str, str]:
    """Every layer by its path, the readable stages first; builds the network without its numbers, once.

    Raises:
        BackboneError: its code cannot be imported.
    """
    return dict(_all_layers(name))


@cached()
def _all_layers(name: str) -> dict[str, str]:
    from vidviz.embed.build import build_outline
    from vidviz.embed.layers import layer_choices

    row = find_backbone(name)
    stages = {stage.layer for stage in row.stages}
    return {
        choice.layer: choice.title if choice.layer in stages else f"{choice.layer} ({choice.title})"
        for choice in layer_choices(row, build_outline(row))
    }


def pooling_titles(*, per_frame: bool) -> dict[str, str]:
    """The poolings that a screen offers, name -> title; of networks that see frames one by one those over time too."""
    over_time = {f"mean+{name}": f"mean, {row.title}" for name, row in TIME.items() if name != "mean"}
    return {name: row.title for name, row in SPACE.items()} | (over_time if per_frame else {})


def say_poolings() -> str:
    """How a pooling is written, in a sentence."""
    return f"{say_choices(SPACE)}; then {say_choices(f'+{name}' for name in TIME)}"


def count_named(name: str) -> Counted:
    """The parameters and multiply-adds of a backbone, counted on the network itself.

    Raises:
        UnknownNameError: there is no such backbone.
        BackboneError: its code cannot be imported, or does not give a module.
    """
    from vidviz.embed.count import count_backbone

    return count_backbone(find_backbone(name))


def say_knows(name: str) -> str:
    """What a backbone was shown in training, where its answers to anything else mean nothing; "" for all others."""
    with suppress(VidvizError):  # not of this installation: nothing is known of it
        return find_backbone(name).knows
    return ""


def backbone_table() -> pd.DataFrame:
    """All that the registry knows, one row a backbone."""
    import pandas as pd

    return pd.DataFrame([_row(backbone) for backbone in backbones().values()])


def _describe(backbone: Backbone) -> BackboneChoice:
    states = {weights.name: _say_state(backbone, weights) for weights in backbone.weights}
    ready = tuple(name for name, state in states.items() if state in READY)
    asked = {w.name: w.licence for w in backbone.weights if w.non_commercial and w.name not in ready}
    layers = {stage.layer: stage.title for stage in backbone.stages}
    layers.setdefault(backbone.embedding_layer, f"{backbone.embedding_layer} (the usual embedding)")
    return BackboneChoice(
        backbone.name,
        backbone.family,
        _summarise(backbone),
        (*sorted(states, key=lambda name: name not in ready), RANDOM),
        {**states, RANDOM: "no training"},
        ready,
        asked,
        layers,
        backbone.embedding_layer,
        pooling_titles(per_frame=backbone.per_frame),
        {name: SAMPLING_TITLES[name] for name in backbone.samplings},
    )


def _say_state(backbone: Backbone, weights: Weights) -> str:
    state = weights_state(backbone, weights.name)
    return f"{state}: {weights.size_mb:.0f} MB" if state == "to download" else state


def _summarise(backbone: Backbone) -> str:
    parts = [
        backbone.title,
        f"{say_backbone_frames(backbone)}, {backbone.frames.crop_px} px",
        f"{backbone.embedding_size}-d embedding",
        f"{backbone.parameters_millions:.1f} M parameters",
        f"{backbone.gmacs:.1f} GMACs a {'frame' if backbone.per_frame else 'view'}",
        f"about {backbone.memory_gib:.1f} GiB of memory",
        *([backbone.knows.rstrip(".")] if backbone.knows else []),
        *(f"weights {weights.name}: {weights.size_mb:.0f} MB, {weights.licence}" for weights in backbone.weights[:1]),
    ]
    return " · ".join(parts)


def _row(backbone: Backbone) -> dict[str, object]:
    weights = next((known for known in backbone.weights if known.name == backbone.default_weights), None)
    return {
        "name": backbone.name,
        "family": backbone.family,
        "title": backbone.title,
        "weights": _say_state(backbone, weights) if weights else "random only",
        "licence": weights.licence if weights else "",
        "frames": say_backbone_frames(backbone),
        "pixels": backbone.frames.crop_px,
        "embedding": backbone.embedding_size,
        "parameters (M)": backbone.parameters_millions,
        "GMACs": backbone.clip_gmacs,
        "memory (GiB)": backbone.memory_gib,
        "layers": ", ".join(stage.layer for stage in backbone.stages),
        "published accuracy": backbone.accuracy,
        "knows": backbone.knows,
        "paper": backbone.paper,
        "address": weights.url if weights else "",
    }
