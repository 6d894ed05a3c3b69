"""Backbones of one's own: entry points of installed packages, and a `module:function` that a person names.

Code runs only where somebody installed it or named it: a workspace that came from elsewhere may hold embedding sets
of a `module:function`, but opening it imports nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from vidviz.embed.description import Backbone
from vidviz.errors import BackboneError

GROUP = "vidviz.backbones"
NAMED = "VIDVIZ_BACKBONES"


@cache
def installed_backbones() -> tuple[tuple[Backbone, ...], tuple[str, ...]]:
    """Backbones of installed packages, and a sentence for each entry point that gives none."""
    found: list[Backbone] = []
    problems: list[str] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            found += _of_entry_point(point)
        except BackboneError as error:
            problems.append(str(error))
    return tuple(found), tuple(problems)


def is_own_name(name: str) -> bool:
    """Whether a name reads `module:function`."""
    return ":" in name


def allow_own(name: str) -> str:
    """Note that a person has named this `module:function`; processes started from here know it as well."""
    names = _allowed()
    if name not in names:
        os.environ[NAMED] = ",".join([*names, name])
    return name


def describe_own(name: str) -> Backbone:
    """The description that a named `module:function` returns, under that name.

    Raises:
        BackboneError: nobody has named it here, it cannot be imported, or it gives something else.
    """
    if name not in _allowed():
        raise BackboneError(
            f"The backbone {name!r} is code that does not come with vidviz, and is not run unless you ask for it: "
            f"start vidviz with {NAMED}={name}."
        )
    module_name, _, function = name.partition(":")
    if "" not in sys.path:  # a console script does not look into the current folder
        sys.path.insert(0, "")
    try:
        made = getattr(import_module(module_name), function)
    except ImportError as error:
        raise BackboneError(f"The backbone {name!r} cannot be imported: {error}.") from error
    except AttributeError as error:
        raise BackboneError(f"The backbone {name!r} is not there: {module_name} has no {function!r}.") from error
    described = _descriptions(made, f"The backbone {name!r}")
    if len(described) != 1:
        raise BackboneError(f"The backbone {name!r} gives {len(described)} descriptions instead of one.")
    return replace(described[0], name=name)


def _allowed() -> list[str]:
    return [name for name in os.environ.get(NAMED, "").split(",") if name]


def _of_entry_point(point: EntryPoint) -> list[Backbone]:
    what = f"The entry point {point.name!r} of {GROUP}"
    try:
        made = point.load()
    except Exception as error:  # whatever another package raises must not take the others down
        raise BackboneError(f"{what} cannot be loaded: {type(error).__name__}: {error}.") from error
    return _descriptions(made, what)


def _descriptions(made: Any, what: str) -> list[Backbone]:
    try:
        given = made() if callable(made) else made
    except Exception as error:
        raise BackboneError(f"{what} failed: {type(error).__name__}: {error}.") from error
    listed = list(given) if isinstance(given, Iterable) else [given]
    if not all(isinstance(row, Backbone) for row in listed):
        raise BackboneError(f"{what} must give vidviz.Backbone descriptions, not {type(given).__name__}.")
    return listed
