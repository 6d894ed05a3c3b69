"""The stand-alone page as text: what its figure holds, and that no name can leave its place."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidviz.render.map_page import map_page, page_figure
from vidviz.render.map_picture import MapPicture, PictureError, one_line
from vidviz.render.point_colours import Groups, Values

PLOTLY = "/* plotly */"


@pytest.fixture(autouse=True)
def _small_plotly(monkeypatch):
    """Five megabytes of script say nothing here."""
    monkeypatch.setattr("plotly.offline.get_plotlyjs", lambda: PLOTLY)


def picture(titles, dimensions=2, colours=None, **more) -> MapPicture:
    count = len(titles)
    points = np.arange(count * dimensions, dtype=float).reshape(count, dimensions)
    groups = colours or Groups(np.arange(count) % 2, ["left", "right"], ["#0072B2", "#D55E00"])
    spans = np.tile([0.0, 1.5], (count, 1))
    return MapPicture(np.arange(count) + 2**52, points, spans, titles, more.pop("labels", titles), groups, **more)


def embedded(page: str, name: str):
    (text,) = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)


def test_each_point_carries_its_row_and_shows_nothing_by_itself():
    figure = page_figure(picture(["a", "b", "c"]))
    assert {trace.name: list(trace.customdata) for trace in figure.data} == {"left": [0, 2], "right": [1]}
    assert {trace.hoverinfo for trace in figure.data} == {"none"}
    assert {trace.hovertemplate for trace in figure.data} == {None}


@pytest.mark.parametrize(("dimensions", "kind"), [(2, "scattergl"), (3, "scatter3d")])
def test_flat_maps_and_maps_in_space(dimensions, kind):
    page = map_page(picture(["a", "b"], dimensions))
    assert {trace["type"] for trace in embedded(page, "figure")["data"]} == {kind}


def test_missing_numbers_keep_their_rows():
    figure = page_figure(picture(["a", "b", "c"], colours=Values(np.array([1, np.nan, 3]), "trust")))
    assert [list(trace.customdata) for trace in figure.data] == [[0, 2], [1]]


def test_the_page_names_clips_and_posters_by_row():
    page = map_page(picture(["a", "b", "a"], labels=["x", "", "x"]), {2**52 + 1: b"webp"})
    clips = embedded(page, "clips")
    assert [clips["titles"][i] for i in clips["title_index"]] == ["a", "b", "a"]
    assert [clips["labels"][i] for i in clips["label_index"]] == ["x", "", "x"]
    assert clips["ids"] == [str(2**52 + i) for i in range(3)]
    assert clips["posters"] == {str(2**52 + 1): base64.b64encode(b"webp").decode()}
    assert clips["spans"] == ["0.00–1.50 s"] * 3


def test_the_page_says_what_network_it_is_and_whether_it_was_trained():
    page = map_page(picture(["a"], heading="r3d_18", notes=["PCA in 2-D."], warning="Random weights."))
    assert "<h1>r3d_18 · 1 clip</h1>" in page
    assert '<p class="warning">Random weights.</p>\n<p class="note">PCA in 2-D.</p>' in page
    assert 'class="warning"' not in map_page(picture(["a"]))


def test_nothing_outside_is_named_or_allowed():
    page = map_page(picture(["a"]))
    assert "default-src 'none'" in page
    assert not re.findall(r"""(?:src|href)=["'](?!data:)""", page)
    assert "http" not in page.replace("http-equiv", "")
    assert "showSendToCloud: false" in page


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_no_name_leaves_its_place(name):
    hostile = f"{name}</script><img src=x onerror=alert(1)>$title<!--"
    page = map_page(picture([hostile], labels=[hostile], heading=hostile, notes=[hostile]))
    assert "<img src=x" not in page
    assert page.count("</script>") == 4
    assert embedded(page, "clips")["titles"] == [one_line(hostile, 300)]


def test_a_page_too_heavy_to_open_is_refused(monkeypatch):
    monkeypatch.setattr("vidviz.render.map_page.MOST_POINTS", 1)
    with pytest.raises(PictureError, match="A page of 2 points would be too heavy"):
        map_page(picture(["a", "b"]))


def test_an_empty_map_is_a_page():
    assert embedded(map_page(picture([])), "figure")["data"] == []
