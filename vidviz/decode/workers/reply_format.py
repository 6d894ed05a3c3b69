"""What a decoder process answers, as bytes: JSON, and arrays and bytes behind it. Reading it never runs anything.

A decoder has a hostile file in its hands, so that nothing it says may be more than data to the process that asked.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any

HEAD_BYTES = 8
KINDS = "biuf"
"""Arrays hold booleans, whole numbers or floats."""
RECORDS = {
    "IngestedVideo": "vidviz.decode.ingest",
    "Recipe": "vidviz.types",
    "Span": "vidviz.types",
    "VideoProbe": "vidviz.types",
}
"""The dataclasses that an answer may hold, and where each is."""


def pack(value: Any) -> bytes:
    """The value as bytes.

    Raises:
        TypeError: it holds what an answer may not.
    """
    blobs: list[bytes] = []
    head = json.dumps(_describe(value, blobs)).encode()
    return b"".join((len(head).to_bytes(HEAD_BYTES, "big"), head, *blobs))


def unpack(packed: bytes) -> Any:
    """The value that `pack` made bytes of.

    Raises:
        ValueError: it is none.
    """
    try:
        start = HEAD_BYTES + int.from_bytes(packed[:HEAD_BYTES], "big")
        return _Reader(memoryview(packed)[start:]).build(json.loads(packed[HEAD_BYTES:start]))
    except (KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ValueError("a reply that cannot be read") from error


def _describe(value: Any, blobs: list[bytes]) -> Any:
    """The value as JSON has it; what goes behind is added to `blobs`."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (list, tuple)):
        return {type(value).__name__: [_describe(part, blobs) for part in value]}
    if isinstance(value, dict):
        return {"dict": [[_describe(part, blobs) for part in pair] for pair in value.items()]}
    if isinstance(value, bytes):
        blobs.append(value)
        return {"bytes": len(value)}
    if is_dataclass(value) and type(value).__name__ in RECORDS:
        named = {field.name: _describe(getattr(value, field.name), blobs) for field in fields(value)}
        return {"record": [type(value).__name__, named]}
    if hasattr(value, "dtype") and value.dtype.kind in KINDS:
        blobs.append(value.tobytes())
        return {"array": [value.dtype.str, list(value.shape)]}
    raise TypeError(f"an answer cannot hold a {type(value).__name__}")


class _Reader:
    """Builds values of what `_describe` made, with the bytes behind it."""

    def __init__(self, behind: memoryview) -> None:
        self._behind = behind

    def build(self, described: Any) -> Any:
        """The value."""
        if not isinstance(described, dict):
            return described
        ((kind, content),) = described.items()
        if kind in ("list", "tuple"):
            parts = [self.build(part) for part in content]
            return tuple(parts) if kind == "tuple" else parts
        if kind == "dict":
            return {self.build(name): self.build(part) for name, part in content}
        if kind == "bytes":
            return bytes(self._take(content))
        if kind == "record":
            name, named = content
            record = getattr(import_module(RECORDS[name]), name)
            return record(**{field: self.build(part) for field, part in named.items()})
        return self._array(*described["array"])

    def _array(self, dtype: str, shape: list[int]) -> Any:
        import numpy as np

        of = np.dtype(dtype)
        if of.kind not in KINDS or any(size < 0 for size in shape):
            raise ValueError("an array that holds no numbers")
        size = of.itemsize
        for length in shape:
            size *= length
        return np.frombuffer(self._take(size), of).reshape(shape).copy()

    def _take(self, size: int) -> memoryview:
        if not 0 <= size <= len(self._behind):
            raise ValueError("a reply that ends too early")
        taken, self._behind = self._behind[:size], self._behind[size:]
        return taken
