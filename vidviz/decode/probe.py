"""Opening a video file safely, and saying what it is or why it is none."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from vidviz.config import DecodeLimits, worker_count
from vidviz.decode.file_names import file_label
from vidviz.errors import MediaError

# What is opened at all. A playlist (HLS, DASH, concat) or an image pattern is a text that makes FFmpeg open
# other files, so a text renamed to .mp4 could show a file that nobody chose: those formats are not here.
# The second line holds sound only, to say "only sound" instead of "no video".
FORMATS = (
    "mov,matroska,avi,flv,mpegts,mpeg,mpegvideo,m4v,h264,hevc,vvc,obu,ivf,ogg,asf,rm,mxf,nut,gif,apng,webp,"
    "yuv4mpegpipe,dv,wtv,vc1,vc1test,h263,h261,mjpeg,swf,nsv,cavsvideo,dirac,smk,bink,roq,film_cpk,flic,gxf,"
    "mp3,aac,flac,wav,w64,aiff,amr,ac3,eac3,caf,au,opus"
)
# Formats whose frames carry timestamps and whose seeking goes by an index of keyframes.
INDEXED_FORMATS = ("mov", "matroska")
MOST_THREADS = 4  # every frame thread holds frames of its own

BROWSER_CODECS = {"mp4": ("h264", "vp9", "av1"), "webm": ("vp8", "vp9", "av1")}
EIGHT_BIT_420 = ("yuv420p", "yuvj420p")
LATEST_BROWSER_START_SECONDS = 0.1

UNREADABLE = "is not a video that can be read: its content is none of the known video formats"


@dataclass(frozen=True)
class OpenVideo:
    """An open file and its video stream; `label` is its name for messages."""

    path: Path
    label: str
    container: Any
    stream: Any

    @property
    def format_name(self) -> str:
        """The first of FFmpeg's names for the container, e.g. `mov` (which is mp4, too) or `matroska`."""
        return str(self.container.format.name).split(",")[0]

    @property
    def indexed(self) -> bool:
        """Whether frames have timestamps of their own and seeking goes by an index of keyframes."""
        return self.format_name in INDEXED_FORMATS


@contextmanager
def open_video(path: str | os.PathLike[str], limits: DecodeLimits) -> Iterator[OpenVideo]:
    """Open a file for decoding its video; the first stream that is not a cover picture.

    Only the file itself is read: no other file that it may point to, and nothing from a network.

    Raises:
        MediaError: the file is missing, empty, no video, has only sound, needs a decoder that is not there, or
            claims a picture larger than `limits.pixels`.
    """
    path = Path(path)
    label = file_label(path)
    check_file(path)
    try:
        # "file:" keeps a name such as "-x.mp4" or "http:x.mp4" a name.
        container = av.open(
            f"file:{path}",
            mode="r",
            metadata_errors="replace",
            options={"format_whitelist": FORMATS, "protocol_whitelist": "file"},
        )
    except (av.FFmpegError, ValueError, UnicodeError) as error:
        raise MediaError(f"{label} {UNREADABLE}. Leave it out or convert it to MP4 first.") from error
    with container:
        yield OpenVideo(path, label, container, _choose_stream(container, label, limits))


def check_file(path: Path) -> None:
    """Check that this is a file with something in it that may be read.

    Raises:
        MediaError: it is missing, a folder, a device, empty, or may not be read.
    """
    label = file_label(path)
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise MediaError(f"{label} is a folder, not a video file; name the files in it or import the folder.")
        if not stat.S_ISREG(found.st_mode):
            raise MediaError(f"{label} is a device or a pipe, not a video file.")
        with path.open("rb"):
            pass
    except FileNotFoundError as error:
        raise MediaError(f"{label} does not exist (any more).") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not valid"
        raise MediaError(f"{label} cannot be read: {reason}.") from error
    if found.st_size == 0:
        raise MediaError(f"{label} is empty (0 bytes); copy or download it again.")


