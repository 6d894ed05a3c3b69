"""How fast a job says it is: from its last ten seconds, by a clock that the test turns."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from vidviz.services import progress
from vidviz.services.progress import JobProgress, Pace


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until `now` is changed."""
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def test_a_pace_begins_with_the_second_mark(clock):
    pace = Pace()
    assert pace.add(0) == 0.0
    assert pace.add(5) == 0.0  # at the same moment
    clock.now += 2.0
    assert pace.add(6) == pytest.approx(3.0)


def test_a_pace_forgets_what_is_more_than_ten_seconds_old(clock):
    pace = Pace()
    for second in range(21):  # ten steps a second for ten seconds, then one
        clock.now = 100.0 + second
        rate = pace.add(10 * min(second, 10) + max(0, second - 10))
        if second == 10:
            assert rate == pytest.approx(10.0)
    assert rate == pytest.approx(1.0)


def test_after_a_long_pause_the_last_two_marks_tell_the_pace(clock):
    pace = Pace()
    for moment, done in ((0.0, 0), (1.0, 100), (61.0, 130)):
        clock.now = 100.0 + moment
        rate = pace.add(done)
    assert rate == pytest.approx(30 / 60)


def test_progress_is_written_a_few_times_a_second_and_at_the_end(clock, folder):
    from vidviz.services import jobs

    seen = []
    tell = JobProgress(folder, jobs.add_job(folder, "import", "Import", {}), lambda *told: seen.append(told))
    for step in range(1, 101):
        clock.now += 0.01
        tell(step, 100)
    assert [done for done, *_ in seen] == [1, 31, 61, 91, 100]
    assert [rate for _, _, rate, _ in seen] == pytest.approx([0.0] + [100.0] * 4, rel=1e-6)
    clock.now += 0.01
    tell(1, 7)  # another kind of work has a pace of its own
    assert len(seen) == 5
    clock.now += 0.3
    tell(2, 7)
    assert seen[-1] == (2, 7, 0.0, "")
