"""What the popover offers: only what exists, under names that say what is inside, made when asked for."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from vidviz.render.point_colours import Groups, Values
from vidviz.services.library import embedding_sets
from vidviz.services.maps.map_export import PICTURES
from vidviz.types import MapSpec
from vidviz.ui.components.map_points import MapPoints
from vidviz.ui.map import take_away_panel
from vidviz.ui.map.take_away_panel import ShownMap, picture_of


def show_panel(folder, chosen, selected, shown, picture):
    from vidviz.ui.map.take_away_panel import draw_take_away

    draw_take_away(folder, chosen, selected=selected, shown=shown, picture=picture)


@pytest.fixture
def library(prepared):
    key, ids = prepared.fill(4)
    return prepared.folder, embedding_sets.find_set(prepared.folder, key), ids


def a_map(ids, dimensions=2, colours=None, spec=None) -> ShownMap:
    points = MapPoints(
        np.array(ids),
        np.arange(len(ids) * dimensions, dtype=np.float32).reshape(-1, dimensions),
        np.tile([0.0, 2.0], (len(ids), 1)),
        [f"v{i}" for i in ids],
        ["left"] * len(ids),
    )
    groups = Groups(np.zeros(len(ids), np.uint16), ["left"], ["#0072B2"])
    return ShownMap(points, colours or groups, spec or MapSpec("umap", dimensions))


@pytest.fixture
def draw(library, monkeypatch):
    """Draws the panel and notes what its buttons would make."""
    made = {}
    monkeypatch.setattr(
        take_away_panel,
        "_remembering_failure",
        lambda make: made.setdefault(len(made), make),
    )

    def run(selected=frozenset(), shown=None, picture=None):
        made.clear()
        folder, chosen, ids = library
        values = (folder, chosen, selected, shown, picture or a_map(ids))
        app = AppTest.from_function(show_panel, args=values, default_timeout=60).run()
        assert [fault.value for fault in app.exception] == []
        buttons = [element.proto for element in app.get("download_button")]
        return app, buttons, dict(zip([button.label for button in buttons], made.values(), strict=True))

    return run


def test_every_kind_is_offered_once_and_explained(draw):
    app, buttons, _ = draw()
    labels = [button.label for button in buttons]
    assert labels == ["CSV", "Parquet", "npz", "HTML", "SVG", "PNG", "TensorBoard", "FiftyOne"]
    assert all(button.help and not button.disabled for button in buttons)
    assert app.get("button_group") == []
    assert "All 8 clips" in app.caption[0].value


def test_only_choices_that_exist_are_there_and_the_first_is_taken(draw, library):
    ids = library[2]
    app, _, made = draw(selected=frozenset(ids[:3]))
    (choice,) = app.get("button_group")
    assert choice.options == ["selection (3)", "everything (8)"] or [
        option.content for option in choice.proto.options
    ] == ["selection (3)", "everything (8)"]
    assert set(pd.read_csv(io.BytesIO(made["CSV"]()))["clip_id"]) == set(ids[:3])
    _, _, made = draw(shown=frozenset(ids[:5]))
    with np.load(io.BytesIO(made["npz"]()), allow_pickle=False) as file:
        assert set(file["clip_ids"].tolist()) == set(ids[:5])


def test_every_file_is_made_of_what_was_chosen(draw, library):
    _, _, made = draw(selected=frozenset(library[2][:2]))
    starts = {"HTML": b"<!DOCTYPE", "SVG": b"<svg", "PNG": b"\x89PNG", "TensorBoard": b"PK", "FiftyOne": b"PK"}
    for name, start in starts.items():
        assert made[name]().startswith(start)
    assert b"2 clips" in made["SVG"]()
    assert b"UMAP in 2-D: 15 neighbours" in made["SVG"]()
    assert b"never trained" in made["SVG"]()


def test_a_map_in_space_offers_html_alone_and_says_why(draw, library):
    app, buttons, made = draw(picture=a_map(library[2], 3))
    assert {button.label for button in buttons if button.disabled} == {"SVG", "PNG"}
    assert any("press the camera" in caption.value for caption in app.caption)
    assert b"scatter3d" in made["HTML"]()


def test_too_many_points_for_an_svg_say_so(draw, monkeypatch):
    monkeypatch.setitem(PICTURES, "svg", replace(PICTURES["svg"], most_points=7))
    _, buttons, _ = draw()
    assert {button.label: button.help for button in buttons if button.disabled} == {
        "SVG": "With more than 7 points it would open too slowly; take the PNG."
    }


def test_a_file_that_cannot_be_made_is_told_with_the_next_draw(library):
    folder, chosen, ids = library
    values = (folder, chosen, frozenset(), None, a_map(ids))
    app = AppTest.from_function(show_panel, args=values, default_timeout=60).run()
    app.session_state["take away failures"] = ["The disk is full."]
    app.run()
    assert [error.value for error in app.error] == ["The disk is full."]
    app.run()
    assert [error.value for error in app.error] == []


@pytest.mark.parametrize("colours", [None, Values(np.arange(8.0), "trust", "magma")])
def test_the_colours_of_the_page_are_those_of_the_picture(library, colours):
    picture = picture_of(a_map(library[2], colours=colours), library[1])
    if colours is None:
        assert isinstance(picture.colours, Groups)
        assert list(picture.colours.colours) == ["#0072B2"]
    else:
        assert isinstance(picture.colours, Values)
        assert (picture.colours.title, picture.colours.scale) == ("trust", "magma")
        assert picture.colours.values.tolist() == list(range(8))