def _choose_stream(container: Any, label: str, limits: DecodeLimits) -> Any:
    cover = av.stream.Disposition.attached_pic
    streams = [s for s in container.streams.video if not s.disposition & cover]
    if not streams:
        if container.streams.audio:
            raise MediaError(f"{label} has only sound, no picture; leave it out.")
        raise MediaError(f"{label} has no video stream; leave it out.")
    decodable = [s for s in streams if s.codec_context is not None]
    if not decodable:
        raise MediaError(f"{label} is coded in a way that no decoder here can read; convert it to H.264 first.")
    context = decodable[0].codec_context
    if context.width * context.height > limits.pixels:
        raise MediaError(too_large_text(label, context.width, context.height, limits))
    context.thread_type = "AUTO"
    context.thread_count = decoder_threads()
    return decodable[0]


def decoder_threads() -> int:
    """Threads a decoder: the processors' share of each of the decoders that work at a time.

    More than one costs up to half as much processor time again for the same frames.
    """
    return max(1, min(MOST_THREADS, usable_cpus() // worker_count()))


def usable_cpus() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def too_large_text(label: str, width: int, height: int, limits: DecodeLimits) -> str:
    """The sentence for a picture that is larger than allowed."""
    return (
        f"{label} claims pictures of {width} x {height} pixels, more than the {limits.pixels:,} allowed; "
        "its header may be damaged. Scale it down first."
    )


def hash_file(path: str | os.PathLike[str]) -> str:
    """The SHA-256 of a file's content, 64 hexadecimal digits; the file is read in pieces.

    Raises:
        MediaError: the file cannot be read.
    """
    path = Path(path)
    check_file(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise MediaError(f"{file_label(path)} cannot be read: {error.strerror}.") from error


def browser_container(video: OpenVideo) -> str:
    """`mp4`, `webm`, or an empty text for a container that browsers do not play reliably."""
    if video.format_name == "mov":
        return "mp4"
    if video.format_name == "matroska":
        with video.path.open("rb") as file:  # only the EBML header tells WebM from other Matroska
            return "webm" if b"webm" in file.read(64) else ""
    return ""


def is_browser_playable(video: OpenVideo, pixel_format: str, first_seconds: float) -> bool:
    """Whether a browser plays the file as it is, on a clock that starts with the first frame.

    True for H.264, VP8, VP9 and AV1, 8 bits 4:2:0, in MP4, QuickTime or WebM, starting before 0.1 s. HEVC,
    MPEG-4 part 2 and more than 8 bits play on some machines only, Matroska in general likewise.

    Args:
        video: the open file.
        pixel_format: of its decoded frames, e.g. `yuv420p`.
        first_seconds: the file's timestamp of the first frame.
    """
    codecs = BROWSER_CODECS.get(browser_container(video), ())
    return (
        codec_name(video) in codecs
        and pixel_format in EIGHT_BIT_420
        and abs(first_seconds) < LATEST_BROWSER_START_SECONDS
    )


def codec_name(video: OpenVideo) -> str:
    """The name of the codec, e.g. `h264` or `av1`, whichever decoder reads it."""
    return str(video.stream.codec_context.codec.canonical_name)


def header_seconds(video: OpenVideo, first_seconds: float) -> float | None:
    """How long the header says the picture lasts, from the first frame; None where it does not say.

    The stream's own word counts before the container's. Where there is only the container's and there is
    sound as well, which may be longer than the picture, half of it is taken for promised.
    """
    stream = video.stream
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    tagged = _seconds_of_tag(stream.metadata.get("DURATION", ""))
    if tagged is None and video.container.duration:
        share = 0.5 if video.container.streams.audio else 1.0
        tagged = share * video.container.duration / av.time_base
    if tagged is not None and video.format_name in ("matroska", "flv"):
        tagged -= first_seconds  # these count from zero, not from the first frame
    return tagged


def _seconds_of_tag(tag: str) -> float | None:
    """Seconds of Matroska's `00:00:05.008000000`."""
    try:
        hours, minutes, seconds = tag.split(":")
        return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    except ValueError:
        return None
