"""The frames of a file in the order of showing, each with a time that can be trusted.

Both passes over a file, the scan at import and the reading for a backbone, take their frames from here, so that
a moment means the same frame in both.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import islice, pairwise
from typing import Any

import av

from vidviz.config import DecodeLimits
from vidviz.decode.probe import OpenVideo, codec_name, open_video, too_large_text
from vidviz.decode.skipped_frames import Sparer, marks_unneeded_frames
from vidviz.errors import MediaError

FALLBACK_RATE = 25.0
SANE_RATES = (1.0, 240.0)
PEEKED_FRAMES = 32
JUMP_SECONDS = 1.0  # a step back of more than this is a new start of the file's clock, not disorder
SMALLEST_STEP_SECONDS = 0.001


class FrameClock:
    """Turns the timestamps of frames into seconds from the first frame, rising whatever the file says.

    Frames come in the order of showing and are never sorted. A timestamp that is missing or does not rise is
    replaced: by the frame's position, where `by_position` says that the whole file is so (raw streams, B-frames
    in AVI), else by a small step from the frame before. A file whose clock starts anew goes on without a gap.
    """

    def __init__(self, time_base: Fraction | None, step_seconds: float, by_position: bool = False) -> None:
        self.first_seconds = 0.0
        self.repaired = by_position
        # Whole numbers: their quotient is the float nearest to the exact time, at a tenth of a Fraction's cost.
        self._num, self._den = (time_base or Fraction(1, 1)).as_integer_ratio()
        self._step = step_seconds
        self._by_position = by_position
        self._origin: float | None = None
        self._count = 0
        self._last = float("-inf")

    def read(self, pts: int | None) -> float:
        """The time of the next frame, in seconds, rounded to microseconds."""
        self._last = round(self._advance(pts), 6)
        self._count += 1
        return self._last

    def seconds_of(self, pts: int) -> float:
        """The time of a frame with this timestamp, as `read` tells it while nothing is repaired."""
        return round(pts * self._num / self._den - (self._origin or 0.0), 6)

    def forget_last(self) -> None:
        """The next frame may come from anywhere: the file was sought in."""
        self._last = float("-inf")

    def _advance(self, pts: int | None) -> float:
        following = self._last + self._step if self._count else 0.0
        if self._by_position:
            return self._count * self._step
        if pts is None:
            self.repaired = True
            return following if following != float("-inf") else 0.0
        stamp = pts * self._num / self._den
        if self._origin is None:
            self._origin = stamp - following
            self.first_seconds = self._origin
        seconds = stamp - self._origin
        if round(seconds, 6) > self._last:
            return seconds
        self.repaired = True
        if self._last - seconds <= JUMP_SECONDS:
            return self._last + min(self._step / 8, SMALLEST_STEP_SECONDS)
        self._origin = stamp - following
        return following


class FrameSource:
    """Decodes a file frame by frame, within limits; an iterator of (seconds, frame).

    A stream that breaks ends the iteration, and `broken` says so; the frames before it were good. `torn` says
    that a packet was incomplete, which some decoders pass over in silence.

    Args:
        video: the open file.
        limits: bounds; a file beyond them fails.
        moments: where only the frames on screen at these moments are wanted (seconds, rising), others may be left
            out that no frame is made from; see `lost`. All frames come when None.

    Raises:
        MediaError: while iterating, where nothing can be decoded or a limit is passed.
    """

    def __init__(self, video: OpenVideo, limits: DecodeLimits, moments: Sequence[float] | None = None) -> None:
        self.video = video
        self.broken = False
        self.torn = False
        self.num_frames = 0
        self.step_seconds = 1.0 / nominal_rate(video.stream)
        self._limits = limits
        self._deadline = time.monotonic() + limits.wall_seconds
        self._by_position = not video.indexed and not _has_good_timestamps(video, limits)
        self.clock = self._new_clock()
        self._sparer = None
        extradata = video.stream.codec_context.extradata
        if moments is not None and video.indexed and marks_unneeded_frames(codec_name(video), extradata):
            self._sparer = Sparer(self.clock, moments)
        self._frames = self._decode()

    def __iter__(self) -> Iterator[tuple[float, Any]]:
        return self

    def __next__(self) -> tuple[float, Any]:
        frame = next(self._frames, None)
        if frame is None:
            if not self.num_frames:
                raise MediaError(f"{self.video.label} holds no frame that can be decoded; it is damaged.")
            raise StopIteration
        seconds = self.clock.read(frame.pts)
        self.num_frames += 1
        self._check_limits(seconds, frame)
        return seconds, frame

    @property
    def lost(self) -> bool:
        """Whether leaving frames out did not work: rewind, which decodes the file in full."""
        return self._sparer is not None and self._sparer.lost

    @property
    def can_skip(self) -> bool:
        """Whether seeking may be tried; where it is, whoever does it must look where it landed."""
        return self.video.indexed and not self.clock.repaired

    def next_keyframe_before(self, seconds: float) -> float | None:
        """The time of the last keyframe before `seconds`, by the file's index; None where that is not known.

        MP4 has its index ready when it is opened; Matroska reads it when it is first sought in.
        """
        if self.video.format_name != "mov":
            return None
        index = self.video.stream.index_entries
        position = index.search_timestamp(self._pts_of(seconds), backward=True)
        if position < 0:
            return None
        return float(index[position].timestamp * self.video.stream.time_base) - self.clock.first_seconds

    def skip_to(self, seconds: float) -> bool:
        """Go on from the last keyframe before `seconds`; False where the file refuses, and nothing changes."""
        try:
            self.video.container.seek(self._pts_of(seconds), stream=self.video.stream, backward=True)
        except av.FFmpegError:
            return False
        self.clock.forget_last()
        if self._sparer:
            self._sparer.restart()
        self._frames = self._decode()
        return True

    def rewind(self) -> None:
        """Start again with the first frame; from now on every frame comes.

        Raises:
            MediaError: the file does not let itself be rewound.
        """
        try:
            self.video.container.seek(0, stream=self.video.stream, backward=True)
        except av.FFmpegError as error:
            raise MediaError(f"{self.video.label} cannot be read twice; convert it to MP4 first.") from error
        first_seconds = self.clock.first_seconds
        self.clock = self._new_clock()
        self.clock.first_seconds = first_seconds
        self._sparer = None
        self.video.stream.codec_context.skip_frame = "DEFAULT"
        self._frames = self._decode()

    def _new_clock(self) -> FrameClock:
        return FrameClock(self.video.stream.time_base, self.step_seconds, self._by_position)

    def _pts_of(self, seconds: float) -> int:
        return int((seconds + self.clock.first_seconds) / self.video.stream.time_base)

    def _decode(self) -> Iterator[Any]:
        try:
            for packet in self._packets():
                self.torn = self.torn or packet.is_corrupt
                for frame in packet.decode():
                    if self._sparer:
                        self._sparer.show(frame.pts)
                    yield frame
        except (av.error.EOFError, av.error.MemoryError) as error:
            if isinstance(error, MemoryError):
                raise
        except av.FFmpegError:
            self.broken = True
        if self._sparer:
            self._sparer.end()

    def _packets(self) -> Iterator[Any]:
        """The packets of the stream; the decoder is told beforehand which of them nobody needs."""
        packets = self.video.container.demux(self.video.stream)
        if self._sparer is None:
            yield from packets
            return
        for packet, spared in self._sparer.sift(packets):
            self.video.stream.codec_context.skip_frame = "NONREF" if spared else "DEFAULT"
            yield packet

    def _check_limits(self, seconds: float, frame: Any) -> None:
        label, limits = self.video.label, self._limits
        if frame.width * frame.height > limits.pixels:
            raise MediaError(too_large_text(label, frame.width, frame.height, limits))
        if seconds > limits.duration_seconds:
            hours = limits.duration_seconds / 3600
            raise MediaError(f"{label} is longer than the {hours:g} hours allowed; split it first.")
        if self.num_frames > limits.frames:
            raise MediaError(f"{label} has more than the {limits.frames:,} frames allowed; split it first.")
        if time.monotonic() > self._deadline:
            allowed = f"{limits.wall_seconds:g} seconds"
            raise MediaError(f"{label} takes longer than {allowed} to decode; split it or scale it down first.")


def nominal_rate(stream: Any) -> float:
    """Frames per second by the header, where that is believable; some files say 1000, some nothing."""
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and SANE_RATES[0] <= rate <= SANE_RATES[1]:
            return float(rate)
    return FALLBACK_RATE


def rotation_clockwise(frame: Any) -> int:
    """By how much to turn the stored picture clockwise so that it stands upright: 0, 90, 180 or 270 degrees.

    PyAV tells the same counter-clockwise. An odd angle is taken to the nearest quarter turn.
    """
    quarter_turns: int = round(-frame.rotation / 90)
    return quarter_turns * 90 % 360


def _has_good_timestamps(video: OpenVideo, limits: DecodeLimits) -> bool:
    """Whether the first frames have timestamps, and rising ones; looked at in a second opening of the file."""
    with open_video(video.path, limits) as peeked:
        stamps: list[int | None] = []
        with suppress(av.FFmpegError):
            for frame in islice(peeked.container.decode(peeked.stream), PEEKED_FRAMES):
                stamps.append(frame.pts)  # one by one: those before a break count
    return None not in stamps and all(a < b for a, b in pairwise(s for s in stamps if s is not None))
