"""Backbones that a person names: a `module:function` is code that runs only where somebody typed it."""

from __future__ import annotations

from vidviz.errors import BackboneError


def name_backbone(given: object) -> str:
    """Take a backbone as a person gave it, by name or description; a `module:function` may run from then on.

    Returns:
        The name.

    Raises:
        BackboneError: it is neither, or the description of a backbone that is not registered.
    """
    from vidviz.embed.backbones import backbones
    from vidviz.embed.description import Backbone
    from vidviz.embed.user_backbones import allow_own, is_own_name

    if isinstance(given, Backbone):
        if is_own_name(given.name) or backbones().get(given.name, given) == given:
            return name_backbone(given.name)
        raise BackboneError(
            f"This description of {given.name!r} is not the registered one. Name the function that makes it: "
            "'module:function'."
        )
    if not isinstance(given, str):
        raise BackboneError(
            f"A backbone is given by its name or its description, one of vidviz.backbones(), not by a "
            f"{type(given).__name__}. A network of your own is named 'module:function'."
        )
    return allow_own(given) if is_own_name(given) else given
