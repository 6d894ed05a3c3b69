"""Small video files of our own making: frame `i` is a flat grey that tells `i`, with a brighter top left quarter."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

GREY_STEP = 4
MATRIX_AT = 44  # bytes after the type of a `tkhd` box of version 0 (ISO/IEC 14496-12, 8.3.2)

MakeVideo = Callable[..., Path]


def grey_of(index: int) -> int:
    """The grey of frame `index`."""
    return 20 + GREY_STEP * index % 160


def paint(index: int, width: int, height: int) -> np.ndarray:
    picture = np.full((height, width, 3), grey_of(index), np.uint8)
    picture[: height // 2, : width // 2] = 240
    return picture


def encode(
    path: Path,
    *,
    num_frames: int = 30,
    rate: int = 15,
    size: tuple[int, int] = (96, 64),
    codec: str = "libx264",
    container: str | None = None,
    pixel_format: str = "yuv420p",
    times: Sequence[float] | None = None,
    options: dict[str, str] | None = None,
    rotation: int = 0,
    pictures: Sequence[np.ndarray] | None = None,
    muxer: dict[str, str] | None = None,
) -> Path:
    with av.open(f"file:{path}", "w", format=container, options=muxer or {}) as out:
        stream: Any = out.add_stream(codec, rate=rate, options=options or {})
        stream.width, stream.height, stream.pix_fmt = *size, pixel_format
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        if rotation:
            stream.set_display_rotation(rotation)
        for index in range(num_frames if pictures is None else len(pictures)):
            picture = paint(index, *size) if pictures is None else pictures[index]
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = index if times is None else round(times[index] * 1000)
            frame.time_base = Fraction(1, rate) if times is None else Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@pytest.fixture
def set_matrix() -> Callable[..., None]:
    """Writes a display matrix of whole numbers into the first track of an MP4 file."""

    def write(path: Path, a: int, b: int, c: int, d: int) -> None:
        matrix = struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
        content = bytearray(path.read_bytes())
        start = content.index(b"tkhd") + MATRIX_AT
        content[start : start + len(matrix)] = matrix
        path.write_bytes(content)

    return write


@pytest.fixture
def make_video(tmp_path: Path) -> MakeVideo:
    def make(name: str = "video.mp4", **settings: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        return encode(path, **settings)

    return make


@pytest.fixture
def make_sound(tmp_path: Path) -> Callable[[str], Path]:
    def make(name: str) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as out:
            stream: Any = out.add_stream("aac", rate=44100)
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 44100, 0
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        return path

    return make
