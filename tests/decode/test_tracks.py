"""Which track of several is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.stream import Disposition

from vidviz.config import DecodeLimits
from vidviz.decode.browser import is_browser_playable
from vidviz.decode.probe import open_video

LIMITS = DecodeLimits()
WIDTHS = (64, 96)


def make_tracks(path: Path, defaults: Sequence[bool], num_frames: Sequence[int] = (5, 5)) -> Path:
    """A film of two tracks, 64 and 96 pixels wide."""
    codec = "libvpx" if path.suffix == ".webm" else "libx264"
    with av.open(str(path), "w") as out:
        streams: list[Any] = []
        for width, default in zip(WIDTHS, defaults, strict=True):
            stream: Any = out.add_stream(codec, rate=10)
            stream.width, stream.height, stream.pix_fmt = width, 64, "yuv420p"
            stream.disposition = Disposition.default if default else Disposition(0)
            streams.append(stream)
        for stream, count in zip(streams, num_frames, strict=True):
            for _ in range(count):
                picture = np.zeros((64, stream.width, 3), np.uint8)
                out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "webm"])
@pytest.mark.parametrize(("defaults", "width"), [((0, 1), 96), ((1, 0), 64), ((1, 1), 64)])
def test_the_track_marked_as_default_is_read(tmp_path: Path, ending: str, defaults: Sequence[bool], width: int) -> None:
    with open_video(make_tracks(tmp_path / f"a.{ending}", defaults), LIMITS) as video:
        assert video.stream.codec_context.width == width
        seen_by_browsers = ending in ("mp4", "mov") or (ending == "webm" and width == WIDTHS[0])
        assert is_browser_playable(video, "yuv420p", 0.0) is seen_by_browsers


def test_a_track_of_one_picture_beside_a_film_is_none(tmp_path: Path) -> None:
    with open_video(make_tracks(tmp_path / "a.mp4", (True, True), (1, 5)), LIMITS) as video:
        assert video.stream.codec_context.width == WIDTHS[1]
        assert not is_browser_playable(video, "yuv420p", 0.0)
