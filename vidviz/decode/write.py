"""Frames in memory -> an H.264 MP4 in memory."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np

from vidviz.decode.encode import X264


def write_mp4(frames: np.ndarray, frames_per_second: float) -> bytes:
    """Encode frames (T, H, W, 3) uint8 as H.264; an odd last row or column is repeated.

    Args:
        frames: at least one.
        frames_per_second: how fast they are shown.
    """
    _, height, width, _ = frames.shape
    even = np.pad(frames, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as out:
        rate = Fraction(frames_per_second).limit_denominator(1001)
        stream = out.add_stream("libx264", rate=rate, options=X264 | {"crf": "18"})
        stream.height, stream.width, stream.pix_fmt = even.shape[1], even.shape[2], "yuv420p"
        for frame in even:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")))
        out.mux(stream.encode(None))
    return buffer.getvalue()
