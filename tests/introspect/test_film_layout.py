"""Every kind of output laid back onto (C, T, H, W), each value where it belongs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from vidviz.introspect.film_layout import TokenGrid, find_first_convolution, find_grid, lay_out

sides = st.integers(2, 4)


def make_film(channels: int, frames: int, rows: int, columns: int) -> np.ndarray:
    """A film in which every value is another one."""
    return np.arange(channels * frames * rows * columns, dtype=np.float32).reshape(channels, frames, rows, columns)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), sides, sides, st.integers(0, 1), st.booleans())
def test_tokens_of_every_order_come_back_to_their_place(
    channels: int, frames: int, side: int, extra: int, torch_too: bool
) -> None:
    film = make_film(channels, frames, side, side)
    grid = TokenGrid(frames, side, side)
    by_frame = film.transpose(1, 2, 3, 0).reshape(frames * side * side, channels)
    by_place = film.transpose(2, 3, 1, 0).reshape(frames * side * side, channels)
    first = np.full((extra, channels), -1, np.float32)
    over_clip = np.concatenate([first, by_frame])[None]
    divided = np.concatenate([first, by_place])[None]
    frame_parts = np.stack([np.concatenate([first, part]) for part in by_frame.reshape(frames, -1, channels)])
    cases = [
        (over_clip, grid),
        (divided, TokenGrid(frames, side, side, frames_fastest=True)),
        (frame_parts, grid),
    ]
    if frames != side * side:
        cases.append((by_place.reshape(side * side, frames, channels), grid))
    for values, its_grid in cases:
        laid = lay_out(torch.from_numpy(values) if torch_too else values, its_grid)
        np.testing.assert_array_equal(np.asarray(laid), film)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 7), sides, sides)
def test_maps_with_channels_first_and_last(channels: int, frames: int, side: int) -> None:
    film, grid = make_film(channels, frames, side, side), TokenGrid(frames, side, side)
    np.testing.assert_array_equal(lay_out(film[None], grid), film)
    np.testing.assert_array_equal(lay_out(film.swapaxes(0, 1), grid), film)
    if channels != side:
        np.testing.assert_array_equal(lay_out(film.transpose(1, 2, 3, 0)[None], grid), film)
        np.testing.assert_array_equal(lay_out(film.transpose(1, 2, 3, 0), grid), film)


def test_pooled_tokens_lie_on_a_smaller_grid() -> None:
    film = make_film(3, 2, 4, 4)
    tokens = np.concatenate([np.zeros((1, 3), np.float32), film.transpose(1, 2, 3, 0).reshape(32, 3)])
    np.testing.assert_array_equal(lay_out(tokens[None], TokenGrid(2, 8, 8)), film)


def test_vectors_are_one_pixel() -> None:
    grid = TokenGrid(3, 4, 4)
    assert lay_out(np.zeros((1, 5)), grid).shape == (5, 1, 1, 1)
    assert lay_out(np.zeros((3, 5)), grid).shape == (5, 3, 1, 1)
    assert lay_out(np.zeros((1, 3, 5)), grid).shape == (5, 3, 1, 1)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((8, 49, 4), "windows"),
        ((1, 50, 4), "do not fill"),
        ((2, 4, 2, 3, 3), "parts of the clip apart"),
        ((7, 4, 3, 3), "parts of the clip apart"),
        ((5,), "not laid out"),
        ((3, 7, 4), "do not fill a square"),
    ],
)
def test_what_cannot_be_laid_out_says_what_it_is(shape: tuple[int, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        lay_out(np.zeros(shape), TokenGrid(3, 4, 4))


def test_the_grid_is_that_of_the_first_convolution() -> None:
    model = nn.Sequential(nn.Identity(), nn.Conv3d(3, 4, (2, 8, 8), (2, 8, 8)), nn.Conv3d(4, 4, 1))
    assert find_first_convolution(model) == "1"
    assert find_grid(model, torch.zeros(1, 3, 6, 16, 24)) == TokenGrid(3, 2, 3)
    frames = nn.Sequential(nn.Conv2d(3, 4, 8, 8))
    assert find_grid(frames, torch.zeros(5, 3, 16, 16)) == TokenGrid(5, 2, 2)
    assert find_grid(nn.Sequential(nn.Linear(3, 3)), torch.zeros(1, 3)) == TokenGrid(1, 1, 1)
    assert not model[1]._forward_hooks
