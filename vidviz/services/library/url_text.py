"""Short JSON that a URL holds: written without what is empty, read whatever was written there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def write_url_text(parts: Mapping[str, Any]) -> str:
    """The parts that hold something; "" when none does."""
    said = {name: part for name, part in parts.items() if part}
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False) if said else ""


def read_url_text(text: str) -> Mapping[str, Any]:
    """The parts that a text holds; none when it is no such text, or holds half a character, which cannot be sent."""
    try:
        said = json.loads(text) if text else {}
        json.dumps(said, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, Mapping) else {}


def loses_parts(text: str, kept: str) -> bool:
    """Whether a text asks for something that is not in the one that is kept of it."""
    said = read_url_text(text)
    if not said:
        return text.strip() not in ("", "{}")
    return _lacks(read_url_text(kept), said)


def _lacks(kept: object, said: object) -> bool:
    if not said:
        return False
    if isinstance(said, Mapping):
        parts = kept if isinstance(kept, Mapping) else {}
        return any(_lacks(parts.get(name), part) for name, part in said.items())
    if isinstance(said, list):
        return not isinstance(kept, list) or len(kept) < len({json.dumps(part) for part in said})
    return kept != said
