from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from vidviz.errors import VidvizError
from vidviz.render.sheets import (
    LONGEST_SIDE_PX,
    MOST_PIXELS,
    SheetError,
    SheetLayout,
    film_sheet,
    frames_sheet,
    plan_sheet,
)


def read(webp: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(webp))
    assert image.format == "WEBP"
    return np.asarray(image.convert("RGB"))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 7), st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_every_tile_comes_back_byte_for_byte(frames: int, channels: int, height: int, width: int, seed: int):
    tiles = np.random.default_rng(seed).integers(0, 256, (frames, channels, height, width), dtype=np.uint8)
    sheet = film_sheet(tiles)
    page = read(sheet.webp)
    assert page.shape[:2] == (sheet.layout.height_px, sheet.layout.width_px)
    assert (page[..., 0] == page[..., 1]).all()
    for t in range(frames):
        for k in range(channels):
            left, top = sheet.layout.corner(t, k)
            assert (page[top : top + height, left : left + width, 0] == tiles[t, k]).all()


def test_frames_keep_their_place_and_nearly_their_colour():
    frames = np.zeros((5, 32, 48, 3), np.uint8)
    for t in range(5):
        frames[t] = (40 * t, 200 - 30 * t, 90)
    sheet = frames_sheet(frames)
    page = read(sheet.webp)
    assert sheet.layout.num_channels == 1
    for t in range(5):
        left, top = sheet.layout.corner(t, 0)
        tile = page[top : top + 32, left : left + 48].astype(int)
        assert np.abs(tile - frames[t]).mean() < 6


@given(st.integers(1, 200), st.integers(1, 2048), st.integers(1, 300), st.integers(1, 300))
def test_a_plan_fits_or_is_refused_in_a_sentence(frames: int, channels: int, height: int, width: int):
    if frames * channels * height * width > MOST_PIXELS:
        with pytest.raises(SheetError, match="fewer channels"):
            plan_sheet(frames, channels, height, width)
        return
    if frames * channels * height * width > MOST_PIXELS * 0.9:
        return  # the last row may be short of tiles, so either is right
    layout = plan_sheet(frames, channels, height, width)
    assert layout.columns * -(-layout.num_tiles // layout.columns) >= layout.num_tiles
    assert max(layout.width_px, layout.height_px) <= LONGEST_SIDE_PX
    corners = {layout.corner(0, 0), layout.corner(frames - 1, channels - 1)}
    assert all(x + width <= layout.width_px and y + height <= layout.height_px for x, y in corners)


def test_one_wide_strip_is_wrapped():
    layout = plan_sheet(1000, 1, 2, 100)
    assert layout.width_px <= LONGEST_SIDE_PX


def test_refusals():
    assert issubclass(SheetError, VidvizError)
    with pytest.raises(SheetError, match="nothing to show"):
        film_sheet(np.zeros((0, 3, 4, 4), np.uint8))
    with pytest.raises(ValueError, match="uint8"):
        film_sheet(np.zeros((1, 3, 4, 4), np.float32))
    with pytest.raises(ValueError, match="frames need"):
        frames_sheet(np.zeros((1, 4, 4, 1), np.uint8))
    with pytest.raises(ValueError, match="at least one tile"):
        SheetLayout(1, 0, 4, 4, 1)
