"""The files that one page has sent for its next import."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class ReceivedFile:
    """A file that is here: its number in its batch, what it was called, and where it lies."""

    number: int
    name: str
    size_bytes: int
    path: Path


@dataclass
class UploadBatch:
    """What one page has sent for its next import; whoever knows the token may add to it.

    Attributes:
        token: 32 hexadecimal digits that nobody can guess.
        path: the folder of the files.
        files: those that are here, by number.
        arriving: bytes of those on their way, by number: what they are said to have, or more where more came.
        taken: the names in its folder that are somebody's.
        left_at: since when its page is gone, by the monotonic clock.
    """

    token: str
    path: Path
    files: dict[int, ReceivedFile] = field(default_factory=dict)
    arriving: dict[int, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    left_at: float | None = None

    @property
    def num_bytes(self) -> int:
        """Of all its files, as far as they are known."""
        return sum(file.size_bytes for file in self.files.values()) + sum(self.arriving.values())
