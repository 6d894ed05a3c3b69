"""Which of a file's video tracks is meant, and the decoder for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import av
from av.stream import Disposition

from vidviz.config import DecodeLimits, usable_cpus, worker_count
from vidviz.errors import MediaError

MOST_THREADS = 4  # every frame thread holds frames of its own
PICTURES = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}  # FFmpeg's own leave WebM's second layer out


@dataclass(frozen=True)
class Track:
    """A video stream, its decoder, and whether browsers play this one of all tracks."""

    stream: Any
    decoder: Any
    browsers_choose: bool


def choose_track(container: Any, label: str, limits: DecodeLimits) -> Track:
    """The first track that is marked as the default and can be decoded, else the first that can be.

    Cover pictures, thumbnails and tracks of one picture beside others are none. Browsers go by the mark in MP4 and
    QuickTime, and take the first track of WebM whatever its mark.

    Raises:
        MediaError: there is no such track, or it claims pictures larger than `limits.pixels`.
    """
    streams = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if not streams:
        raise MediaError(_no_picture_text(container, label))
    films = [stream for stream in streams if stream.frames != 1 and not stream.disposition & PICTURES] or streams
    decodable = [stream for stream in films if stream.codec_context is not None]
    if not decodable:
        raise MediaError(f"{label} is coded in a way that no decoder here can read; convert it to H.264 first.")
    chosen = _first_default(decodable)
    size = chosen.codec_context.width, chosen.codec_context.height
    if size[0] * size[1] > limits.pixels:
        raise MediaError(too_large_text(label, *size, limits))
    by_mark = "mov" in container.format.name.split(",")
    seen = _first_default(streams) if by_mark else streams[0]
    return Track(chosen, _decoder_of(chosen), browsers_choose=chosen.index == seen.index)


def _first_default(streams: list[Any]) -> Any:
    return next((stream for stream in streams if stream.disposition & Disposition.default), streams[0])


def _no_picture_text(container: Any, label: str) -> str:
    if container.streams.audio:
        return f"{label} has only sound, no picture; leave it out."
    return f"{label} has no video stream; leave it out."


def _decoder_of(stream: Any) -> Any:
    decoder = stream.codec_context
    name = ALPHA_DECODERS.get(decoder.codec.canonical_name)
    has_alpha = any(key.lower() == "alpha_mode" and value == "1" for key, value in stream.metadata.items())
    if name and has_alpha:
        decoder = av.CodecContext.create(name, "r")
        decoder.extradata = stream.codec_context.extradata
    decoder.thread_type = "AUTO"
    decoder.thread_count = decoder_threads()
    return decoder


def decoder_threads() -> int:
    """Threads a decoder: the processors' share of each of the decoders that work at a time.

    More than one costs up to half as much processor time again for the same frames.
    """
    return max(1, min(MOST_THREADS, usable_cpus() // worker_count()))


def too_large_text(label: str, width: int, height: int, limits: DecodeLimits) -> str:
    """The sentence for a picture that is larger than allowed."""
    return (
        f"{label} claims pictures of {width} x {height} pixels, more than the {limits.pixels:,} allowed; "
        "its header may be damaged. Scale it down first."
    )
