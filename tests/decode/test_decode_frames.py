from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidviz.config import DecodeLimits
from vidviz.decode.clock import FrameClock
from vidviz.decode.frames import FrameSource
from vidviz.decode.probe import open_video
from vidviz.errors import MediaError

TICK = Fraction(1, 1000)


def read_all(clock: FrameClock, stamps: list[int | None]) -> list[float]:
    return [clock.read(pts) for pts in stamps]


def test_the_first_frame_is_at_zero_whatever_its_timestamp() -> None:
    clock = FrameClock(TICK, 0.1)
    assert read_all(clock, [10_000, 10_100, 10_350]) == [0, 0.1, 0.35]
    assert clock.first_seconds == 10
    assert not clock.repaired


def test_missing_timestamps_follow_the_rate_and_disorder_is_smoothed_locally() -> None:
    assert read_all(FrameClock(TICK, 0.1), [None, None, None]) == [0, 0.1, 0.2]
    clock = FrameClock(TICK, 0.1)
    assert read_all(clock, [0, 100, 100, 200, 300]) == [0, 0.1, 0.101, 0.2, 0.3]
    assert clock.repaired


def test_a_clock_that_starts_anew_goes_on_without_a_gap() -> None:
    assert read_all(FrameClock(TICK, 0.1), [5000, 6000, 7000, 0, 100]) == [0, 1, 2, 2.1, 2.2]


@given(st.lists(st.none() | st.integers(-(10**6), 10**6), min_size=1, max_size=60), st.booleans())
def test_times_start_at_zero_and_rise(stamps: list[int | None], by_position: bool) -> None:
    times = read_all(FrameClock(TICK, 0.04, by_position=by_position), stamps)
    assert times[0] == 0
    assert all(a < b for a, b in pairwise(times))


@pytest.mark.parametrize(
    ("name", "settings", "first"),
    [
        ("b.mp4", {"options": {"bf": "3"}}, 0),
        ("b.avi", {"options": {"bf": "3"}}, None),
        ("m.avi", {"codec": "mpeg4"}, 0),
        ("raw.h264", {"container": "h264", "options": {"bf": "0"}}, None),
        ("b.flv", {"container": "flv"}, None),
        ("t.ts", {"container": "mpegts"}, None),
        ("late.mkv", {"times": [10 + i / 15 for i in range(30)]}, 10),
    ],
)
def test_every_format_gives_the_same_times(make_video, name: str, settings: dict, first: float | None) -> None:
    with open_video(make_video(name, **settings), DecodeLimits()) as video:
        source = FrameSource(video, DecodeLimits())
        times = np.array([seconds for seconds, _ in source])
    step = 1 / 25 if name == "raw.h264" and abs(times[1] - 1 / 25) < 1e-6 else 1 / 15
    assert len(times) == 30
    assert np.allclose(times, np.arange(30) * step, atol=0.001)
    if first is not None:
        assert source.clock.first_seconds == pytest.approx(first)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (DecodeLimits(frames=10), "more than the 10 frames"),
        (DecodeLimits(duration_seconds=1), "longer than"),
        (DecodeLimits(wall_seconds=0), "to decode"),
    ],
)
def test_limits_hold_while_decoding(make_video, limits: DecodeLimits, words: str) -> None:
    with open_video(make_video(), limits) as video, pytest.raises(MediaError, match=words):
        list(FrameSource(video, limits))
