"""What a network's class scores are called, where its weights say so; read without a network."""

from __future__ import annotations

from vidviz.embed.checkpoints.weights import BUNDLE
from vidviz.embed.description import Backbone

FACTORS = ("motion", "shape", "colour")
"""What the bundled networks' scores are about, in the order of the scores."""


def find_class_names(backbone: Backbone, weights: str) -> tuple[str, ...]:
    """The names of the classes in the order of the scores; empty where nobody says.

    Args:
        backbone: the description.
        weights: the name of its weights; random ones have learned no class.
    """
    published = next((known for known in backbone.weights if known.name == weights), None)
    if published is None:
        return ()
    if published.bundled:
        return _read_bundled(published.file_name)
    return _read_torchvision(backbone.name, weights)


def _read_bundled(file_name: str) -> tuple[str, ...]:
    import json

    from safetensors import safe_open

    with safe_open(str(BUNDLE / file_name.rpartition(":")[2]), "pt") as opened:
        metadata = opened.metadata() or {}
    return tuple(str(name) for factor in FACTORS if factor in metadata for name in json.loads(metadata[factor]))


def _read_torchvision(name: str, weights: str) -> tuple[str, ...]:
    from torchvision.models import get_model_weights

    try:
        categories = get_model_weights(name)[weights].meta.get("categories", ())
    except (KeyError, ValueError):
        return ()
    return tuple(str(category) for category in categories)
