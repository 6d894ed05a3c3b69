"""The frames of a file in the order of showing, each with a time that can be trusted.

Both passes over a file, the scan at import and the reading for a backbone, take their frames from here, so that
a moment means the same frame in both.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice, pairwise
from typing import Any

import av
from av.format import Flags

from vidviz.config import PIXELS_PER_BYTE, DecodeLimits
from vidviz.decode.clock import FrameClock, Trust, longest_stay, told_seconds
from vidviz.decode.keyframes import EntryPoints
from vidviz.decode.pictures.colour import settle_matrix
from vidviz.decode.probe import OpenVideo, codec_name, latest_end, open_video
from vidviz.decode.refusals import why_no_frame
from vidviz.decode.skipped_frames import Sparer, marks_unneeded_frames
from vidviz.decode.tracks import too_large_text
from vidviz.errors import MediaError

FALLBACK_RATE = 25.0
SANE_RATES = (1.0, 240.0)
PEEKED_FRAMES = 32
TIMED_FORMATS = ("mov", "gif", "apng")  # what others say of a frame's length follows from the rate in their header


class FrameSource:
    """Decodes a file frame by frame, within limits; an iterator of (seconds, frame).

    A stream that breaks ends the iteration, and `broken` says so; the frames before it were good. `torn` says
    that a packet was incomplete, which some decoders pass over in silence. `open_groups` says that a keyframe was
    none that a browser can begin with.

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
        self.open_groups = False
        self.num_frames = 0
        self.step_seconds = 1.0 / nominal_rate(video.stream)
        self.told_seconds: float | None = None
        self._limits = limits
        self._deadline = time.monotonic() + limits.wall_seconds
        self._pixels_left = limits.all_pixels(video.path.stat().st_size)
        self._codec = codec_name(video)
        extradata = video.stream.codec_context.extradata
        self._entry_points = EntryPoints(extradata) if self._codec == "h264" else None
        self._by_position = not video.indexed and not _has_good_timestamps(video, limits)
        self._positions: deque[int | None] | None = None
        self.clock = self._new_clock()
        self._sparer = None
        if moments is not None and video.indexed and marks_unneeded_frames(self._codec, extradata):
            self._sparer = Sparer(self.clock, moments)
        self._frames = self._decode()

    def __iter__(self) -> Iterator[tuple[float, Any]]:
        return self

    def __next__(self) -> tuple[float, Any]:
        frame = next(self._frames, None)
        if frame is None:
            if not self.num_frames:
                raise MediaError(why_no_frame(self.video.path))
            raise StopIteration
        seconds = self.clock.read(self._stamp_of(frame))
        if self.video.format_name in TIMED_FORMATS:
            self.told_seconds = told_seconds(frame, self.video.stream.time_base)
        self.num_frames += 1
        self._check_limits(seconds, frame)
        settle_matrix(frame, self._codec)
        return seconds, frame

    def longest_stay(self, last_step: float) -> float:
        """The longest that the frame at hand may be taken to stay on screen, should it be the last; see `clock`."""
        return longest_stay(last_step, self.step_seconds, self.told_seconds)

    @property
    def lost(self) -> bool:
        """Whether leaving frames out did not work: rewind, which decodes the file in full."""
        return self._sparer is not None and self._sparer.lost

    @property
    def keyframes_deceive(self) -> bool:
        """Whether a keyframe so far was none that a browser can begin with."""
        return self._entry_points is not None and self._entry_points.deceive

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
        self.video.decoder.flush_buffers()
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
        self.video.decoder.flush_buffers()
        first_seconds = self.clock.first_seconds
        self.clock = self._new_clock()
        self.clock.first_seconds = first_seconds
        self._sparer = None
        self.video.decoder.skip_frame = "DEFAULT"
        self._frames = self._decode()

    def _new_clock(self) -> FrameClock:
        """A clock for the file from its first frame on, and where frames get their times from the order of packets."""
        flags, stream = self.video.container.format.flags, self.video.stream
        if self._by_position and not flags & Flags.no_timestamps.value:
            self._positions = deque()
        trust = Trust(pauses=not flags & Flags.ts_discont.value, until_seconds=latest_end(self.video))
        return FrameClock(stream.time_base, self.step_seconds, by_position=self._by_position, trust=trust)

    def _stamp_of(self, frame: Any) -> int | None:
        """The timestamp of a frame; in a file without times of showing, the next of its times of decoding.

        AVI has only those: the n-th frame that is shown takes the n-th of them, as B-frames change the order.
        """
        stamp: int | None = frame.pts
        if self._by_position:
            stamp = self._positions.popleft() if self._positions else None
        return stamp

    def _pts_of(self, seconds: float) -> int:
        return int((seconds + self.clock.first_seconds) / self.video.stream.time_base)

    def _decode(self) -> Iterator[Any]:
        try:
            for packet in self._packets():
                self._look_at(packet)
                for frame in self.video.decoder.decode(packet):
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

    def _look_at(self, packet: Any) -> None:
        self.torn = self.torn or packet.is_corrupt
        if self._positions is not None and packet.size:
            self._positions.append(packet.dts)
        if self._entry_points:
            self._entry_points.look_at(packet, is_entry=packet.is_keyframe and self._is_entry(packet))

    def _is_entry(self, packet: Any) -> bool:
        """Whether the file itself calls a keyframe one; FFmpeg's parser calls others so, which browsers never go to."""
        if self.video.format_name != "mov" or packet.dts is None:
            return True
        index = self.video.stream.index_entries
        position = index.search_timestamp(packet.dts, backward=True)
        return position < 0 or bool(index[position].timestamp == packet.dts)

    def _packets(self) -> Iterator[Any]:
        """The packets of the stream; the decoder is told beforehand which of them nobody needs."""
        packets = self.video.container.demux(self.video.stream)
        if self._sparer is None:
            yield from packets
            return
        for packet, spared in self._sparer.sift(packets):
            self.video.decoder.skip_frame = "NONREF" if spared else "DEFAULT"
            yield packet

    def _check_limits(self, seconds: float, frame: Any) -> None:
        label, limits = self.video.label, self._limits
        if frame.width * frame.height > limits.pixels:
            raise MediaError(too_large_text(label, frame.width, frame.height, limits))
        self._pixels_left -= frame.width * frame.height
        if self._pixels_left < 0:
            size = f"{frame.width} x {frame.height}"
            raise MediaError(
                f"{label} unpacks to far more pixels than a film of its size holds ({self.num_frames:,} pictures of "
                f"{size} so far); if that is as it should be, set {PIXELS_PER_BYTE} above {limits.pixels_per_byte:,}."
            )
        if seconds > limits.duration_seconds:
            hours = limits.duration_seconds / 3600
            raise MediaError(f"{label} is longer than the {hours:g} hours allowed; split it first.")
        if self.num_frames > limits.frames:
            raise MediaError(f"{label} has more than the {limits.frames:,} frames allowed; split it first.")
        if time.monotonic() > self._deadline:
            allowed = f"{limits.wall_seconds:g} seconds"
            raise MediaError(f"{label} takes longer than {allowed} to decode; split it or scale it down first.")


