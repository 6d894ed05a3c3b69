"""What a person sees of a clip or a video: a poster, a short moving strip, a copy that every browser plays."""

from __future__ import annotations

import os
from pathlib import Path

import av
import numpy as np
from PIL import Image

from vidviz.config import DecodeLimits
from vidviz.decode.atomic_write import is_about_disk, written_whole
from vidviz.decode.encode import encode_h264
from vidviz.decode.frames import FrameSource
from vidviz.decode.pictures.thumbnails import Reel
from vidviz.decode.probe import open_video
from vidviz.decode.sample import pick_frames, sample_times
from vidviz.errors import MediaError
from vidviz.types import Span

POSTER_CANDIDATES = 5
MIDDLE_BONUS = 1.1  # the middle of a clip is the best guess where several pictures say as much
STRIP_FRAMES = 12
STRIP_SECONDS = 3.0
STRIP_LONGEST_PX = 192
STRIP_BYTES = 80_000
STRIP_QUALITIES = (55, 30, 10)


def write_poster(reel: Reel, span: Span, path: Path) -> None:
    """Write the picture that stands for a clip, WebP: the one of a few over the clip that shows most.

    Black or flat pictures (fades, flashes) lose; among equals the middle of the clip wins.

    Raises:
        OSError: the file cannot be written.
    """
    within = reel.indices_in(span)
    chosen = sorted({within[int(i)] for i in np.linspace(0, len(within) - 1, POSTER_CANDIDATES)})
    pictures = [reel.picture(index) for index in chosen]
    scores = [picture_spread(picture) for picture in pictures]
    scores[len(scores) // 2] *= MIDDLE_BONUS
    with written_whole(path) as part:
        pictures[int(np.argmax(scores))].save(part, "WEBP", quality=80, method=2)


def picture_spread(picture: Image.Image) -> float:
    """How much a picture shows: the entropy of its brightness, in bits; 0 for a flat one."""
    return float(picture.convert("L").entropy())


def write_strip(reel: Reel, span: Span, path: Path) -> None:
    """Write a clip's moving strip, a looping WebP of at most 12 pictures at the pace of the video.

    Of a clip longer than 3 s it shows the middle 3 s. A strip beyond 80 kB is coded again, more coarsely.

    Raises:
        OSError: the file cannot be written.
    """
    shown = _middle_of(span)
    pictures = [reel.picture(index) for index in _strip_indices(reel, shown)]
    for picture in pictures:
        picture.thumbnail((STRIP_LONGEST_PX, STRIP_LONGEST_PX))
    pace_ms = max(20, round(1000 * shown.seconds / len(pictures)))
    with written_whole(path) as part:
        for quality in STRIP_QUALITIES:
            pictures[0].save(
                part,
                "WEBP",
                save_all=True,
                append_images=pictures[1:],
                duration=pace_ms,
                loop=0,
                quality=quality,
                method=0,
            )
            if part.stat().st_size <= STRIP_BYTES:
                break


def _middle_of(span: Span) -> Span:
    extra = max(0.0, span.seconds - STRIP_SECONDS)
    return Span(span.start_seconds + extra / 2, span.end_seconds - extra / 2)


def _strip_indices(reel: Reel, span: Span) -> list[int]:
    within = reel.indices_in(span)
    if len(within) <= STRIP_FRAMES:
        return within
    picked = pick_frames(reel.times[within], sample_times(span, STRIP_FRAMES))
    return [within[int(i)] for i in picked]


def write_preview(path: str | os.PathLike[str], out_path: Path, limits: DecodeLimits) -> None:
    """Write a copy that every browser plays: H.264 in MP4, 8 bits 4:2:0, upright, without sound.

    Its clock starts with the first frame and has the same times as our own, so that a span means the same in
    both. At most 1280 px on the longer side; the head of the file comes first, so that playing starts at once.
    Where the original breaks, the copy ends.

    Raises:
        MediaError: the file cannot be decoded, or the copy cannot be encoded.
        OSError: the copy cannot be written.
    """
    with open_video(path, limits) as video, written_whole(out_path) as part:
        source = FrameSource(video, limits)
        try:
            encode_h264(source, part)
        except av.FFmpegError as error:
            if is_about_disk(error):
                raise
            raise MediaError(f"{video.label} cannot be made into a preview: {error.strerror}.") from error
