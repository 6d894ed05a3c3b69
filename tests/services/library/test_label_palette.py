"""Colours of labels: by the palette, or as a person chose."""

from __future__ import annotations

import numpy as np
import pytest

from vidviz.errors import LabelError
from vidviz.render.colours import OKABE_ITO
from vidviz.services.library import clip_annotations, label_palette


def test_a_chosen_colour_holds_until_it_is_given_back(folder, fill):
    ids = fill(folder, np.eye(3, 4), ["a", "b", None])
    own = {"a": OKABE_ITO[0], "b": OKABE_ITO[1]}
    assert label_palette.label_colours(folder) == own
    label_palette.choose_colour(folder, "label", "b", "#123456")
    assert label_palette.label_colours(folder) == {**own, "b": "#123456"}
    clip_annotations.set_label(folder, ids[2:], "c", "kind")
    assert label_palette.label_colours(folder, "kind") == {"c": OKABE_ITO[0]}  # another column has colours of its own
    label_palette.reset_colours(folder, "label")
    assert label_palette.label_colours(folder) == own


@pytest.mark.parametrize("colour", ["", "red", "#12345", "#1234567", "#12345g", "url(x)", "#12345;"])
def test_only_colours_are_colours(folder, colour):
    with pytest.raises(LabelError, match="#RRGGBB"):
        label_palette.choose_colour(folder, "label", "a", colour)


def test_values_are_kept_as_they_are(folder):
    hostile = "'); DROP TABLE label_colour; --"
    label_palette.choose_colour(folder, hostile, hostile, "#000000")
    assert label_palette.colours_of(folder, hostile, [hostile]) == {hostile: "#000000"}
