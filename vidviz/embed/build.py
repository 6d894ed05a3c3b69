"""A backbone's module, made from the `module:function` that its description names."""

from __future__ import annotations

import importlib
import threading
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vidviz.embed.description import Backbone
from vidviz.errors import BackboneError

if TYPE_CHECKING:
    from torch import nn

# The seed of fresh weights is set on torch's one global generator.
_SEEDING = threading.Lock()


def build_model(backbone: Backbone, *, light: bool = False) -> nn.Module:
    """The module in eval mode with fresh weights, seeded by the backbone's name.

    The module's own initialisation is used, so "random" weights are the same ones in every run and process.

    Args:
        backbone: the description.
        light: leave out of memory what `backbone.light` says.

    Raises:
        BackboneError: its code cannot be imported, or does not give a module.
    """
    import torch

    text = backbone.light.build if light and backbone.light else backbone.build
    builder = _find_builder(backbone.name, text)
    with _SEEDING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(zlib.crc32(backbone.name.encode()))
        model = builder()
    if not isinstance(model, torch.nn.Module):
        raise BackboneError(f"{text!r}, which should build {backbone.name}, gave a {type(model).__name__}.")
    return model.eval()


def build_outline(backbone: Backbone) -> nn.Module:
    """The module on torch's meta device: every layer and shape, no values and no memory.

    For checking a layer's name, listing layers or working out shapes, before anything is loaded.
    """
    import torch

    with torch.device("meta"):
        return build_model(backbone)


def _find_builder(name: str, text: str) -> Callable[[], Any]:
    module_name, _, function = text.partition(":")
    try:
        builder: Callable[[], Any] = getattr(importlib.import_module(module_name), function)
    except ImportError as error:
        raise BackboneError(f"{name} cannot be built: {error}. Install what it needs.") from error
    except AttributeError as error:
        raise BackboneError(f"{name} cannot be built: {module_name} has no {function!r}.") from error
    return builder
