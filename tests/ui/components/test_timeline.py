"""What a timeline sends back, read with care."""

from __future__ import annotations

import pytest

from vidviz.ui.components.timeline import TimelineEvent, read_timeline_event


def test_clicks_and_stretches_are_read():
    assert read_timeline_event({}) == TimelineEvent()
    assert read_timeline_event({"clicked": {"seconds": 2.5, "clip_id": 7}}) == TimelineEvent(2.5, 7)
    assert read_timeline_event({"clicked": {"seconds": 2, "clip_id": None}}) == TimelineEvent(2.0)
    assert read_timeline_event({"clicked": None, "stretched": [1, 2.5]}) == TimelineEvent(stretch=(1.0, 2.5))
    assert read_timeline_event({"stretched": [3.0, 3.0]}).stretch == (3.0, 3.0)


@pytest.mark.parametrize(
    "said",
    [
        {"clicked": "x"}, {"clicked": []}, {"clicked": {"seconds": -1, "clip_id": "1"}}, {"stretched": [2, 1]},
        {"clicked": {"seconds": float("nan"), "clip_id": 2**60}}, {"stretched": [1]}, {"stretched": ["a", "b"]},
        {"stretched": [0, 10**400]}, {"clicked": {"seconds": 10**400, "clip_id": None}},
        {"stretched": [True, 2]}, {"stretched": [0, float("inf")]}, {"clicked": {"seconds": True, "clip_id": True}},
    ],
)  # fmt: skip
def test_what_is_no_event_is_none(said):
    assert read_timeline_event(said) == TimelineEvent()
