"""Views of a clip at the pace of the training: which moments, and which frames of a film those are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidviz.config import DecodeLimits
from vidviz.decode.read import read_clips
from vidviz.decode.sample import MOST_VIEWS, count_views, pick_frames, sample_times, view_times
from vidviz.types import FrameSpec, Span

from .conftest import GREY_STEP, grey_of

paces = st.sampled_from([0.8, 0.9375, 3.75, 4.0, 5.0, 7.5, 12.5, 15.0, 25.0, 30.0])
starts, lengths, rest = st.floats(0, 500), st.floats(0.05, 60), st.floats(0, 100)


def spec_of(num_frames: int, pace: float, *, one_view: bool = False) -> FrameSpec:
    return FrameSpec(num_frames, 16, 16, frames_per_second=pace, one_view=one_view)


def strided(first: int, stride: int, num_frames: int) -> list[int]:
    """What the loaders of video networks take: every `stride`-th frame from the first on."""
    return [first + stride * number for number in range(num_frames)]


def frames_at(times: np.ndarray, rate: float, count: int) -> list[list[int]]:
    stamps = np.round(np.arange(count) / rate, 6)
    return [pick_frames(stamps, view).tolist() for view in times]


def test_the_drawing() -> None:
    assert view_times(Span(0, 3), spec_of(4, 2.0), 3.0).tolist() == [[0.0, 0.5, 1.0, 1.5], [1.0, 1.5, 2.0, 2.5]]


@given(starts, lengths, rest, st.integers(1, 64), paces, st.booleans())
def test_views_lie_in_the_video_at_the_pace_and_cover_the_clip(start, length, after, count, pace, one) -> None:
    span, spec, film = Span(start, start + length), spec_of(count, pace, one_view=one), start + length + after
    times = view_times(span, spec, film)
    assert times.shape == (count_views(span.seconds, spec), count)
    assert times.min() >= 0
    assert times.max() <= film
    first = times[:, 0]
    if spec.view_seconds <= film:
        assert np.allclose(np.diff(times, axis=1), 1 / pace, atol=3e-6)
    if len(times) == 1:
        middle, half = (span.start_seconds + span.end_seconds) / 2, spec.view_seconds / 2
        assert np.isclose(first[0], np.clip(middle - half, 0, max(0.0, film - 2 * half)), atol=3e-6)
    else:
        assert np.isclose(first[0], span.start_seconds, atol=3e-6)
        assert np.isclose(first[-1] + spec.view_seconds, span.end_seconds, atol=3e-6)
        assert np.allclose(np.diff(first), (first[-1] - first[0]) / (len(first) - 1), atol=3e-6)
        if len(times) < MOST_VIEWS:
            assert np.diff(first).max() <= spec.view_seconds + 3e-6  # no moment of the clip is left out


@given(starts, lengths, st.integers(1, 64))
def test_without_a_pace_one_view_is_spread(start, length, count) -> None:
    span = Span(start, start + length)
    assert np.array_equal(view_times(span, FrameSpec(count, 16, 16), 1.0), [sample_times(span, count)])


@pytest.mark.parametrize("rate", [15, 30, 60])
def test_r3d_18_gets_every_fifteenth_of_a_second_from_the_first_frame_and_up_to_the_last(rate) -> None:
    """torchvision's VideoClips with 16 frames at 15 a second, at the start and at the end of a clip of 2 s."""
    stride = rate // 15
    first, last = frames_at(view_times(Span(0, 2), spec_of(16, 15.0), 10.0), rate, 10 * rate)
    assert first == strided(0, stride, 16)
    assert last == strided(2 * rate - 16 * stride, stride, 16)


@pytest.mark.parametrize(("num_frames", "stride"), [(8, 32), (8, 8), (32, 2), (16, 4), (13, 6), (4, 12), (16, 1)])
def test_one_view_is_the_strided_clip_around_the_middle(num_frames, stride) -> None:
    spec = spec_of(num_frames, 30 / stride, one_view=True)
    (frames,) = frames_at(view_times(Span(10, 12), spec, 60.0), 30, 1800)
    # Half a view before the middle of the clip, frame 330.
    assert frames == strided(330 - num_frames * stride // 2, stride, num_frames)


def test_at_the_ends_of_a_video_the_view_is_moved_and_where_it_is_too_short_the_last_frame_stays() -> None:
    spec = spec_of(8, 30 / 32)  # 8.53 s
    start, end = frames_at(np.concatenate([view_times(Span(at, at + 2), spec, 20.0) for at in (0, 18)]), 30, 600)
    assert start == strided(0, 32, 8)
    assert end == strided(600 - 256, 32, 8)
    (short,) = frames_at(view_times(Span(2, 4), spec, 4.0), 30, 120)
    assert short == [0, 32, 64, 96, 119, 119, 119, 119]


def test_a_long_clip_has_a_bounded_number_of_views_that_still_reach_its_end() -> None:
    times = view_times(Span(0, 3600), spec_of(16, 30.0), 3600.0)
    assert len(times) == MOST_VIEWS
    assert times[-1, -1] == pytest.approx(3600 - 1 / 30, abs=1e-5)


@pytest.mark.parametrize("times", [None, [0.0, 0.05, 0.1, 0.5, 0.55, 0.6, 1.4, 1.45, 1.9, 2.3, 2.35, 2.9]])
def test_the_frames_of_a_film_are_those_on_screen_at_the_moments(make_video, times) -> None:
    """Numbered frames, at a constant and at a variable rate."""
    film = make_video(rate=15, num_frames=45) if times is None else make_video(times=times, num_frames=len(times))
    stamps = np.round(np.arange(45) / 15, 6) if times is None else np.array(times)
    spec, spans = spec_of(4, 5.0), [Span(0, 2), Span(1, 1.5), Span(0, 3)]
    clips = dict(read_clips(film, spans, spec, DecodeLimits(), 3.0))
    for number, span in enumerate(spans):
        wanted = pick_frames(stamps, view_times(span, spec, 3.0).ravel())
        assert len(clips[number]) == 4 * math.ceil(round(span.seconds / 0.8, 6))
        greys = clips[number][:, 12, 12].mean(axis=1)
        assert np.abs(greys - [grey_of(index) for index in wanted]).max() < GREY_STEP / 2
