"""Where a film cuts, found while its frames stream by."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import Any

from av.video.reformatter import Interpolation

from vidviz.decode.pictures.picture import FrameShaper, size_within, upright_size
from vidviz.decode.sample import next_due
from vidviz.types import Span

LOOKED_AT_PER_SECOND = 30.0
LONGEST_PX = 128
SHORTEST_SHOT_SECONDS = 0.5
REMEMBERED_FRAMES = 16  # more than the detector looks back


class ShotFinder:
    """Feeds PySceneDetect's `AdaptiveDetector` with small frames and keeps the times of its cuts.

    The detector compares the change between two frames with the changes around it, so that fast motion is not
    taken for a cut. It is fed by hand, at most 30 frames a second, because our frames come with our times.
    """

    def __init__(self) -> None:
        from scenedetect.common import FrameTimecode
        from scenedetect.detectors import AdaptiveDetector

        # Frame numbers stand for frames here and the rate is of no consequence: we keep the times, and the
        # shortest shot, ourselves.
        self._timecode = FrameTimecode
        self._detector = AdaptiveDetector(min_scene_len=0)
        self._shaper = FrameShaper("bgr24", Interpolation.AREA)
        self._size: tuple[int, int] | None = None
        self._recent: deque[tuple[int, float]] = deque(maxlen=REMEMBERED_FRAMES)
        self._count = 0
        self._due = float("-inf")
        self._cuts: list[float] = []

    def add(self, seconds: float, frame: Any) -> None:
        """Show the next frame of the video."""
        if seconds < self._due - 1e-6:
            return
        self._due = next_due(self._due, seconds, 1.0 / LOOKED_AT_PER_SECOND)
        # One size for the whole film, or the detector could not compare frames.
        self._size = self._size or size_within(*upright_size(frame), LONGEST_PX)
        pixels = self._shaper.upright(frame, *self._size)
        self._recent.append((self._count, seconds))
        found = self._detector.process_frame(self._timecode(self._count, fps=LOOKED_AT_PER_SECOND), pixels)
        self._count += 1
        times = dict(self._recent)
        self._cuts.extend(times[cut.frame_num] for cut in found if cut.frame_num in times)

    def shots(self, duration_seconds: float) -> tuple[Span, ...]:
        """The shots seen so far, which together cover the video from 0 to its end."""
        borders = [0.0]
        for cut in self._cuts:
            if min(cut - borders[-1], duration_seconds - cut) >= SHORTEST_SHOT_SECONDS:
                borders.append(cut)
        borders.append(duration_seconds)
        return tuple(Span(a, b) for a, b in pairwise(borders))
