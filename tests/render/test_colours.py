from __future__ import annotations

import numpy as np
import plotly.colors
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidviz.render.colours import (
    CATEGORY_COLOURS,
    OKABE_ITO,
    OTHER_COLOUR,
    SCALES,
    colour_labels,
    is_colour,
    scale_stops,
)

# Machado, Oliveira and Fernandes (2009), severity 1: protanopia and deuteranopia on linear RGB.
SIGHTS = {
    "normal": np.eye(3),
    "protan": np.array([[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]]),
    "deutan": np.array([[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]]),
}


def linear(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def oklab(colour: str, sight: str) -> np.ndarray:
    rgb = np.clip(SIGHTS[sight] @ linear(colour), 0, 1)
    lms = np.cbrt(
        np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]]) @ rgb,
    )
    return np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]]) @ lms


def nearest_pair(colours: tuple[str, ...], sight: str) -> float:
    labs = [oklab(colour, sight) for colour in colours]
    return min(np.linalg.norm(a - b) for i, a in enumerate(labs) for b in labs[:i])


def test_twenty_distinct_colours_begin_with_okabe_and_ito():
    assert len(set(CATEGORY_COLOURS)) == 20
    assert CATEGORY_COLOURS[: len(OKABE_ITO)] == OKABE_ITO
    assert all(is_colour(colour) for colour in CATEGORY_COLOURS)
    assert OTHER_COLOUR not in CATEGORY_COLOURS


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_colours_can_be_told_apart(sight: str):
    # 0.02 in OKLab is about one just noticeable difference.
    assert nearest_pair(CATEGORY_COLOURS, sight) > 0.03
    assert nearest_pair(OKABE_ITO, sight) > 0.06


def test_the_colours_are_seen_on_both_pages():
    for colour in CATEGORY_COLOURS:
        luminance = linear(colour) @ [0.2126, 0.7152, 0.0722]
        on_white, on_dark = 1.05 / (luminance + 0.05), (luminance + 0.05) / (0.008 + 0.05)
        assert on_white > 1.3, colour
        assert on_dark > 1.9, colour


@given(st.lists(st.text(max_size=4), max_size=60))
def test_a_label_keeps_its_colour_whatever_the_order(labels: list[str]):
    colours = colour_labels(labels)
    assert colours == colour_labels(reversed(labels))
    assert set(labels) <= set(colours)
    named = [colour for name, colour in colours.items() if colour != OTHER_COLOUR]
    assert len(named) == len(set(named)) == min(20, len(set(labels) - {""}))
    assert colours.get("", OTHER_COLOUR) == OTHER_COLOUR


def test_beyond_twenty_is_grey():
    colours = colour_labels(f"{i:03d}" for i in range(25))
    assert [colour == OTHER_COLOUR for colour in colours.values()] == [False] * 20 + [True] * 5


@pytest.mark.parametrize("text", ["red", "#12345", "#12345g", "#123456;", "", "url(#a)"])
def test_only_plain_colours_are_colours(text: str):
    assert not is_colour(text)


@pytest.mark.parametrize("name", ["viridis", "magma", "cividis"])
def test_scales_agree_with_plotly(name: str):
    ours = scale_stops(name)
    theirs = plotly.colors.get_colorscale(name.capitalize())
    assert [at for at, _ in ours] == pytest.approx(np.linspace(0, 1, 11))
    for at, colour in ours:
        sampled = plotly.colors.sample_colorscale(theirs, [at], colortype="tuple")[0]
        rgb = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        assert rgb == pytest.approx(sampled, abs=0.04)


def test_the_diverging_scale_is_symmetric_about_a_neutral():
    assert SCALES["diverging"][5] == "#F7F7F7"
    assert len(SCALES["diverging"]) % 2 == 1
