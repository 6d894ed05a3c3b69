"""Whether a browser plays a file as it is."""

from __future__ import annotations

from vidviz.decode.probe import OpenVideo, codec_name

BROWSER_CODECS = {"mp4": ("h264", "vp9", "av1"), "webm": ("vp8", "vp9", "av1")}
EIGHT_BIT_420 = ("yuv420p", "yuvj420p")
LATEST_BROWSER_START_SECONDS = 0.005  # beyond it a browser shows another frame than ours at many moments


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

    True for H.264, VP8, VP9 and AV1, 8 bits 4:2:0, in MP4, QuickTime or WebM, starting at zero. HEVC, MPEG-4 part 2
    and more than 8 bits play on some machines only, Matroska in general likewise; what is seen through transparent
    pixels is up to the page; and of several tracks browsers may play another.

    Args:
        video: the open file.
        pixel_format: of its decoded frames, e.g. `yuv420p`.
        first_seconds: the file's timestamp of the first frame.
    """
    codecs = BROWSER_CODECS.get(browser_container(video), ())
    return (
        codec_name(video) in codecs
        and video.browsers_choose
        and pixel_format in EIGHT_BIT_420
        and abs(first_seconds) <= LATEST_BROWSER_START_SECONDS
    )
