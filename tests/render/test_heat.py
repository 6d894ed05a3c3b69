"""Pictures from arrays: every pixel where it belongs and in the colour it should have."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from vidviz.render.colours import SCALES
from vidviz.render.heat import (
    BOX_COLOUR,
    GAP_PX,
    colour_values,
    draw_box,
    enlarge,
    overlay_heat,
    side_by_side,
    tile_channels,
    write_animation,
)
from vidviz.render.inside_figures import barcode, frame_matrix


@pytest.mark.parametrize("scale", SCALES)
def test_the_ends_of_a_scale_are_its_own_colours(scale: str) -> None:
    first, last = (tuple(int(SCALES[scale][end][i : i + 2], 16) for i in (1, 3, 5)) for end in (0, -1))
    coloured = colour_values(np.array([0.0, 1.0, -3.0, 7.0, np.nan]), scale)
    assert [tuple(pixel) for pixel in coloured] == [first, last, first, last, first]


def test_where_there_is_no_heat_the_frame_shows_in_grey() -> None:
    frames = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3), dtype=np.uint8)
    heat = np.zeros((2, 4, 4))
    cold = overlay_heat(frames, heat)
    assert (cold[..., 0] == cold[..., 1]).all()
    heat[1, 2, 3] = 1
    changed = (overlay_heat(frames, heat) != cold).any(axis=3)
    assert np.argwhere(changed).tolist() == [[1, 2, 3]]
    # Against a higher peak the same heat is paler.
    strong, weak = (overlay_heat(frames, heat, peak=peak)[1, 2, 3].astype(int) for peak in (1.0, 100.0))
    assert np.abs(strong - cold[1, 2, 3]).sum() > np.abs(weak - cold[1, 2, 3]).sum()


def test_a_box_is_outlined_on_its_frames_and_the_others_are_dimmed() -> None:
    frames = np.full((4, 10, 12, 3), 200, np.uint8)
    drawn = draw_box(frames, ((1, 3), (2, 7), (3, 9)))
    assert (drawn[0] == 66).all()
    assert tuple(drawn[1, 2, 3]) == tuple(drawn[2, 6, 8]) == BOX_COLOUR
    assert (drawn[1, 4, 5] == 200).all()
    assert (drawn[1, 1, 3] == 200).all()
    whole = draw_box(frames, ((0, 4), (0, 10), (0, 12)))
    assert tuple(whole[0, 0, 0]) == tuple(whole[3, 9, 11]) == BOX_COLOUR
    assert draw_box(frames, ((0, 0), (0, 0), (0, 0))).shape == frames.shape


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 3), st.integers(1, 10), st.integers(1, 6), st.integers(1, 6))
def test_tiles_lie_in_rows_from_left_to_right(frames: int, count: int, height: int, width: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (frames, count, height, width, 3), dtype=np.uint8)
    page = tile_channels(pixels, tile_px=width)
    columns = int(np.ceil(np.sqrt(count)))
    for k in range(count):
        top, left = k // columns * (height + GAP_PX), k % columns * (width + GAP_PX)
        np.testing.assert_array_equal(page[:, top : top + height, left : left + width], pixels[:, k])


def test_films_stand_side_by_side_frame_by_frame() -> None:
    short = np.arange(2, dtype=np.uint8).reshape(2, 1, 1, 1).repeat(3, axis=3)
    both = side_by_side([short, short[::-1]], gap_px=1)
    assert both[:, 0, 0, 0].tolist() == [0, 1]
    assert both[:, 0, 2, 0].tolist() == [1, 0]
    assert (both[:, 0, 1] == 255).all()
    assert enlarge(short, 4).shape == (2, 4, 4, 3)


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_animations_have_their_frames_and_length(kind: str) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (5, 16, 20, 3), dtype=np.uint8)
    picture = Image.open(io.BytesIO(write_animation(frames, 1.0, kind)))
    assert (picture.format, picture.size, picture.n_frames) == (kind.upper(), (20, 16), 5)
    picture.seek(1)
    picture.load()
    assert picture.info["duration"] == 200


def test_figures_hold_the_numbers_they_were_given() -> None:
    weights = np.array([[0.2, 0.8], [0.5, 0.5]])
    figure = frame_matrix(weights)
    np.testing.assert_array_equal(figure.data[0].z, weights)
    assert figure.layout.yaxis.autorange == "reversed"
    code = barcode(np.array([1.0, -4.0, 0.0])).data[0]
    assert (code.zmin, code.zmax) == (-4, 4)
    assert barcode(np.zeros(3)).data[0].zmax == 1
