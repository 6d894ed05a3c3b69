"""All eight display matrices, against what the standard says: (x, y) goes to (a x + c y, b x + d y)."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from vidviz.config import DecodeLimits
from vidviz.decode.encode import encode_h264
from vidviz.decode.frames import FrameSource
from vidviz.decode.pictures.orientation import MATRIX, Orientation, orientation_of
from vidviz.decode.pictures.picture import FrameShaper
from vidviz.decode.pictures.thumbnails import Reel
from vidviz.decode.probe import open_video
from vidviz.decode.read import read_clips
from vidviz.decode.scan import scan_video
from vidviz.types import FrameSpec, Span

LIMITS = DecodeLimits()
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
STORED = ((RED, GREEN), (BLUE, WHITE))
MATRICES = {
    (1, 0, 0, 1): STORED,
    (-1, 0, 0, 1): ((GREEN, RED), (WHITE, BLUE)),
    (1, 0, 0, -1): ((BLUE, WHITE), (RED, GREEN)),
    (-1, 0, 0, -1): ((WHITE, BLUE), (GREEN, RED)),
    (0, 1, 1, 0): ((RED, BLUE), (GREEN, WHITE)),
    (0, -1, -1, 0): ((WHITE, GREEN), (BLUE, RED)),
    (0, 1, -1, 0): ((BLUE, RED), (WHITE, GREEN)),
    (0, -1, 1, 0): ((GREEN, WHITE), (RED, BLUE)),
}


def quadrants(pixels: np.ndarray) -> np.ndarray:
    """The colours in the middle of the four quarters, each channel 0 or 255."""
    height, width = pixels.shape[:2]
    seen = pixels[[height // 4, 3 * height // 4]][:, [width // 4, 3 * width // 4]]
    return np.where(seen > 127, 255, 0)


@pytest.fixture
def make_turned(make_video, set_matrix):
    def make(matrix: tuple[int, int, int, int]) -> Path:
        picture = np.repeat(np.repeat(np.array(STORED, np.uint8), 32, axis=0), 48, axis=1)
        path = make_video(pictures=[picture] * 6)
        set_matrix(path, *matrix)
        return path

    return make


@pytest.mark.parametrize("matrix", MATRICES)
def test_model_poster_and_preview_see_the_picture_as_it_was_filmed(make_turned, tmp_path: Path, matrix) -> None:
    path = make_turned(matrix)
    wide = (96, 64) if matrix[0] else (64, 96)
    ((_, clip),) = read_clips(path, [Span(0, 0.3)], FrameSpec(1, (64, 64), 64), LIMITS)
    assert np.array_equal(quadrants(clip[0]), MATRICES[matrix])
    with Reel() as reel:
        probe = scan_video(path, LIMITS, find_shots=False, reel=reel).probe
        assert reel.picture(0).size == wide
        assert np.array_equal(quadrants(np.asarray(reel.picture(0))), MATRICES[matrix])
    assert (probe.width_px, probe.height_px) == wide
    assert probe.browser_playable
    with open_video(path, LIMITS) as video:
        encode_h264(FrameSource(video, LIMITS), tmp_path / "copy.mp4")
    with av.open(str(tmp_path / "copy.mp4")) as copy:
        frame = next(copy.decode(video=0))
    assert orientation_of(frame).is_upright
    assert np.array_equal(quadrants(FrameShaper().upright(frame, *wide)), MATRICES[matrix])


def test_the_turn_in_an_orientation_is_told_clockwise() -> None:
    turns = {(1, 0, 0, 1): 0, (0, 1, -1, 0): 90, (-1, 0, 0, -1): 180, (0, -1, 1, 0): 270}
    for (a, b, c, d), degrees in turns.items():
        frame = FakeFrame(MATRIX.pack(a, b, 0, c, d, 0, 0, 0, 1))
        assert orientation_of(frame).clockwise_degrees == degrees


class FakeFrame:
    def __init__(self, matrix: bytes) -> None:
        self.side_data = {"DISPLAYMATRIX": FakeSideData(matrix)}


class FakeSideData(bytes):
    @property
    def buffer_size(self) -> int:
        return len(self)


def test_odd_matrices_go_to_the_nearest_quarter_turn_or_to_none() -> None:
    assert orientation_of(FakeFrame(MATRIX.pack(*[0] * 9))) == Orientation()
    assert orientation_of(FakeFrame(b"short")) == Orientation()
    tilted = MATRIX.pack(60_000, 20_000, 0, -20_000, 60_000, 0, 0, 0, 1)
    assert orientation_of(FakeFrame(tilted)) == Orientation()
