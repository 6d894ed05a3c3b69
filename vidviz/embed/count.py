"""A backbone's size and work, counted on the network itself without memory for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidviz.embed.build import build_outline
from vidviz.embed.description import Backbone

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Counted:
    """What a description should say: see `Backbone.parameters_millions` and `Backbone.gmacs`."""

    parameters: int
    gmacs: float


def count_backbone(backbone: Backbone) -> Counted:
    """Count parameters, and billions of multiply-adds for one view: a clip, or one frame of a per-frame network.

    Raises:
        BackboneError: its code cannot be imported, or does not give a module.
    """
    return count_outline(build_outline(backbone), backbone)


def count_outline(model: nn.Module, backbone: Backbone) -> Counted:
    """The same for the backbone's module on torch's meta device, which sees one view."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    spec = backbone.frames
    view = (spec.crop_px, spec.crop_px) if backbone.per_frame else (spec.num_frames, spec.crop_px, spec.crop_px)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.empty(1, 3, *view, device="meta"))
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return Counted(parameters, counter.get_total_flops() / 2e9)
