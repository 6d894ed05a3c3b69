"""Animated WebP, which FFmpeg does not read: made into a film in memory, without loss."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

from vidviz.config import DecodeLimits
from vidviz.decode.file_names import file_label
from vidviz.errors import MediaError

FLAGS_AT = 20  # https://developers.google.com/speed/webp/docs/riff_container
ANIMATED, TRANSPARENT = 0x02, 0x10
TICKS = 1000  # a second, as WebP counts
UNTOLD_MS = 100  # what players take for a picture without a duration


def is_animated_webp(path: Path) -> bool:
    """Whether a file is a WebP whose pictures move."""
    with path.open("rb") as file:
        head = file.read(FLAGS_AT + 1)
    is_extended = head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X"
    return is_extended and len(head) > FLAGS_AT and bool(head[FLAGS_AT] & ANIMATED)


def film_of_webp(path: Path, limits: DecodeLimits) -> io.BytesIO:
    """The pictures of an animated WebP as PNG in QuickTime, each with its own duration and its transparency.

    Raises:
        MediaError: the file is damaged, or larger than the limits allow.
    """
    from PIL import Image

    label = file_label(path)
    content = bytearray(path.read_bytes())
    content[FLAGS_AT] |= TRANSPARENT  # where it is not set, what no picture covers would come out black
    try:
        with Image.open(io.BytesIO(content), formats=["WEBP"]) as pictures:
            count = int(getattr(pictures, "n_frames", 1))
            size = f"{pictures.width} x {pictures.height}"
            if pictures.width * pictures.height * count > limits.all_pixels(len(content)):
                raise MediaError(
                    f"{label} holds {count:,} pictures of {size} pixels, too many for its size; scale it down first."
                )
            return _film_of(pictures, count)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise MediaError(f"{label} is damaged and cannot be read as an animated WebP; save it again.") from error


def _film_of(pictures: Any, count: int) -> io.BytesIO:
    import av
    import numpy as np

    film = io.BytesIO()
    with av.open(film, "w", format="mov") as out:
        stream: Any = out.add_stream("png", rate=TICKS)
        stream.width, stream.height, stream.pix_fmt = pictures.width, pictures.height, "rgba"
        stream.time_base = stream.codec_context.time_base = Fraction(1, TICKS)
        stream.codec_context.thread_count = 1  # each picture comes out as it goes in, and its duration with it
        moment = 0
        for index in range(count):
            pictures.seek(index)
            frame = av.VideoFrame.from_ndarray(np.array(pictures.convert("RGBA")), format="rgba")
            frame.pts, frame.time_base = moment, Fraction(1, TICKS)
            duration = int(pictures.info.get("duration", 0)) or UNTOLD_MS
            moment += duration
            for packet in stream.encode(frame):
                packet.duration = duration
                out.mux(packet)
        out.mux(stream.encode(None))
    film.seek(0)
    return film
