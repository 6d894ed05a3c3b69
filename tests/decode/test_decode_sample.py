from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vidviz.decode.sample import pick_frames, sample_times
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
