"""Opening a video file safely, and saying what it is."""

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

from vidviz.config import DecodeLimits
from vidviz.decode.file_names import file_label
from vidviz.decode.pictures.webp import film_of_webp, is_animated_webp
from vidviz.decode.refusals import is_photo, why_unreadable
from vidviz.decode.tracks import choose_track
from vidviz.errors import MediaError

# What is opened at all. A playlist (HLS, DASH, concat) or an image pattern is a text that makes FFmpeg open
# other files, so a text renamed to .mp4 could show a file that nobody chose: those formats are not here.
# The second line holds sound only, to say "only sound" instead of "no video".
FORMATS = (
    "mov,matroska,avi,flv,mpegts,mpeg,mpegvideo,m4v,h264,hevc,vvc,obu,ivf,ogg,asf,rm,mxf,nut,gif,apng,"
    "yuv4mpegpipe,dv,wtv,vc1,vc1test,h263,h261,mjpeg,swf,nsv,cavsvideo,dirac,smk,bink,roq,film_cpk,flic,gxf,"
    "mp3,aac,flac,wav,w64,aiff,amr,ac3,eac3,caf,au,opus"
)
# Formats whose frames carry timestamps and whose seeking goes by an index of keyframes.
INDEXED_FORMATS = ("mov", "matroska")


@dataclass(frozen=True)
class OpenVideo:
    """An open file, its video stream and the decoder for that; `label` is its name for messages.

    `browsers_choose` says whether a browser would play this stream, where the file has several. `kind` names what the
    file is where it was made into something else to be read.
    """

    path: Path
    label: str
    container: Any
    stream: Any
    decoder: Any
    browsers_choose: bool
    kind: str = ""

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
    """Open a file for decoding its video, the track that `choose_track` tells.

    Only the file itself is read: no other file that it may point to, and nothing from a network.

    Raises:
        MediaError: the file is missing, empty, no video but a photo or something else, has only sound, needs a decoder
            that is not there, or claims a picture larger than `limits.pixels`.
    """
    path = Path(path)
    label = file_label(path)
    check_file(path)
    is_webp = is_animated_webp(path)
    with _open_container(path, limits, is_webp) as container:
        if "mov" in container.format.name.split(",") and is_photo(path):
            raise MediaError(why_unreadable(path))
        track = choose_track(container, label, limits)
        kind = "webp" if is_webp else ""
        yield OpenVideo(path, label, container, track.stream, track.decoder, track.browsers_choose, kind)


def _open_container(path: Path, limits: DecodeLimits, is_webp: bool) -> Any:
    if is_webp:
        return av.open(film_of_webp(path, limits), mode="r", format="mov")
    try:
        # "file:" keeps a name such as "-x.mp4" or "http:x.mp4" a name.
        return av.open(
            f"file:{path}",
            mode="r",
            metadata_errors="replace",
            options={"format_whitelist": FORMATS, "protocol_whitelist": "file"},
        )
    except (av.FFmpegError, ValueError, UnicodeError) as error:
        raise MediaError(why_unreadable(path)) from error


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


def codec_name(video: OpenVideo) -> str:
    """The name of the codec, e.g. `h264` or `av1`, whichever decoder reads it."""
    return video.kind or str(video.decoder.codec.canonical_name)


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


def latest_end(video: OpenVideo) -> float:
    """The latest end that the header tells, in seconds from the first timestamp; infinite where it tells none."""
    ends = [float("inf")]
    if video.stream.duration and video.stream.time_base:
        ends.append(float(video.stream.duration * video.stream.time_base))
    elif video.container.duration:
        ends.append(video.container.duration / av.time_base)
    return min(ends)


def _seconds_of_tag(tag: str) -> float | None:
    """Seconds of Matroska's `00:00:05.008000000`."""
    try:
        hours, minutes, seconds = tag.split(":")
        return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    except ValueError:
        return None
