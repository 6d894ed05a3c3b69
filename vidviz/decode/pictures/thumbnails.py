"""Small pictures kept from the one pass over a video; posters and strips are made from them."""

from __future__ import annotations

import io
import tempfile
from array import array
from types import TracebackType
from typing import Any

import numpy as np
from PIL import Image

from vidviz.decode.pictures.picture import FrameShaper, size_within, upright_size
from vidviz.decode.sample import next_due
from vidviz.types import Span

IN_MEMORY_BYTES = 16 * 2**20


class Reel:
    """About `frames_per_second` small upright pictures of a video, JPEG-coded, in a file once they are many.

    Memory stays below `IN_MEMORY_BYTES` and a few bytes a picture, however long the video. A context manager:
    leaving it removes the file.
    """

    def __init__(self, frames_per_second: float = 8.0, longest_px: int = 256) -> None:
        self._interval = 1.0 / frames_per_second
        self._longest_px = longest_px
        self._due = float("-inf")
        self._times = array("d")
        self._ends = array("q", [0])
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - closed in __exit__
        self._shaper = FrameShaper()

    def __enter__(self) -> Reel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._times)

    @property
    def times(self) -> np.ndarray:
        """When the pictures are from, in seconds, rising: (N,) float64."""
        return np.array(self._times)

    def add(self, seconds: float, frame: Any) -> bool:
        """Offer the next frame of the video; it is kept, and True returned, when a picture is due."""
        if seconds < self._due - 1e-6:
            return False
        self._due = next_due(self._due, seconds, self._interval)
        pixels = self._shaper.upright(frame, *size_within(*upright_size(frame), self._longest_px))
        self._file.seek(0, io.SEEK_END)
        Image.fromarray(np.ascontiguousarray(pixels)).save(self._file, "JPEG", quality=88)
        self._times.append(seconds)
        self._ends.append(self._file.tell())
        return True

    def picture(self, index: int) -> Image.Image:
        """The picture with this index, RGB."""
        start, end = self._ends[index], self._ends[index + 1]
        self._file.seek(start)
        return Image.open(io.BytesIO(self._file.read(end - start))).convert("RGB")

    def indices_in(self, span: Span) -> list[int]:
        """The indices of the pictures within a span; where there are none, of the one on screen at its start."""
        first, end = np.searchsorted(self.times, [span.start_seconds, span.end_seconds], side="left")
        return list(range(int(first), int(end))) or [max(0, int(first) - 1)]
