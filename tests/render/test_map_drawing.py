"""The drawn map: what lies where, that SVG and PNG show the same, and that no name can break either."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from vidviz.render.colours import OTHER_COLOUR
from vidviz.render.map_drawing import HEIGHT_PX, WIDTH_PX, draw_map
from vidviz.render.map_picture import MapPicture, PictureError, one_line
from vidviz.render.map_png import map_png
from vidviz.render.map_svg import MOST_CIRCLES, map_svg
from vidviz.render.point_colours import Groups, Values, point_colours, scale_colours

SVG = "{http://www.w3.org/2000/svg}"
BLUE, RED = "#0072B2", "#D55E00"


def picture(coordinates, colours=None, **more) -> MapPicture:
    points = np.asarray(coordinates, float)
    count = len(points)
    return MapPicture(
        np.arange(count),
        points,
        np.tile([0.0, 2.0], (count, 1)),
        more.pop("titles", [f"v{i}.mp4" for i in range(count)]),
        more.pop("labels", [""] * count),
        colours or Groups(np.arange(count) % 2, ["left", "right"], [BLUE, RED]),
        **more,
    )


def words_of(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


def dots_of(svg: str) -> list[tuple[str, float, float]]:
    groups = [group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.get("fill")]
    return [(g.get("fill"), float(c.get("cx")), float(c.get("cy"))) for g in groups for c in g]


def test_an_svg_holds_every_point_in_its_colour_and_place():
    shown = picture([[0, 0], [1, 2], [3, 1]])
    dots = dots_of(map_svg(shown))
    assert [colour for colour, *_ in dots] == [BLUE, RED, BLUE]
    places = np.array([dot[1:] for dot in dots])
    assert places == pytest.approx(draw_map(shown).places, abs=0.01)
    # Equal scales on both axes, y upwards.
    steps = np.diff(places, axis=0)
    assert steps[0, 0] / steps[1, 0] == pytest.approx(1 / 2, abs=1e-3)
    assert steps[0, 1] / -steps[0, 0] == pytest.approx(2, abs=1e-3)


@given(st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * 2), max_size=30))
def test_every_point_lies_on_the_page(points):
    places = draw_map(picture(np.array(points).reshape(-1, 2))).places
    assert ((places >= 0) & (places <= [WIDTH_PX, HEIGHT_PX])).all()


def test_heading_warning_and_notes_are_said():
    shown = picture([[0, 0]], heading="r3d_18 · avgpool", notes=["PCA in 2-D."], warning="Random weights: never.")
    assert words_of(map_svg(shown))[:3] == ["r3d_18 · avgpool · 1 clip", "Random weights: never.", "PCA in 2-D."]


def test_the_legend_names_the_groups_that_are_there_and_counts_what_has_no_room():
    names = [f"group {i:03}" for i in range(100)]
    shown = picture(np.random.default_rng(0).normal(size=(99, 2)), Groups(np.arange(99), names, [BLUE] * 100))
    words = words_of(map_svg(shown))
    listed = [word for word in words if word.startswith("group")]
    assert listed == names[: len(listed)]
    assert words[-1] == f"and {99 - len(listed)} more"
    assert "right" not in words_of(map_svg(picture([[0, 0]])))


def test_numbers_get_a_bar_with_its_ends_and_a_word_for_missing_ones():
    shown = picture([[0, 0], [1, 1], [2, 2]], Values(np.array([0.5, np.nan, 2.5]), "trust <b>", "viridis"))
    svg = map_svg(shown)
    assert words_of(svg)[1:] == ["trust <b>", "2.5", "1.5", "0.5", "no value"]
    assert [colour for colour, *_ in dots_of(svg)] == ["#440154", OTHER_COLOUR, "#FDE725"]
    assert len(list(ET.fromstring(svg).iter(f"{SVG}stop"))) == 11


def test_a_signed_scale_is_centred_on_zero():
    assert Values(np.array([-1.0, 3.0]), "x", "diverging").limits() == (-3, 3)
    assert point_colours(Values(np.array([0.0, 3.0]), "x", "diverging"))[0] == "#F7F7F7"
    assert Values(np.array([2.0, 2.0]), "x").limits() == (1.5, 2.5)
    assert Values(np.array([np.nan]), "x").limits() == (0, 1)


def test_colours_between_the_stops_lie_on_straight_lines():
    assert scale_colours("viridis", np.array([0.0, 0.05, 1.0])) == ["#440154", "#461365", "#FDE725"]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_no_name_breaks_the_svg(name, heading):
    svg = map_svg(picture([[0, 0]], Groups(np.array([0]), [name], [BLUE]), heading=heading, notes=[name]))
    root = ET.fromstring(svg.encode("utf-8"))
    assert {element.tag for element in root.iter()} <= {
        SVG + tag for tag in ("svg", "title", "rect", "g", "circle", "text", "defs", "linearGradient", "stop")
    }
    shown = one_line(name, 24)
    assert not shown.strip() or shown in [element.text for element in root.iter(f"{SVG}text")]


def test_markup_is_text_and_long_names_are_shortened():
    hostile = '<script>alert("1")</script>&amp;'
    svg = map_svg(picture([[0, 0]], Groups(np.array([0]), [hostile], [BLUE]), notes=[hostile, "x" * 10_000]))
    assert "<script" not in svg
    words = words_of(svg)
    assert hostile in words
    assert max(map(len, words)) <= 125
    assert one_line("a\u202eb\x00c\td", 9) == "a\ufffdb\ufffdc d"


def test_a_png_has_the_dots_where_the_svg_has_them():
    shown = picture([[0, 0], [1, 2], [3, 1]])
    with Image.open(io.BytesIO(map_png(shown))) as image:
        assert (image.size, image.format) == ((WIDTH_PX, HEIGHT_PX), "PNG")
        for colour, x, y in dots_of(map_svg(shown)):
            assert "#{:02X}{:02X}{:02X}".format(*image.getpixel((round(x), round(y)))) == colour
        assert image.getpixel((WIDTH_PX - 5, HEIGHT_PX - 5)) == (255, 255, 255)
        assert image.crop((0, 0, 700, 90)).convert("L").getextrema()[0] < 80  # the heading is written


def test_a_png_of_numbers_has_the_bar():
    shown = picture([[0, 0], [1, 1]], Values(np.array([0.0, 1.0]), "trust"))
    bar = draw_map(shown).bar
    with Image.open(io.BytesIO(map_png(shown))) as image:
        top = image.getpixel((round(bar.x + 8), round(bar.y + 1)))
    assert np.abs(np.array(top) - (0xFD, 0xE7, 0x25)).max() <= 3


@pytest.mark.parametrize("draw", [map_svg, map_png])
def test_maps_that_have_no_such_picture_are_refused_with_a_sentence(draw):
    with pytest.raises(PictureError, match="3-D"):
        draw(picture(np.zeros((2, 3))))


def test_a_huge_svg_is_refused_and_an_empty_map_is_a_page():
    many = MOST_CIRCLES + 1
    with pytest.raises(PictureError, match="20,001 points would open too slowly"):
        map_svg(picture(np.zeros((many, 2)), Values(np.zeros(many), "x")))
    empty = picture(np.zeros((0, 2)))
    assert words_of(map_svg(empty)) == ["Map of clips · 0 clips"]
    assert map_png(empty).startswith(b"\x89PNG")


def test_columns_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match="different lengths"):
        picture(np.zeros((3, 2)), labels=["a"])
    with pytest.raises(ValueError, match="finite"):
        picture([[np.nan, 0]])
    with pytest.raises(ValueError, match="#RRGGBB"):
        Groups(np.array([0]), ["a"], ["red;}"])
    with pytest.raises(ValueError, match="numbered"):
        Groups(np.array([1]), ["a"], [BLUE])
