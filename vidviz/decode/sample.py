"""Which moments of a clip a backbone sees, and which frame is on screen at a moment: pure arithmetic."""

from __future__ import annotations

import numpy as np

from vidviz.types import Span


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
