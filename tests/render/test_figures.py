from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from vidviz.render.colours import OTHER_COLOUR, colour_labels
from vidviz.render.figures import clip_scatter, plain_text, point_size_px
from vidviz.render.point_colours import Groups, Values


def scatter(dimensions: int = 2, **more: object):
    coordinates = np.arange(6 * dimensions, dtype=float).reshape(6, dimensions)
    return clip_scatter(
        coordinates,
        clip_ids=np.arange(6) + 2**52,
        titles=["a.mp4", "<b>b</b>.mp4"] * 3,
        spans=np.array([[0, 1.5]] * 6),
        **more,
    )


def test_one_trace_a_label_in_the_colour_of_the_workspace():
    labels = ["run", "jump", "run", "", "jump", "run"]
    figure = scatter(labels=labels, all_labels=["aaa", "jump", "run", ""])
    colours = colour_labels(["aaa", "jump", "run", ""])
    assert {trace.name: trace.marker.color for trace in figure.data} == {
        "jump": colours["jump"],
        "run": colours["run"],
        "no label": OTHER_COLOUR,
    }
    assert {trace.name: len(trace.x) for trace in figure.data} == {"jump": 2, "run": 3, "no label": 1}
    assert figure.data[0].type == "scattergl"


def test_points_carry_their_clip_id_unrounded_and_names_as_text():
    figure = scatter()
    (trace,) = figure.data
    assert [row[0] for row in trace.customdata] == [str(2**52 + i) for i in range(6)]
    assert trace.customdata[1][1] == "&lt;b&gt;b&lt;/b&gt;.mp4"
    assert list(trace.y) == [1, 3, 5, 7, 9, 11]


def test_equal_distances_look_equal():
    assert scatter().layout.yaxis.scaleanchor == "x"
    assert scatter(3).data[0].type == "scatter3d"


def test_a_flat_map_in_space_keeps_its_proportions_and_stays_in_view():
    flat = np.array([[0, 0, 0], [4, 2, 0.1], [1, 1, 0.05]], np.float32)
    scene = clip_scatter(flat, clip_ids=np.arange(3), titles=["a"] * 3, spans=np.zeros((3, 2))).layout.scene
    assert scene.aspectmode == "manual"
    assert (scene.aspectratio.x, scene.aspectratio.y) == (1, 0.5)
    assert scene.aspectratio.z == pytest.approx(0.025)


def test_values_get_a_scale_and_missing_ones_are_grey():
    figure = scatter(colours=Values(np.array([1, 2, np.nan, 4, 5, 6.0]), "trust", "diverging"))
    known, missing = figure.data
    assert list(known.marker.color) == [1, 2, 4, 5, 6]
    assert (known.marker.cmin, known.marker.cmax) == (-6, 6)
    assert known.marker.colorbar.title.text == "trust"
    assert (missing.marker.color, len(missing.x)) == (OTHER_COLOUR, 1)


def test_given_groups_keep_their_colours_and_order_and_empty_ones_are_left_out():
    figure = scatter(
        colours=Groups(np.array([2, 0, 2, 0, 2, 2]), ["<i>z", "none", "a"], ["#112233", "#000000", "#445566"])
    )
    assert [(trace.name, trace.marker.color, len(trace.x)) for trace in figure.data] == [
        ("&lt;i&gt;z", "#112233", 2),
        ("a", "#445566", 4),
    ]
    assert all(trace.showlegend for trace in figure.data)
    with pytest.raises(ValueError, match="5 colours for 6 clips"):
        scatter(colours=Values(np.zeros(5), "x"))


def test_an_empty_map_is_a_figure():
    figure = clip_scatter(np.zeros((0, 2)), clip_ids=np.zeros(0, int), titles=[], spans=np.zeros((0, 2)))
    assert len(figure.data) == 0


def test_arrays_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match="5 labels for 6 clips"):
        scatter(labels=["a"] * 5)
    with pytest.raises(ValueError, match="2 or 3 coordinates"):
        scatter(4)


def test_plain_text_is_short_and_obeys_no_tag():
    assert plain_text("a\n<a href='x'>b</a>") == "a &lt;a href='x'&gt;b&lt;/a&gt;"
    assert len(plain_text("x" * 10_000)) == 48


def test_more_points_are_smaller():
    sizes = [point_size_px(n) for n in (0, 10, 1000, 100_000)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 4


def test_importing_render_loads_neither_plotly_nor_streamlit():
    code = "import sys, vidviz.render.figures, vidviz.render.sheets; print({'plotly', 'streamlit'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
