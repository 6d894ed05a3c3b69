"""Figures about two embedding sets, by their data."""

from __future__ import annotations

from vidviz.render.compare_figures import overlap_bars, overlap_curve


def test_a_curve_of_what_is_shared_stands_beside_chance():
    figure = overlap_curve([1, 2, 3], [0.5, 0.6, 0.7], [0.1, 0.2, 0.3], k=2)
    shared, chance = figure.data
    assert list(shared.x) == list(chance.x) == [1, 2, 3]
    assert list(shared.y) == [0.5, 0.6, 0.7]
    assert list(chance.y) == [0.1, 0.2, 0.3]
    assert shared.line.color != chance.line.color
    assert figure.layout.shapes[0].x0 == 2


def test_bars_name_labels_as_text_and_mark_chance():
    figure = overlap_bars(["<b>", ""], [0.25, 0.5], 0.1)
    (bars,) = figure.data
    assert list(bars.y) == ["&lt;b&gt;", "no label"]
    assert list(bars.x) == [0.25, 0.5]
    assert figure.layout.shapes[0].x0 == 0.1
