"""Which moments of a clip a backbone sees, and which frame is on screen at a moment: pure arithmetic."""

from __future__ import annotations

import math

import numpy as np

from vidviz.types import FrameSpec, Span

MOST_VIEWS = 32
"""Of one clip: a longer one is seen in views that lie apart, still spread evenly."""

MICROSECOND = 1e-6


def view_times(span: Span, spec: FrameSpec, video_seconds: float = math.inf) -> np.ndarray:
    """The moments of a clip that a network is given, in seconds: (V, T) float64, V views of T frames.

    With a pace, a view takes a frame every `1 / frames_per_second` seconds from its first moment on, as the loaders of
    video networks do (torchvision's `VideoClips`, the sampling rate of PySlowFast). There are as many views as cover
    the clip, the first from its start and the last up to its end; or one around its middle. For four frames at two a
    second (`x`), a view of two seconds, in a clip of three:

        0.0       1.0       2.0       3.0
         x----x----x----x----|
                   x----x----x----x----|

    A view longer than the clip goes over its ends on both sides, moved as far as it must be to lie within the video.
    Where the video itself is shorter, it starts with the video, and the last frame stays on screen: the last moments
    are all the video's end.

    Args:
        span: the clip.
        spec: how many frames, and their pace; without one see `sample_times`.
        video_seconds: the video's length.
    """
    if not spec.frames_per_second:
        return sample_times(span, spec.num_frames)[None]
    room = span.seconds - spec.view_seconds
    count = 1 if spec.one_view else count_views(span.seconds, spec)
    if count == 1:
        first = np.array([span.start_seconds + room / 2])
    else:
        first = span.start_seconds + room * np.arange(count) / (count - 1)
    first = np.clip(first, 0.0, max(0.0, video_seconds - spec.view_seconds))
    times = first[:, None] + np.arange(spec.num_frames) / spec.frames_per_second
    within: np.ndarray = np.minimum(times, max(0.0, video_seconds - MICROSECOND))
    return np.round(within, 6)


def count_views(clip_seconds: float, spec: FrameSpec) -> int:
    """How many views cover a clip of that length: V, at least 1 and at most `MOST_VIEWS`."""
    if spec.one_view or not spec.view_seconds:
        return 1
    return max(1, min(MOST_VIEWS, math.ceil(clip_seconds / spec.view_seconds - MICROSECOND)))


def sample_times(span: Span, num_frames: int) -> np.ndarray:
    """The middles of `num_frames` equal parts of a clip, in seconds: (T,) float64, rising.

    For a clip from 0 to 2 s and four frames (`|` bounds the parts, `x` is a sampled moment):

        0.0       0.5       1.0       1.5       2.0
         |----x----|----x----|----x----|----x----|
             0.25      0.75      1.25      1.75

    Middles, not edges: neither the first nor the last frame of a clip is special, a clip's frames never repeat
    the next clip's, and the distance between frames is the same within a clip and across two that adjoin.
    Times are rounded to microseconds, as the times of frames are, so that equal moments compare equal.
    """
    parts = (np.arange(num_frames, dtype=np.float64) + 0.5) / num_frames
    return np.round(span.start_seconds + parts * span.seconds, 6)


def next_due(due_seconds: float, seconds: float, interval_seconds: float) -> float:
    """When the next frame is due, after the one at `seconds` was taken because one was due at `due_seconds`.

    The beat goes on from where it was due, so that it does not drift, unless a whole beat was missed.
    """
    if due_seconds > seconds - interval_seconds:
        return due_seconds + interval_seconds
    return seconds + interval_seconds


def pick_frames(timestamps: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The index of the frame that is on screen at each time: (T,) int64.

    A frame is on screen from its timestamp until the next frame's; the first also before, the last also after:

        frames    0     1        2   3               (any spacing: the rate may vary)
                  |-----|--------|---|------->
        times       x      x  x       x     x
        picked      0      1  1       3     3

    Args:
        timestamps: (N,) seconds, rising, N at least 1.
        times: (T,) seconds, in any order.
    """
    positions = np.searchsorted(timestamps, times, side="right") - 1
    return np.clip(positions, 0, len(timestamps) - 1).astype(np.int64)
