"""One pass over all frames of a file: what it holds, how long it really is, what is lost, where it cuts."""

from __future__ import annotations

import os
from array import array
from dataclasses import dataclass
from typing import Any

import numpy as np

from vidviz.config import DecodeLimits
from vidviz.decode.browser import is_browser_playable
from vidviz.decode.clock import PAUSE_SECONDS
from vidviz.decode.frames import FrameSource, media_errors
from vidviz.decode.pictures.orientation import orientation_of
from vidviz.decode.pictures.picture import upright_size
from vidviz.decode.pictures.thumbnails import Reel
from vidviz.decode.probe import OpenVideo, codec_name, open_video
from vidviz.decode.remarks import describe_loss, describe_time
from vidviz.decode.shots import ShotFinder
from vidviz.types import Span, VideoProbe

SHORTEST_FRAME_SECONDS = 0.04  # what a video of one frame lasts at least
UNEVEN_SHARE = 0.02  # of frames that may be off the beat in a video of constant rate


@dataclass(frozen=True)
class VideoScan:
    """What one pass over a file found.

    `loss` is None or a sentence about what could not be read, `note` about how its time was taken; `shots` cover the
    video (one, where they were not looked for); `pauses` are stretches where one picture stands still.
    """

    probe: VideoProbe
    duration_seconds: float
    loss: str | None
    note: str | None
    shots: tuple[Span, ...]
    pauses: tuple[Span, ...]


@dataclass(frozen=True)
class _FirstFrame:
    """What the first frame tells about the file."""

    width_px: int
    height_px: int
    rotation_degrees: int
    pixel_format: str


def scan_video(path: str | os.PathLike[str], limits: DecodeLimits, *, find_shots: bool, reel: Reel) -> VideoScan:
    """Decode a whole file once, front to back; memory does not grow with its length (8 bytes a frame apart).

    Args:
        path: the video file.
        limits: bounds; a file beyond them fails.
        find_shots: whether to look for cuts; costs about 1 ms a frame.
        reel: receives the small pictures that posters and strips are made from.

    Raises:
        MediaError: the file cannot be opened as a video, has no frame that decodes, or is beyond the limits.
    """
    with open_video(path, limits) as video, media_errors(video.label):
        source = FrameSource(video, limits)
        finder = ShotFinder() if find_shots else None
        first: _FirstFrame | None = None
        times = array("d")
        for seconds, frame in source:
            first = first or _look_at(frame)
            times.append(seconds)
            reel.add(seconds, frame)
            if finder:
                finder.add(seconds, frame)
        if first is None:  # cannot be: a source without frames raises
            raise RuntimeError("a source ended without a frame")
        stamps = np.array(times)
        duration = _duration(stamps, source)
        loss = describe_loss(source, duration)
        probe = _make_probe(video, source, first, stamps, duration, whole=loss is None)
    shots = finder.shots(duration) if finder else (Span(0.0, duration),)
    pauses = _pauses(stamps, duration)
    return VideoScan(probe, duration, loss, describe_time(source.clock.skipped_seconds, pauses), shots, pauses)


def _look_at(frame: Any) -> _FirstFrame:
    return _FirstFrame(*upright_size(frame), orientation_of(frame).clockwise_degrees, frame.format.name)


def _duration(stamps: np.ndarray, source: FrameSource) -> float:
    """From the first frame to the end of the last, which lasts as the file says, or else as most do.

    Muxers that do not know how long the last frame lasts write next to nothing; that is not believed. Never longer than
    the last frame is taken to stay when clips are read, or the last clips could not be.
    """
    told = source.told_seconds or 0.0
    if len(stamps) == 1:
        return round(max(told or source.step_seconds, SHORTEST_FRAME_SECONDS), 6)
    steps = np.diff(stamps)
    last_step = float(steps[-1])
    stay = told if told >= last_step / 2 else float(np.median(steps))
    return round(float(stamps[-1]) + min(stay, source.longest_stay(last_step)), 6)


def _pauses(stamps: np.ndarray, duration: float) -> tuple[Span, ...]:
    """Where one frame stays on screen for longer than `PAUSE_SECONDS`."""
    ends = np.append(stamps[1:], duration)
    found = np.flatnonzero(ends - stamps > PAUSE_SECONDS)
    return tuple(Span(float(stamps[index]), float(ends[index])) for index in found)


def _make_probe(
    video: OpenVideo, source: FrameSource, first: _FirstFrame, stamps: np.ndarray, duration: float, *, whole: bool
) -> VideoProbe:
    playable = whole and not source.clock.repaired and not source.keyframes_deceive
    return VideoProbe(
        codec=codec_name(video),
        container=video.kind or str(video.container.format.name),
        width_px=first.width_px,
        height_px=first.height_px,
        rotation_degrees=first.rotation_degrees,
        frame_rate=round(len(stamps) / duration, 3),
        variable_rate=_is_uneven(stamps),
        num_frames=len(stamps),
        duration_seconds=duration,
        first_seconds=round(source.clock.first_seconds, 6),
        has_audio=bool(video.container.streams.audio),
        browser_playable=playable and is_browser_playable(video, first.pixel_format, source.clock.first_seconds),
    )


def _is_uneven(stamps: np.ndarray) -> bool:
    """Whether frames come off the beat: by more than a tenth, or 2 ms (Matroska counts in milliseconds)."""
    if len(stamps) < 3:
        return False
    steps = np.diff(stamps)
    beat = float(np.median(steps))
    off = np.abs(steps - beat) > max(0.1 * beat, 0.002)
    return bool(np.mean(off) > UNEVEN_SHARE)
