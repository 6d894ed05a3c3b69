"""Times at DEBUG, and nothing at all otherwise."""

from __future__ import annotations

import logging

import pytest

from vidviz.log import timing
from vidviz.log.timing import timed


@timed
def halve(number: float, *, by: float = 2) -> float:
    """Half of it."""
    return number / by


def test_a_call_is_told_with_its_time_at_debug(caplog):
    with caplog.at_level(logging.DEBUG, logger=__name__):
        assert halve(3) == 1.5
        with pytest.raises(ZeroDivisionError):
            halve(3, by=0)
    said = [record.getMessage() for record in caplog.records if record.name == __name__]
    assert [line.split()[:2] for line in said] == [["halve", "took"], ["halve", "failed"]]
    assert all(line.endswith(" ms") for line in said)


def test_nothing_is_measured_above_debug(caplog, monkeypatch):
    monkeypatch.setattr(timing, "time", None)  # whoever reads a clock fails
    with caplog.at_level(logging.INFO, logger=__name__):
        assert halve(3) == 1.5
    assert not caplog.records


def test_the_function_keeps_its_name_and_words():
    assert (halve.__name__, halve.__doc__, halve.__wrapped__(4)) == ("halve", "Half of it.", 2)
