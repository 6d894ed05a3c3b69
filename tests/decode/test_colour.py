"""Which matrix is taken, and what is seen through transparent pixels."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from vidviz.config import DecodeLimits
from vidviz.decode.ingest import ingest_video
from vidviz.decode.pictures.colour import over_ground, settle_matrix
from vidviz.decode.pictures.still import read_still
from vidviz.decode.pictures.thumbnails import Reel
from vidviz.decode.read import read_clips
from vidviz.decode.scan import scan_video
from vidviz.types import FrameSpec, Recipe, Span

LIMITS = DecodeLimits()
SPEC = FrameSpec(1, (32, 32), 32)
BT709, UNTOLD, FCC, BT601, SMPTE240, YCGCO, BT2020, CONSTANT = 1, 2, 4, 6, 7, 8, 9, 10


def frame_of(height: int, tag: int, pixel_format: str = "yuv420p") -> av.VideoFrame:
    frame = av.VideoFrame(height * 16 // 9 // 2 * 2, height, pixel_format)
    frame.colorspace = tag
    return frame


@pytest.mark.parametrize(
    ("height", "tag", "codec", "matrix"),
    [
        (1080, UNTOLD, "h264", BT709),
        (720, UNTOLD, "hevc", BT709),
        (718, UNTOLD, "h264", BT601),
        (720, UNTOLD, "vp9", BT601),
        (720, UNTOLD, "av1", BT601),
        (720, 5, "vp8", BT709),
        (360, 5, "vp8", BT601),
        (720, BT601, "h264", BT601),
        (360, BT709, "h264", BT709),
        (360, FCC, "h264", FCC),
        (360, SMPTE240, "h264", SMPTE240),
        (360, BT2020, "hevc", BT2020),
        (360, CONSTANT, "hevc", BT2020),
        (360, 0, "h264", BT709),
        *[(360, tag, "h264", BT601) for tag in (3, YCGCO, 11, 12, 13, 14, 15, 17, 100, 255)],
        *[(720, tag, "h264", BT709) for tag in (3, YCGCO, 11, 12, 13, 14, 15, 17, 100, 255)],
    ],
)
def test_a_matrix_that_can_be_converted_is_settled(height: int, tag: int, codec: str, matrix: int) -> None:
    frame = frame_of(height, tag)
    settle_matrix(frame, codec)
    assert frame.colorspace == matrix
    frame.reformat(16, 16, "rgb24")  # or it would raise


def test_frames_that_are_not_yuv_keep_their_tag() -> None:
    for pixel_format in ("gbrp", "rgb24", "gray"):
        frame = frame_of(720, UNTOLD, pixel_format)
        settle_matrix(frame, "ffv1")
        assert frame.colorspace == UNTOLD


@pytest.mark.parametrize("tag", ["YCgCo", "ictcp", "chroma-derived-nc", "smpte2085", "GBR"])
def test_a_file_with_an_odd_tag_is_imported_and_read(make_video, tmp_path: Path, tag: str) -> None:
    path = make_video(options={"x264-params": f"colormatrix={tag}"})
    done = ingest_video(path, Recipe(), tmp_path / "previews", LIMITS)
    assert done.loss is None
    ((_, clip),) = read_clips(path, [Span(0, 1)], SPEC, LIMITS)
    assert clip[0, 4, 4].min() > 220


def test_untagged_hd_has_the_colours_of_bt709(make_video) -> None:
    seen = {}
    for tag in (None, "bt709", "smpte170m"):
        pictures = [np.full((720, 1280, 3), (208, 32, 48), np.uint8)] * 2
        options = {"preset": "ultrafast"} | ({"x264-params": f"colormatrix={tag}"} if tag else {})
        path = make_video(f"{tag}.mp4", pictures=pictures, size=(1280, 720), options=options)
        ((_, clip),) = read_clips(path, [Span(0, 0.1)], SPEC, LIMITS)
        seen[tag] = clip[0, 16, 16].astype(int)
    assert np.abs(seen[None] - seen["bt709"]).max() <= 1
    assert np.abs(seen[None] - seen["smpte170m"]).max() > 8


@pytest.fixture(params=["gif", "webp", "png in mov", "vp9", "vp8"])
def half_transparent(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A film whose left half is red, and whose right half is red as well, but not to be seen."""
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[:, :, 0] = 220
    pixels[:, :32, 3] = 255
    if request.param in ("gif", "webp"):
        frames = [Image.fromarray(pixels) for _ in range(4)]
        frames[1].putpixel((3, 3), (0, 0, 0, 255))  # or they would be joined into one
        frames[3].putpixel((5, 3), (0, 0, 0, 255))
        path = tmp_path / f"film.{request.param}"
        options = {"disposal": 2} if request.param == "gif" else {"quality": 90}
        frames[0].save(path, save_all=True, append_images=frames[1:], duration=100, **options)
        return path
    if request.param == "png in mov":
        return film_with_alpha(tmp_path / "film.mov", "png", "rgba", pixels)
    codec = {"vp9": "libvpx-vp9", "vp8": "libvpx"}[request.param]
    return film_with_alpha(tmp_path / "film.webm", codec, "yuva420p", pixels)


def film_with_alpha(path: Path, codec: str, pixel_format: str, pixels: np.ndarray) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=10, options={"auto-alt-ref": "0"} if "vpx" in codec else {})
        stream.width, stream.height, stream.pix_fmt = 64, 64, pixel_format
        if "vpx" in codec:
            stream.metadata["alpha_mode"] = "1"
        for _ in range(4):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgba")))
        out.mux(stream.encode(None))
    return path


def test_hidden_colours_are_not_seen(half_transparent: Path, tmp_path: Path) -> None:
    ((_, clip),) = read_clips(half_transparent, [Span(0, 0.3)], SPEC, LIMITS)
    assert np.abs(clip[0, 16, 8].astype(int) - (220, 0, 0)).max() <= 8
    assert clip[0, 16, 24].min() >= 250
    with Reel() as reel:
        scan = scan_video(half_transparent, LIMITS, find_shots=False, reel=reel)
        assert min(reel.picture(0).getpixel((56, 32))) >= 245
    assert not scan.probe.browser_playable
    done = ingest_video(half_transparent, Recipe(), tmp_path / "previews", LIMITS)
    with av.open(str(tmp_path / "previews" / f"{done.video_id}.mp4")) as copy:
        assert next(copy.decode(video=0)).to_ndarray(format="rgb24")[32, 56].min() >= 245


def test_a_half_transparent_pixel_is_mixed_with_white() -> None:
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[..., 3] = 128
    assert np.all(over_ground(av.VideoFrame.from_ndarray(pixels, format="rgba")).to_ndarray() == 127)
    opaque = av.VideoFrame(4, 4, "yuv420p")
    assert over_ground(opaque) is opaque


def test_a_picture_to_ask_with_is_seen_on_white_as_well(tmp_path: Path) -> None:
    Image.new("RGBA", (64, 64), (220, 0, 0, 0)).save(tmp_path / "a.png")
    assert read_still(tmp_path / "a.png", SPEC, LIMITS).min() >= 254
