"""The SHA-256 of weights files, read once while they stay the same."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, 64 hexadecimal digits."""
    status = path.stat()
    return _digest_of(str(path), status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _digest_of(path: str, _size_bytes: int, _modified_ns: int) -> str:
    # Size and time are in the key so that a file that changed is read again.
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
