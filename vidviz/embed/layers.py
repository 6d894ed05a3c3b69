"""Which layer of a backbone: by its dotted path, with the readable stages first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidviz.embed.description import Backbone, Stage
from vidviz.errors import UnknownNameError

if TYPE_CHECKING:
    from torch import nn


def resolve_layer(model: nn.Module, layer: str) -> nn.Module:
    """The sub-module at a dotted path such as `layer3.0.conv1`.

    Raises:
        UnknownNameError: there is none; the sentence offers the nearest.
    """
    modules: dict[str, nn.Module] = dict(model.named_modules())
    modules.pop("", None)
    try:
        return modules[layer]
    except KeyError:
        raise UnknownNameError("layer", layer, modules) from None


def layer_choices(backbone: Backbone, model: nn.Module | None = None) -> tuple[Stage, ...]:
    """The layers that can be chosen: readable stages first, then every other module of `model` by its path.

    Args:
        backbone: the description.
        model: its module, or its outline (`build_outline`); None for the stages alone, without torch.
    """
    if model is None:
        return backbone.stages
    known = {stage.layer for stage in backbone.stages}
    others = (
        Stage(name, type(module).__name__, backbone.channel_axis(name))
        for name, module in model.named_modules()
        if name and name not in known
    )
    return (*backbone.stages, *others)
