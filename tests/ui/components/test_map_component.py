from __future__ import annotations

import base64
import json
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from vidviz.ui.components import map_component
from vidviz.ui.components.map_component import MapEvent, MapLooks, MapMarks, MapPath, clip_map
from vidviz.ui.components.map_points import MapPoints
from vidviz.ui.components.map_shelf import POINTS

COUNT = 6
MARKS = [field.name for field in fields(MapMarks)]


def make_points(dimensions: int = 2, count: int = COUNT) -> MapPoints:
    places = np.arange(count * dimensions, dtype=float).reshape(count, dimensions)
    return MapPoints(np.arange(count) * 10, places, np.tile([0.0, 1.0], (count, 1)), ["a"] * count, ["run"] * count)


@pytest.fixture
def drawn(monkeypatch):
    """Draws a map and returns what goes to the browser; `answer` is what comes back."""

    def draw(
        points: MapPoints | None = None, answer: dict[str, Any] | None = None, **options: Any
    ) -> tuple[Any, MapEvent]:
        sent: list[dict[str, Any]] = []

        def mounted(*, data: dict[str, Any], **_callbacks: Any) -> dict[str, Any]:
            sent.append(json.loads(json.dumps(data, allow_nan=False)))
            return answer or {}

        monkeypatch.setattr(map_component, "component", lambda _name: mounted)
        marks = MapMarks(**{name: options.pop(name) for name in MARKS if name in options})
        shown = make_points() if points is None else points
        event = clip_map(shown, key="map", marks=marks, looks=MapLooks(**options))
        return sent[0], event

    return draw


def test_large_maps_go_by_the_shelf_and_three_dimensions_never(drawn):
    small, _ = drawn(most_plotly_points=COUNT)
    large, _ = drawn(most_plotly_points=COUNT - 1)
    solid, _ = drawn(make_points(3), most_plotly_points=COUNT - 1)
    assert (small["large"], large["large"], solid["large"]) == (False, True, False)
    assert {"ids", "axes", "groups", "scale", "lines", "current", "selected", "dimmed"} <= set(small)
    assert "ids" not in large
    assert large["count"] == COUNT
    assert small["view_key"] == large["view_key"]


def test_what_names_clips_is_sent_in_rows_and_unknown_clips_are_left_out(drawn):
    paths = [MapPath([50, 30, 7, 0], "<i>a film</i>", "#0072B2"), MapPath([1], "gone", "#000000")]
    for most in (COUNT, 0):
        sent, _ = drawn(current=30, lines=[(30, 0), (30, 31)], paths=paths, most_plotly_points=most)
        assert (sent["current"], sent["current_row"]) == (30, 3)
        assert sent["lines"] == [[3, 0]]
        assert [path["rows"] for path in sent["paths"]] == [[5, 3, 0], []]
        assert sent["paths"][0]["name"] == "<i>a film</i>"
    sent, _ = drawn(current=31)
    assert sent["current_row"] is None
    with pytest.raises(ValueError, match="#RRGGBB"):
        MapPath([1], "x", "red")


def test_dimmed_and_not_selected_are_faded_together_on_a_large_map(drawn):
    dimmed = np.arange(COUNT) == 1
    large, _ = drawn(selected_ids=[0, 10, 20], left_out=dimmed, most_plotly_points=0)
    bits = np.unpackbits(np.frombuffer(POINTS.get(large["faded"]), "u1"), bitorder="little")[:COUNT]
    assert bits.tolist() == [0, 1, 0, 1, 1, 1]
    assert large["hidden"] is None
    large, _ = drawn(selected_ids=[0, 10, 20], left_out=np.arange(COUNT) == 5, others="hidden", most_plotly_points=0)
    bits = np.unpackbits(np.frombuffer(POINTS.get(large["faded"]), "u1"), bitorder="little")[:COUNT]
    assert bits.tolist() == [0, 0, 0, 1, 1, 1]
    hidden = np.unpackbits(np.frombuffer(POINTS.get(large["hidden"]), "u1"), bitorder="little")[:COUNT]
    assert hidden.tolist() == [0, 0, 0, 0, 0, 1]
    small, _ = drawn(selected_ids=np.array([0, 10]), left_out=np.arange(COUNT) == 5, others="hidden")
    assert list(base64.b64decode(small["selected"])) == [1, 1, 0, 0, 0, 0]
    assert list(base64.b64decode(small["hidden"])) == [0, 0, 0, 0, 0, 1]
    assert small["dimmed"] is None
    bare, _ = drawn(most_plotly_points=0)
    assert (bare["faded"], bare["hidden"], bare["clip_ids"]) == (None, None, None)


def test_a_window_that_cannot_be_is_passed_over(drawn):
    nine = tuple(float(number) for number in range(9))
    assert drawn(window=(0, 1, 0, 2))[0]["window"] == [0, 1, 0, 2]
    assert drawn(make_points(3), window=nine)[0]["window"] == list(nine)
    for window in (None, (), (1, 0, 0, 2), nine, (0, 1, 0, float("nan")), (0, 1, 0, float("inf"))):
        assert drawn(window=window)[0]["window"] is None
    assert drawn(make_points(3), window=(0, 1, 0, 2))[0]["window"] is None


def test_posters_are_of_two_dimensions(drawn):
    assert drawn(thumbnails=True)[0]["thumbnails"]
    assert not drawn(make_points(3), thumbnails=True)[0]["thumbnails"]
    assert drawn(thumbnails=True, most_plotly_points=0)[0]["clip_ids"]


def test_what_was_done_is_read_with_care(drawn):
    assert drawn()[1] == MapEvent()
    assert drawn(answer={"window": []})[1].window == ()
    assert drawn(answer={"window": [0, 1, 2, 3], "clicked": 20})[1] == MapEvent(20, None, (0.0, 1.0, 2.0, 3.0))
    assert drawn(answer={"window": [0, 1, 2, "3"], "clicked": "20", "polygon": 7})[1] == MapEvent()


def test_an_empty_map_can_be_drawn(drawn):
    assert drawn(make_points(count=0), most_plotly_points=0)[0]["large"] is False
