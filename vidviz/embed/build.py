"""A backbone's module, made from the `module:function` that its description names."""

from __future__ import annotations

import functools
import importlib
import threading
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vidviz.embed.description import Backbone
from vidviz.errors import BackboneError

if TYPE_CHECKING:
    from torch import Tensor, nn

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
    if backbone.per_frame:
        take_clips(model)
    return model.eval()


def take_clips(model: nn.Module) -> None:
    """Have an image network take clips (N, C, T, H, W) as well as frames (N, C, H, W).

    It sees a clip's frames one by one; the clip's class scores are the mean of theirs. The module, its layers and
    its parameters' names stay as published. Nothing but the module itself is held, so that a copy of it sees with
    its own parameters and it can be saved whole.
    """
    model.forward = functools.partial(_see_clips, model)


def _see_clips(model: nn.Module, clips: Tensor) -> Tensor:
    see_frames = type(model).forward
    if clips.dim() == 4:
        frames: Tensor = see_frames(model, clips)
        return frames
    num_clips, _, num_frames = clips.shape[:3]
    scores: Tensor = see_frames(model, clips.transpose(1, 2).flatten(0, 1))
    return scores.view(num_clips, num_frames, *scores.shape[1:]).mean(dim=1)


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
