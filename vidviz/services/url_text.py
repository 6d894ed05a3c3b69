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
