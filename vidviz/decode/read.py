"""Spans of a video -> arrays of frames; the file is decoded once, whatever spans overlap."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vidviz.config import DecodeLimits
from vidviz.decode.frames import FrameSource, media_errors
from vidviz.decode.pictures.picture import ClipShaper
from vidviz.decode.probe import open_video
from vidviz.decode.sample import view_times
from vidviz.errors import MediaError
from vidviz.types import FrameSpec, Span

SKIPPED_SECONDS = 3.0  # decoding on is cheaper than seeking below this
SEEK_MARGIN_SECONDS = 0.5  # frames shown just before a keyframe may need what came before it


@dataclass(frozen=True)
class _Want:
    """One frame that a clip wants: the one on screen at `seconds`, for place `slot` of clip `clip`."""

    seconds: float
    clip: int
    slot: int


class _ClipFiller:
    """Hands frames to the clips that want them and gives out the clips that are full."""

    def __init__(self, times: Sequence[np.ndarray], spec: FrameSpec) -> None:
        self._sizes = [len(row) for row in times]
        wants = [_Want(float(t), clip, slot) for clip, row in enumerate(times) for slot, t in enumerate(row)]
        self._wants = sorted(wants, key=lambda want: want.seconds)
        self._next = 0
        self._shaper = ClipShaper(spec)
        self._open: dict[int, np.ndarray] = {}
        self._filled: Counter[int] = Counter()
        self.num_complete = 0

    @property
    def moments(self) -> list[float]:
        """All moments that clips want, rising."""
        return [want.seconds for want in self._wants]

    @property
    def next_seconds(self) -> float:
        """The next moment that a clip wants; infinite when all are served."""
        return self._wants[self._next].seconds if self._next < len(self._wants) else float("inf")

    def serve(self, frame: Any, until_seconds: float) -> Iterator[tuple[int, np.ndarray]]:
        """Give `frame` to every want before `until_seconds`; it is converted once, or not at all."""
        if self.next_seconds >= until_seconds:
            return
        pixels = self._shaper.shape(frame)
        while self.next_seconds < until_seconds:
            want = self._wants[self._next]
            self._next += 1
            if want.clip not in self._open:
                self._open[want.clip] = np.empty((self._sizes[want.clip], *pixels.shape), np.uint8)
            self._open[want.clip][want.slot] = pixels
            self._filled[want.clip] += 1
            if self._filled[want.clip] == self._sizes[want.clip]:
                self.num_complete += 1
                yield want.clip, self._open.pop(want.clip)


def read_clips(
    path: str | os.PathLike[str],
    spans: Sequence[Span],
    frames: FrameSpec,
    limits: DecodeLimits,
    video_seconds: float = math.inf,
) -> Iterator[tuple[int, np.ndarray]]:
    """The frames of each clip, as soon as the clip is complete.

    The file is decoded once and front to back; a frame that several clips want is converted once, a frame that
    none wants not at all, and a long stretch that none wants is skipped where the file has an index of
    keyframes. Frames of H.264 and HEVC that neither a clip nor another frame needs are not decoded (see `Sparer`).
    Memory holds the clips in flight, never the video. Which frame is on screen at which moment is what `scan_video`
    says: times are repaired in the same way.

    Args:
        path: the video file.
        spans: the clips, in any order; they may overlap.
        frames: how many frames of each clip, at which pace, and how large.
        limits: bounds; a file beyond them fails.
        video_seconds: the video's length, which no view goes beyond; only asked for where frames have a pace.

    Yields:
        The position of the clip in `spans`, and its frames (V * T, H, W, 3) uint8 RGB, upright, one view after the
        other (see `view_times`). Clips come in the order in which they are complete.

    Raises:
        MediaError: the file cannot be read; or, after all complete clips, it ends before the others are.
    """
    if not spans:
        return
    filler = _ClipFiller([view_times(span, frames, video_seconds).ravel() for span in spans], frames)
    with open_video(path, limits) as video, media_errors(video.label):
        source = FrameSource(video, limits, filler.moments)
        yield from _fill(source, filler)
        missing = len(spans) - filler.num_complete
        if missing:
            raise MediaError(
                f"{video.label} ends too early for {missing} of {len(spans)} clips; import it again to cut it anew."
            )


def _fill(source: FrameSource, filler: _ClipFiller) -> Iterator[tuple[int, np.ndarray]]:
    """Serve frames to the filler until all wants are met or the file ends."""
    found = yield from _serve_all(source, filler, may_skip=True)
    if not found:
        source.rewind()
        yield from _serve_all(source, filler, may_skip=False)


def _serve_all(
    source: FrameSource, filler: _ClipFiller, may_skip: bool
) -> Generator[tuple[int, np.ndarray], None, bool]:
    """One way through the file; False when it led past what was wanted, for files do lie about their frames."""
    shown: Any = None  # the frame before the one just decoded; only the next tells how long it stays
    shown_seconds, step = 0.0, source.step_seconds
    left_at: float | None = None
    for seconds, frame in source:
        if source.lost:
            return False
        if shown is not None:
            yield from filler.serve(shown, until_seconds=seconds)
            step = seconds - shown_seconds
        elif left_at is not None:
            if seconds > filler.next_seconds:
                return False
            may_skip = seconds > left_at  # or it only leads back
        shown, shown_seconds = frame, seconds
        if filler.next_seconds == float("inf"):
            return True
        if may_skip and _skip(source, seconds, filler.next_seconds):
            shown, left_at = None, seconds
    if shown is None or source.lost:
        return False
    yield from filler.serve(shown, until_seconds=shown_seconds + source.longest_stay(step))
    return True


def _skip(source: FrameSource, now_seconds: float, next_seconds: float) -> bool:
    """Skip to the last keyframe before `next_seconds`, where that saves decoding; whether the source moved."""
    target = next_seconds - SEEK_MARGIN_SECONDS
    if target - now_seconds < SKIPPED_SECONDS or not source.can_skip:
        return False
    keyframe = source.next_keyframe_before(target)
    if keyframe is not None and keyframe - now_seconds < SKIPPED_SECONDS:
        return False
    return source.skip_to(target)
