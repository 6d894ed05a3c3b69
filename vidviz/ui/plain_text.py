"""Texts of people's and files', made fit for places that read Markdown."""

from __future__ import annotations

_MARKS = frozenset(r"\`*_{}[]<>()#+-.!|$:~/")


def plain(text: str) -> str:
    """Text that Markdown does not read as Markdown."""
    return "".join(f"\\{char}" if char in _MARKS else char for char in " ".join(text.split()))


def shorten(text: str, characters: int) -> str:
    """At most so many characters, and a sign where some are left out."""
    return text if len(text) <= characters else f"{text[:characters]}…"
