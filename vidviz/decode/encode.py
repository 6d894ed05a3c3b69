"""Frames of a source -> an H.264 MP4 that every browser plays."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from vidviz.config import usable_cpus
from vidviz.decode.frames import FrameSource
from vidviz.decode.pictures.colour import over_ground
from vidviz.decode.pictures.orientation import orientation_of
from vidviz.decode.pictures.picture import SMOOTH, FrameShaper, size_within, upright_size
from vidviz.decode.tracks import MOST_THREADS

LONGEST_PX = 1280
SHORTEST_PX = 16  # players refuse pictures of a few pixels
TICKS = 90_000  # a second, as in MPEG; finer than any frame rate
KEYFRAME_EVERY = 30  # frames; the player jumps to clips

# No B-frames: with them the first frame would not be at 0. Speed before size: previews are for looking at.
X264 = {"preset": "superfast", "crf": "24", "bf": "0", "g": str(KEYFRAME_EVERY)}


def encode_h264(source: FrameSource, path: Path) -> None:
    """Encode all frames of a source, streaming, to `path`.

    Raises:
        MediaError: nothing can be decoded, or a limit is passed.
        av.FFmpegError: the encoder or the file system refuses.
    """
    with av.open(f"file:{path}", "w", format="mp4", options={"movflags": "+faststart"}) as out:
        seconds, frame = next(source)
        width, height = preview_size(*upright_size(frame))
        stream = _add_stream(out, width, height, source.step_seconds)
        shaper = _H264Shaper(width, height)
        out.mux(stream.encode(shaper.shape(frame, 0)))
        last = 0
        for seconds, frame in source:
            last = max(last + 1, round(seconds * TICKS))
            out.mux(stream.encode(shaper.shape(frame, last)))
        out.mux(stream.encode(None))


def preview_size(width_px: int, height_px: int) -> tuple[int, int]:
    """Width and height of the preview: at most 1280 px on the longer side, even, and not too small to play."""
    width, height = size_within(width_px, height_px, LONGEST_PX)
    return max(SHORTEST_PX, width // 2 * 2), max(SHORTEST_PX, height // 2 * 2)


def _add_stream(out: Any, width: int, height: int, step_seconds: float) -> Any:
    rate = Fraction(1 / step_seconds).limit_denominator(1001)
    stream = out.add_stream("libx264", rate=rate, options=X264)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.time_base = stream.codec_context.time_base = Fraction(1, TICKS)
    stream.codec_context.thread_count = min(MOST_THREADS, usable_cpus())
    stream.codec_context.colorspace = Colorspace.ITU709
    stream.codec_context.color_range = ColorRange.MPEG
    return stream


class _H264Shaper:
    """Frames of one fixed size, upright, 8 bits 4:2:0, in the colours that browsers expect."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self._size = width_px, height_px
        self._upright = FrameShaper()
        self._scaler = VideoReformatter()

    def shape(self, frame: Any, pts: int) -> Any:
        if not orientation_of(frame).is_upright:
            pixels = self._upright.upright(frame, *self._size)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
        even = self._scaler.reformat(
            over_ground(frame),
            *self._size,
            "yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            interpolation=SMOOTH,
            threads=1,
        )
        even.pts, even.time_base = pts, Fraction(1, TICKS)
        even.pict_type = 0  # or the encoder would repeat the original's kinds of frames
        return even
