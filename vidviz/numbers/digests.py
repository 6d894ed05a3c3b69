"""Names that follow from a content."""

from __future__ import annotations

import hashlib

SHORT_DIGITS = 16


def short_digest(content: bytes | str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of bytes, or of a text in UTF-8."""
    data = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()[:SHORT_DIGITS]
