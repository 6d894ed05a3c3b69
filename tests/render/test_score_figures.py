"""Figures about searches, by their data."""

from __future__ import annotations

import numpy as np

from vidviz.render.score_figures import confusion_figure, recall_curves, score_histogram


def test_a_histogram_holds_all_clips_and_marks_the_hits():
    edges, counts = np.array([0.0, 0.5, 1.0]), np.array([3, 7])
    figure = score_histogram(edges, counts, [0.9, 0.8], threshold=0.7, score_name="inner product")
    bars, hits = figure.data
    assert list(bars.x) == [0.25, 0.75]
    assert list(bars.y) == [3, 7]
    assert list(bars.width) == [0.5, 0.5]
    assert list(hits.x) == [0.9, 0.8]
    assert min(hits.y) > max(bars.y)
    assert figure.layout.shapes[0].x0 == 0.7
    assert figure.layout.xaxis.title.text == "inner product"
    assert len(score_histogram(edges, counts, []).layout.shapes) == 0


def test_recall_curves_name_their_lines_as_text():
    figure = recall_curves({"HNSW <b>": [(1.0, 0.5, 10), (2.0, 0.9, 20)], "FLAT": [(3.0, 1.0, 1)]}, k=10)
    first, second = figure.data
    assert (first.name, second.name) == ("HNSW &lt;b&gt;", "FLAT")
    assert list(first.y) == [0.5, 0.9]
    assert [row[0] for row in first.customdata] == [10, 20]
    assert first.line.color != second.line.color
    assert figure.layout.yaxis.title.text == "recall@10"


def test_confusion_shows_rows_and_names_the_unlabelled():
    shares = np.array([[0.75, 0.25], [0.0, 1.0]])
    (cells,) = confusion_figure(["<i>", ""], shares).data
    assert list(cells.x) == list(cells.y) == ["&lt;i&gt;", "no label"]
    np.testing.assert_array_equal(np.array(cells.z), shares)
    assert (cells.zmin, cells.zmax) == (0, 1)
