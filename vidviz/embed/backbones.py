"""The registry: every backbone as one frozen description, listed without importing torch.

A new backbone is a row in `families/`; a new family is a file there and its line in `families/__init__.py`.
"""

from __future__ import annotations

from functools import cache

from vidviz.embed.description import Backbone
from vidviz.embed.families import ROWS
from vidviz.embed.user_backbones import describe_own, installed_backbones, is_own_name
from vidviz.errors import UnknownNameError


@cache
def _registry() -> dict[str, Backbone]:
    named = {row.name: row for row in ROWS}
    if len(named) != len(ROWS):
        raise ValueError("two backbones have the same name")
    # What comes with vidviz keeps its name, whatever another package calls its own.
    return {**named, **{row.name: row for row in installed_backbones()[0] if row.name not in named}}


def backbones() -> dict[str, Backbone]:
    """Every registered backbone by its name, in the order of the families, then those of other packages."""
    return dict(_registry())


def find_backbone(name: str) -> Backbone:
    """The backbone with this name: a registered one, any other of torchvision's image networks, or one's own.

    Args:
        name: a registered name; torchvision's name of an image network, e.g. `regnet_y_400mf`; or a
            `module:function` that was named to `vidviz.embed.user_backbones.allow_own` or in `VIDVIZ_BACKBONES`.

    Raises:
        UnknownNameError: there is none; the sentence offers the nearest names.
        BackboneError: it is code of one's own that nobody named here, or that gives no description.
    """
    if name in _registry():
        return _registry()[name]
    if is_own_name(name):
        return describe_own(name)
    from vidviz.embed.families.any_torchvision import describe_torchvision

    found = describe_torchvision(name)
    if found is None:
        raise UnknownNameError("backbone", name, _registry())
    return found
