"""The Map page, explored: filters, selections in the URL, clusters, trajectories, seeds, and sets that grow."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from vidviz.records import StoredMap
from vidviz.services import jobs
from vidviz.services.library import clip_annotations
from vidviz.services.library.clip_filter import ClipFilter
from vidviz.services.maps import map_build
from vidviz.store.map_files import MapFiles
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings, MapSpec
from vidviz.ui.components.map_component import MapEvent
from vidviz.ui.components.map_events import Polygon

HOSTILE = "<img src=x onerror=alert(1)>"
EVERYWHERE = Polygon("replace", np.array([[-1e6, -1e6], [1e6, -1e6], [1e6, 1e6], [-1e6, 1e6]]))


def numbers(packed: str, kind: str) -> list[float]:
    return np.frombuffer(base64.b64decode(packed), kind).tolist()


def choice_of(page, key):
    return next(widget for widget in page.app.segmented_control if widget.key == key)


def cards(page) -> list[int]:
    return [card["clip_id"] for card in page.galleries[-1]["cards"]]


@pytest.fixture
def lasso(act_on_map):
    """The next run of the map answers that everything was enclosed."""
    return act_on_map(MapEvent(polygon=EVERYWHERE))


def test_a_filter_dims_the_others_and_fills_the_gallery(prepared, show):
    _, ids = prepared.fill()
    wanted = ClipFilter(labels=(("label", ("left",)),)).text_form
    page = show("map", {"map projection": "PCA"}, filter=wanted)
    [drawn] = page.drawn("clip_map")
    dimmed = dict(zip(numbers(drawn["ids"], "<f8"), numbers(drawn["dimmed"], "u1"), strict=True))
    left = [number for place, number in enumerate(ids) if (place // 2) % 2 == 0]
    assert {number for number, flag in dimmed.items() if not flag} == set(left)
    assert drawn["hidden"] is None
    assert "6 of 12 clips" in page.words
    assert sorted(cards(page)) == sorted(left)
    choice_of(page, "map others").set_value("hidden").run()
    [drawn] = type(page)(page.app).drawn("clip_map")
    assert drawn["dimmed"] is None
    assert sum(numbers(drawn["hidden"], "u1")) == 6


def test_a_lasso_takes_only_what_the_filter_lets_through(prepared, show, lasso):
    _, ids = prepared.fill()
    page = show("map", {"map projection": "PCA"}, filter=ClipFilter(text="v0").text_form)
    assert "Selection: 2 clips" in page.words
    assert sorted(cards(page)) == sorted(ids[:2])
    assert set(lasso["marks"].selected_ids) == set(ids[:2])


def test_a_selection_is_named_in_the_url_for_a_colleague(prepared, show, lasso):
    _, ids = prepared.fill()
    page = show("map", {"map projection": "PCA"})
    key = page.app.query_params["selection"]
    again = show("map", {"map projection": "PCA"}, selection=key)
    assert f"Selection: {len(ids)} clips" in again.words
    assert "selection" not in again.press("Clear").app.query_params


@pytest.mark.parametrize("key", ["", HOSTILE, "0" * 16, "../x", "x" * 5000])
def test_a_selection_that_nobody_kept_is_none(prepared, show, key):
    prepared.fill()
    page = show("map", {"map projection": "PCA"}, selection=key)
    assert "Selection:" not in page.words
    assert len(page.drawn("clip_map")) == 1


@pytest.mark.parametrize("text", ["{", HOSTILE, '{"labels":{"x":["y"]}}', '{"seconds":[5,1]}'])
def test_hostile_filters_in_the_url(prepared, show, text):
    prepared.fill()
    assert len(show("map", {"map projection": "PCA"}, filter=text).drawn("clip_map")) == 1


def test_a_filter_is_drawn_in_the_space_bar_and_taken_away(prepared, show):
    prepared.fill()
    page = show("main", filter=ClipFilter(labels=(("label", ("left",)),), text="v").text_form)
    chips = [button for button in page.app.button if button.label.endswith("✕") and button.key.startswith("filter")]
    assert [chip.label for chip in chips] == ["label\\: left ✕", "name has v ✕"]
    chips[0].click().run()
    assert page.app.query_params["filter"] == '{"text":"v"}'


def test_what_of_a_filter_in_the_url_cannot_be_read_is_told(prepared, show):
    prepared.fill()
    told = "The filter in the URL cannot be read as a whole"
    for text in ("{", '{"seconds":[5,1]}', '{"text":"v","colour":"red"}', '{"text":"\\ud800"}'):
        assert told in show("main", filter=text).words
    for text in ("", "{}", '{"text":"v"}', '{"seconds":[1,5],"tags":[]}'):
        assert told not in show("main", filter=text).words


def test_numbers_in_a_label_column_are_coloured_by_a_scale(prepared, show):
    ids = prepared.add_video("a.mp4", speed="1.5") + prepared.add_video("b.mp4", speed="20")
    ids += prepared.add_video("c.mp4")
    prepared.add_set(ids, np.eye(6, 8))
    page = show("map", {"map projection": "PCA", "map colour": "speed", "map scale": "cividis"})
    [drawn] = page.drawn("clip_map")
    shown = dict(zip(numbers(drawn["ids"], "<f8"), numbers(drawn["scale"]["values"], "<f4"), strict=True))
    assert [shown[number] for number in ids[:4]] == [1.5, 1.5, 20, 20]
    assert np.isnan([shown[number] for number in ids[4:]]).all()
    assert drawn["scale"]["stops"][0][1] == "#00224E"


def test_a_thousand_labels_are_twenty_colours_and_a_rest(prepared, show):
    ids = prepared.add_videos({f"{video}.mp4": f"label {video}" for video in range(1000)})
    prepared.add_set(ids, np.random.default_rng(0).normal(size=(1000, 8)))
    [drawn] = show("map", {"map projection": "PCA"}).drawn("clip_map")
    assert len(drawn["groups"]["names"]) == 21
    assert drawn["groups"]["names"][-1] == "other"


def test_tags_colour_the_map(prepared, show):
    _, ids = prepared.fill()
    assert "tags" not in show("map", {"map projection": "PCA"}).app.selectbox(key="map colour").options
    clip_annotations.add_tag(prepared.folder, ids[:3], "blurred")
    [drawn] = show("map", {"map projection": "PCA", "map colour": "tags"}).drawn("clip_map")
    assert drawn["groups"]["names"] == ["blurred", "no label"]


def test_a_colour_of_ones_own_holds_on_the_map_and_on_cards(prepared, show):
    _, ids = prepared.fill()
    page = show("map", {"map projection": "PCA"}, clip=str(ids[0]))
    page.app.color_picker(key="colour of label left").set_value("#123456").run()
    page = show("map", {"map projection": "PCA"}, clip=str(ids[0]))
    [drawn] = page.drawn("clip_map")
    assert dict(zip(drawn["groups"]["names"], drawn["groups"]["colours"], strict=True))["left"] == "#123456"
    assert page.drawn("clip_player")[0]["clip"]["colour"] == "#123456"
    page = page.press("The palette's colours")
    assert page.drawn("clip_player")[0]["clip"]["colour"] != "#123456"


def test_clusters_have_covers_and_a_click_selects_one(prepared, show, monkeypatch):
    ids = [number for video in range(8) for number in prepared.add_video(f"{video}.mp4", ("left", "right")[video % 2])]
    side = np.repeat([[1, 0, 0, 0], [0, 1, 0, 0]] * 4, 2, axis=0)
    prepared.add_set(ids, side + 0.02 * np.random.default_rng(0).normal(size=(16, 4)))
    page = show("map", {"map projection": "PCA", "under map": "clusters"})
    covers = page.galleries[-1]["cards"]
    assert {cover["label"] for cover in covers} == {"left", "right"}
    assert {cover["title"] for cover in covers} == {"8 clips"}
    assert all(float(cover["score"]) > 0.9 for cover in covers)
    assert "Silhouette 1.00" in page.words
    medoid = covers[0]["clip_id"]
    monkeypatch.setattr("vidviz.ui.map.clusters_panel.clip_gallery", lambda *_a, **_o: clicks.pop() if clicks else None)
    clicks = [medoid]
    page = show("map", {"map projection": "PCA", "under map": "clusters"})
    assert page.app.query_params["clip"] == str(medoid)
    found = clip_annotations.find_selection(prepared.folder, page.app.query_params["selection"])
    assert len(found) == 8
    assert medoid in found


def test_k_means_has_as_many_clusters_as_asked_for(prepared, show):
    ids = [number for video in range(10) for number in prepared.add_video(f"{video}.mp4")]
    prepared.add_set(ids, np.random.default_rng(0).normal(size=(20, 8)))
    page = show(
        "map", {"map projection": "PCA", "map colour": "cluster", "cluster method": "k-means", "cluster number": "5"}
    )
    assert "5 clusters by k-means" in page.words
    assert len(page.drawn("clip_map")[0]["groups"]["names"]) == 5


def test_a_video_is_followed_through_the_map(prepared, show, monkeypatch):
    ids = prepared.add_video("film.mp4", num_clips=9) + prepared.add_video("other.mp4", num_clips=2)
    angles = 0.1 * np.arange(9) + np.repeat([0, 1], [5, 4])  # it turns slowly, and leaps once
    way = np.stack([np.cos(angles), np.sin(angles), 0 * angles, 0 * angles], 1)
    prepared.add_set(ids, np.concatenate([way, np.eye(2, 4)]))
    page = show("map", {"map projection": "PCA", "under map": "trajectories"}, clip=str(ids[0]))
    [ribbon] = page.drawn("clip_map")[0]["paths"]
    order = [int(number) for number in numbers(page.drawn("clip_map")[0]["ids"], "<f8")]
    assert [order[row] for row in ribbon["rows"]] == ids[:9]
    [strip] = page.drawn("timeline")
    assert [bar["peak"] for bar in strip["bars"]] == [False] * 4 + [True] + [False] * 3
    assert [slot["clip_id"] for slot in strip["slots"]] == ids[:9]
    page.app.multiselect(key="followed videos").select("other.mp4").run()
    page = type(page)(page.app)
    assert len(page.drawn("timeline")) == 2
    assert len(page.app.query_params["follow"].split(",")) == 2


def test_without_trajectories_there_are_no_ribbons(prepared, show):
    _, ids = prepared.fill()
    page = show("map", {"map projection": "PCA"}, clip=str(ids[0]))
    assert page.drawn("clip_map")[0]["paths"] == []
    single = [number for video in range(3) for number in prepared.add_video(f"single {video}.mp4", num_clips=1)]
    key = prepared.add_set(single, np.eye(3, 8), layer="conv1")
    page = show("map", {"map projection": "PCA", "under map": "trajectories"}, set=key)
    assert "Every video is one clip here" in page.words


def save_map(prepared, key, ids, spec, points):
    stored = StoredMap(np.sort(ids), points.astype(np.float32))
    MapFiles(prepared.folder.maps).save(key, VectorShards(prepared.folder.vectors(key)).version, spec.key, stored)


def test_maps_of_two_seeds_are_compared(prepared, show):
    key, ids = prepared.fill(num_videos=20)
    rng = np.random.default_rng(0)
    places = rng.normal(size=(40, 2))
    save_map(prepared, key, ids, MapSpec("umap"), places)
    page = show("map", {"map colour": "agreement of seeds"})
    assert "The map of the other seed is being computed" in page.words
    [job] = jobs.list_jobs(prepared.folder)
    assert job.arguments["map"]["seed"] == 1
    save_map(prepared, key, ids, MapSpec("umap", seed=1), places @ np.array([[0, 1], [-1, 0]]))
    page = page.again()
    assert "100% are its neighbours on the map of the other seed" in page.words
    flipped = show("map", {"map flip": "true", "map colour": "agreement of seeds"})
    assert numbers(flipped.drawn("clip_map")[0]["axes"][1], "<f4") == pytest.approx(places[:, 0].tolist(), abs=1e-6)


@pytest.mark.parametrize("projection", ["PCA", "UMAP"])
def test_clips_that_come_later_find_a_place_until_all_are_laid_out_anew(prepared, show, projection):
    key, ids = prepared.fill()
    spec = MapSpec("pca" if projection == "PCA" else "umap")
    places = np.random.default_rng(1).normal(size=(12, 2))
    save_map(prepared, key, ids, spec, places)
    later = prepared.add_video("later.mp4")
    more = np.random.default_rng(2).normal(size=(2, 8)).astype(np.float32)
    VectorShards(prepared.folder.vectors(key)).append(Embeddings(np.array(later), more))
    page = show("map", {"map projection": projection})
    [drawn] = page.drawn("clip_map")
    order = {int(number): row for row, number in enumerate(numbers(drawn["ids"], "<f8"))}
    xs = numbers(drawn["axes"][0], "<f4")
    assert [xs[order[number]] for number in sorted(ids)] == pytest.approx(places[:, 0].tolist(), abs=1e-6)
    assert set(later) <= set(order)
    assert "2 clips came later" in page.words
    page = page.press("Lay out all clips anew")
    if projection == "PCA":
        assert "came later" not in page.words
        assert not map_build.find_map(prepared.folder, key, spec).placed.any()
    else:
        assert "is being laid out" in page.words
        assert [job.kind for job in jobs.list_jobs(prepared.folder)] == ["map"]


def test_the_selection_is_labelled_and_the_map_follows(prepared, show):
    _, ids = prepared.fill()
    clip_annotations.set_label(prepared.folder, ids[:3], "<b>jump</b>")
    page = show("map", {"map projection": "PCA"})
    assert "<b>jump</b>" in page.drawn("clip_map")[0]["groups"]["names"]
    page = show("map", {"map projection": "PCA"}, filter=ClipFilter(labels=(("label", ("<b>jump</b>",)),)).text_form)
    assert sorted(cards(page)) == sorted(ids[:3])
    assert any(button.key == "annotate apply" for button in page.app.button)


PANELS = ["gallery", "clusters", "trajectories", "outliers", "near-duplicates"]


@pytest.mark.parametrize("vectors", [np.eye(1, 8), np.eye(2, 8), np.ones((3, 8))], ids=["one", "two", "three equal"])
@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_and_colour_of_very_few_clips(prepared, show, panel, vectors):
    ids = prepared.add_video("a.mp4", "left", len(vectors))
    prepared.add_set(ids, vectors)
    page = show("map", {"map projection": "PCA", "under map": panel}, clip=str(ids[0]))
    for choice in page.app.selectbox(key="map colour").options:
        page.app.selectbox(key="map colour").select(choice).run()
        page = type(page)(page.app)
        assert page.errors == []
        assert len(page.drawn("clip_map")) == 1


@pytest.mark.parametrize("panel", PANELS)
def test_vectors_that_are_not_numbers_are_told(prepared, show, panel):
    ids = prepared.add_video("a.mp4") + prepared.add_video("b.mp4")
    vectors = np.eye(4, 8)
    vectors[1, 2] = np.nan
    prepared.add_set(ids, vectors)
    [error] = show("map", {"map projection": "PCA", "under map": panel}, clip=str(ids[0])).errors
    assert "1 of 4 vectors hold NaN" in error


def test_a_set_that_grows_while_it_is_looked_at(prepared, show):
    ids = [number for video in range(12) for number in prepared.add_video(f"{video}.mp4")]
    vectors = np.random.default_rng(0).normal(size=(24, 8)).astype(np.float32)
    key = prepared.add_set(ids[:2], vectors[:2])
    page = show("map", {"map projection": "PCA", "under map": "clusters", "map colour": "trust in the map"})
    for count in range(2, 24, 5):
        part = slice(count, count + 5)
        VectorShards(prepared.folder.vectors(key)).append(Embeddings(np.array(ids[part], np.int64), vectors[part]))
        page = page.again()
        assert page.errors == []
        [drawn] = page.drawn("clip_map")
        assert len(numbers(drawn["ids"], "<f8")) == min(24, count + 5)


def test_a_large_selection_is_shown_by_and_by(prepared, show, lasso):
    ids = [number for video in range(60) for number in prepared.add_video(f"{video:02d}.mp4")]
    prepared.add_set(ids, np.random.default_rng(0).normal(size=(120, 8)))
    page = show("map", {"map projection": "PCA"})
    assert "Selection: 120 clips" in page.words
    assert len(page.galleries[-1]["cards"]) == 48
    page = page.press("Show more")
    assert len(page.galleries[-1]["cards"]) == 120
    assert "Show more" not in [button.label for button in page.app.button]
