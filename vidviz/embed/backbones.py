"""The registry: every backbone as one frozen description, listed without importing torch.

A new backbone is a row in `families/`; a new family is a file there and its line in `families/__init__.py`.
"""

from __future__ import annotations

from functools import cache

from vidviz.embed.description import Backbone, Family, LightBuild, Stage, Weights
from vidviz.embed.families import ROWS
from vidviz.errors import UnknownNameError

__all__ = ["Backbone", "Family", "LightBuild", "Stage", "Weights", "backbones", "find_backbone"]


@cache
def _registry() -> dict[str, Backbone]:
    named = {row.name: row for row in ROWS}
    if len(named) != len(ROWS):
        raise ValueError("two backbones have the same name")
    return named


def backbones() -> dict[str, Backbone]:
    """Every registered backbone by its name, in the order of the families."""
    return dict(_registry())


def find_backbone(name: str) -> Backbone:
    """The backbone with this name.

    Raises:
        UnknownNameError: there is none; the sentence offers the nearest names.
    """
    try:
        return _registry()[name]
    except KeyError:
        raise UnknownNameError("backbone", name, _registry()) from None
