"""Short JSON that a URL holds: written without what is empty, read whatever was written there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def write_url_text(parts: Mapping[str, Any]) -> str:
    """The parts that hold something; "" when none does."""
    filled = {name: part for name, part in parts.items() if part}
    return json.dumps(filled, separators=(",", ":"), ensure_ascii=False) if filled else ""


def read_url_text(text: str) -> Mapping[str, Any]:
    """The parts that a text holds; none when it is no such text, or holds half a character, which cannot be sent."""
    try:
        asked_for = json.loads(text) if text else {}
        json.dumps(asked_for, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return {}
    return asked_for if isinstance(asked_for, Mapping) else {}


def loses_parts(text: str, kept: str) -> bool:
    """Whether a text asks for something that is not in the one that is kept of it."""
    asked_for = read_url_text(text)
    if not asked_for:
        return text.strip() not in ("", "{}")
    return _lacks(read_url_text(kept), asked_for)


def _lacks(kept: object, asked_for: object) -> bool:
    if not asked_for:
        return False
    if isinstance(asked_for, Mapping):
        parts = kept if isinstance(kept, Mapping) else {}
        return any(_lacks(parts.get(name), part) for name, part in asked_for.items())
    if isinstance(asked_for, list):
        return not isinstance(kept, list) or len(kept) < len({json.dumps(part) for part in asked_for})
    return kept != asked_for
