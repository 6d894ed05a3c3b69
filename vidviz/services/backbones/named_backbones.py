"""Backbones that a person names: a `module:function` is code that runs only where somebody typed it."""

from __future__ import annotations


def name_backbone(name: str) -> str:
    """Take a name as a person gave it, and let it run where it is a `module:function`; returns the name."""
    from vidviz.embed.user_backbones import allow_own, is_own_name

    return allow_own(name) if is_own_name(name) else name