@contextmanager
def media_errors(label: str) -> Iterator[None]:
    """What a decoder or a scaler says of this file becomes the file's error; a failing disk stays an `OSError`.

    FFmpeg's errors are `OSError`s themselves, as numbers of the system stand for what it does not support.
    """
    try:
        yield
    except av.FFmpegError as error:
        if isinstance(error, MemoryError):
            raise
        raise MediaError(f"{label} cannot be decoded ({error.strerror}); convert it to MP4 first.") from error


def nominal_rate(stream: Any) -> float:
    """Frames per second by the header, where that is believable; some files say 1000, some nothing."""
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and SANE_RATES[0] <= rate <= SANE_RATES[1]:
            return float(rate)
    return FALLBACK_RATE


def _has_good_timestamps(video: OpenVideo, limits: DecodeLimits) -> bool:
    """Whether the first frames have timestamps, and rising ones; looked at in a second opening of the file."""
    with open_video(video.path, limits) as peeked:
        stamps: list[int | None] = []
        with suppress(av.FFmpegError):
            packets = peeked.container.demux(peeked.stream)
            for frame in islice(
                (frame for packet in packets for frame in peeked.decoder.decode(packet)), PEEKED_FRAMES
            ):
                stamps.append(frame.pts)  # one by one: those before a break count
    return None not in stamps and all(a < b for a, b in pairwise(s for s in stamps if s is not None))
