"""Feature films and energy: what the bytes mean, which channels come first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vidviz.errors import UnknownNameError
from vidviz.introspect.channel_order import channel_sparseness, order_by_difference, order_channels
from vidviz.introspect.feature_films import energy_over_time, feature_film, paired_films
from vidviz.types import ChannelSheet

films = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=4, max_dims=4, max_side=5),
    elements=st.floats(-1000, 1000, width=32),
)
wild_films = hnp.arrays(np.float32, hnp.array_shapes(min_dims=4, max_dims=4, max_side=4), elements=st.floats(width=32))
scales = st.sampled_from(["channel", "common"])
orders = st.sampled_from(["variance", "mean", "selectivity", "index"])


@settings(max_examples=60, deadline=None)
@given(films, orders, scales, st.integers(1, 6))
def test_bytes_tell_the_values_to_half_a_step(film: np.ndarray, order: str, scale: str, most: int) -> None:
    sheet = feature_film(film, num_channels=most, order=order, scale=scale)
    channels, frames, height, width = film.shape
    shown = min(most, channels)
    assert sheet.pixels.shape == (frames, shown, height, width)
    assert sheet.num_channels == channels
    low, high = (bound.astype(np.float64)[:, None, None] for bound in (sheet.minimum, sheet.maximum))
    back = low + sheet.pixels / 255 * (high - low)
    truth = film[sheet.channels].swapaxes(0, 1)
    tolerance = (high - low) / 255 * 0.5001 + 1e-3
    assert (np.abs(back - truth) <= tolerance).all()
    if scale == "common":
        assert len(set(sheet.minimum.tolist())) == len(set(sheet.maximum.tolist())) == 1


@settings(max_examples=40, deadline=None)
@given(wild_films, orders, scales)
def test_no_value_breaks_a_film(film: np.ndarray, order: str, scale: str) -> None:
    with np.errstate(all="ignore"):
        sheet = feature_film(film, order=order, scale=scale)
        energy = energy_over_time(film)
    assert np.isfinite(sheet.minimum).all()
    assert np.isfinite(sheet.maximum).all()
    assert sorted(sheet.channels.tolist()) == list(range(len(film)))
    assert energy.shape == (film.shape[1],)


def sparseness_by_hand(film: np.ndarray) -> list[float]:
    values = []
    for channel in film:
        r = np.maximum(channel.ravel(), 0)
        n = len(r)
        if not r.any():
            values.append(0.0)
        elif n == 1:
            values.append(1 - (r.sum() / n) ** 2 / ((r**2).sum() / n))
        else:
            values.append((1 - (r.sum() / n) ** 2 / ((r**2).sum() / n)) / (1 - 1 / n))
    return values


def test_selectivity_is_one_for_a_single_answer_and_nothing_for_an_even_one() -> None:
    film = np.zeros((4, 2, 3, 3), np.float32)
    film[0, 1, 2, 2] = 5
    film[1] = 3
    film[2] = -1
    np.testing.assert_allclose(channel_sparseness(film), [1, 0, 0, 0], atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(films, scales, st.sampled_from(["difference", "mean", "index"]), st.integers(1, 6))
def test_pairs_share_channels_and_brightness(film: np.ndarray, scale: str, order: str, most: int) -> None:
    other = film[:, ::-1] * 0.5
    pair = paired_films(film, other, num_channels=most, order=order, scale=scale)
    np.testing.assert_array_equal(pair[0].channels, pair[1].channels)
    np.testing.assert_array_equal(pair[0].minimum, pair[1].minimum)
    np.testing.assert_array_equal(pair[0].maximum, pair[1].maximum)
    for sheet, truth in zip(pair, (film, other), strict=True):
        low, high = (bound.astype(np.float64)[:, None, None] for bound in (sheet.minimum, sheet.maximum))
        back = low + sheet.pixels / 255 * (high - low)
        assert (np.abs(back - truth[sheet.channels].swapaxes(0, 1)) <= (high - low) / 255 * 0.5001 + 1e-3).all()


def test_the_channel_that_differs_comes_first() -> None:
    film = np.random.default_rng(0).normal(size=(5, 3, 4, 4)).astype(np.float32)
    other = film.copy()
    other[3] = -other[3]
    assert order_by_difference(film, other)[0] == 3
    assert paired_films(film, other, num_channels=1)[0].channels.tolist() == [3]
    with pytest.raises(ValueError, match="in common"):
        order_by_difference(film, other[:2])


@settings(max_examples=30, deadline=None)
@given(films, orders)
def test_orders_are_what_they_say(film: np.ndarray, order: str) -> None:
    ranked = order_channels(film, order)
    assert sorted(ranked.tolist()) == list(range(len(film)))
    exact = film.astype(np.float64)
    score = {
        "variance": exact.var(axis=1).mean(axis=(1, 2)),
        "mean": exact.mean(axis=(1, 2, 3)),
        "selectivity": np.array(sparseness_by_hand(exact)),
        "index": -np.arange(len(film)),
    }[order][ranked]
    assert (np.diff(score) <= 1e-2 * (1 + np.abs(score[1:]))).all()


def test_a_moving_pattern_comes_before_a_bright_still_one() -> None:
    film = np.zeros((3, 4, 2, 2), np.float32)
    film[1] = 100
    film[2, ::2] = 1
    assert order_channels(film, "variance")[0] == 2
    assert order_channels(film, "mean")[0] == 1
    assert feature_film(film).pixels[0, 1:].tolist() == [[[0, 0], [0, 0]]] * 2


def test_pages_of_channels() -> None:
    film = np.random.default_rng(0).normal(size=(7, 2, 3, 3))
    pages = [feature_film(film, num_channels=3, page=page).channels for page in range(4)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert np.concatenate(pages).tolist() == order_channels(film).tolist()
    assert feature_film(film, num_channels=3, page=3, scale="common").pixels.shape == (2, 0, 3, 3)


def test_shapes_of_all_kinds_of_layers() -> None:
    values = np.arange(24.0)
    assert feature_film(values.reshape(2, 3, 2, 2)).pixels.shape == (3, 2, 2, 2)
    assert feature_film(values.reshape(3, 2, 2, 2), frames_first=True).pixels.shape == (3, 2, 2, 2)
    assert feature_film(values.reshape(6, 2, 2)).pixels.shape == (1, 6, 2, 2)
    assert feature_film(values).pixels.shape == (1, 24, 1, 1)
    assert feature_film(values.reshape(4, 6), frames_first=True).pixels.shape == (4, 6, 1, 1)
    with pytest.raises(ValueError, match="is not"):
        feature_film(values.reshape(4, 6))


@settings(max_examples=30, deadline=None)
@given(films)
def test_energy_is_the_root_mean_square_of_each_frame(film: np.ndarray) -> None:
    expected = [np.sqrt((film[:, t].astype(np.float64) ** 2).mean()) for t in range(film.shape[1])]
    np.testing.assert_allclose(energy_over_time(film), expected, rtol=1e-5, atol=1e-6)
    swapped = film.swapaxes(0, 1)
    np.testing.assert_array_equal(energy_over_time(swapped, frames_first=True), energy_over_time(film))


def test_unknown_names_and_mismatched_sheets() -> None:
    film = np.zeros((1, 1, 1, 1))
    with pytest.raises(UnknownNameError, match="variance"):
        feature_film(film, order="varience")
    with pytest.raises(UnknownNameError, match="common"):
        feature_film(film, scale="comon")
    with pytest.raises(ValueError, match="do not belong"):
        ChannelSheet(np.zeros((1, 2, 1, 1), np.uint8), np.zeros(1), np.zeros(1), np.zeros(1), 2)
