from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vidviz.decode.sample import next_due, pick_frames, sample_times
from vidviz.types import Span

spans = st.tuples(st.floats(0, 1e4), st.floats(0.05, 600)).map(lambda p: Span(p[0], p[0] + p[1]))


def test_times_are_the_middles_of_equal_parts() -> None:
    assert sample_times(Span(0, 2), 4).tolist() == [0.25, 0.75, 1.25, 1.75]


@given(spans, st.integers(1, 64))
def test_times_are_inside_even_and_symmetric(span: Span, count: int) -> None:
    times = sample_times(span, count)
    assert times.shape == (count,)
    assert times.dtype == np.float64
    assert times[0] > span.start_seconds
    assert times[-1] < span.end_seconds
    assert np.allclose(np.diff(times), span.seconds / count, atol=2e-6)
    assert np.isclose(times[0] - span.start_seconds, span.end_seconds - times[-1], atol=2e-6)


def test_the_drawing_of_picked_frames() -> None:
    picked = pick_frames(np.array([0.0, 1.0, 2.5, 3.2]), np.array([-1, 0.5, 1.0, 1.7, 3.3, 99]))
    assert picked.tolist() == [0, 0, 1, 1, 3, 3]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30, unique=True), st.lists(st.floats(0, 120), max_size=30))
def test_a_picked_frame_is_the_last_that_has_begun(stamps: list[float], times: list[float]) -> None:
    stamps = sorted(stamps)
    for time, index in zip(times, pick_frames(np.array(stamps), np.array(times)), strict=True):
        begun = [i for i, stamp in enumerate(stamps) if stamp <= time]
        assert index == (begun[-1] if begun else 0)


def test_the_beat_goes_on_from_where_it_was_due_unless_a_whole_one_was_missed() -> None:
    assert next_due(1.0, 1.0, 0.5) == 1.5
    assert next_due(1.0, 1.25, 0.5) == 1.5  # late by half a beat: no drift
    assert next_due(1.0, 1.5, 0.5) == 2.0  # late by a whole one: from here
    assert next_due(1.0, 4.0, 0.5) == 4.5


def test_a_beat_between_the_frames_does_not_drift() -> None:
    """Ten seconds at 30 frames a second, a beat of 2.4 frames: 125 are taken, 100 if each began at the last one."""
    due, taken = 0.0, []
    for frame in range(300):
        if frame / 30 >= due - 1e-9:
            taken.append(frame)
            due = next_due(due, frame / 30, 0.08)
    assert taken[:6] == [0, 3, 5, 8, 10, 12]
    assert len(taken) == 125


def test_times_are_rounded_to_microseconds_and_pictures_are_numbered_in_int64() -> None:
    assert sample_times(Span(0.0, 1.0), 3).tolist() == [0.166667, 0.5, 0.833333]
    assert sample_times(Span(0.1, 0.3), 1).tolist() == [0.2]
    assert pick_frames(np.array([0.0]), np.array([-1.0, 5.0])).dtype == np.int64
