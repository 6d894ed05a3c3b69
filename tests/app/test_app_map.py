"""The Map page: odd sets, colours, UMAP on its way, the selection, and hostile URLs."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from vidviz.records import StoredMap
from vidviz.services import jobs
from vidviz.store import job_rows as stored_jobs
from vidviz.store.catalogue import write_catalogue
from vidviz.store.map_files import MapFiles
from vidviz.store.vectors import VectorShards
from vidviz.types import MapSpec
from vidviz.ui.components.map_component import MapEvent
from vidviz.ui.components.map_events import Polygon

NEVER_TRAINED = "was never trained"
HOSTILE = "<img src=x onerror=alert(1)>"


def numbers(packed: str, kind: str) -> list[float]:
    return np.frombuffer(base64.b64decode(packed), kind).tolist()


def test_without_clips_the_way_leads_to_the_library(prepared, show):
    page = show("map")
    assert "There are no clips yet" in page.words
    assert "Open the Library" in page.words
    assert page.drawn("clip_map") == []


def test_without_a_set_the_way_leads_to_embedding(prepared, show):
    prepared.add_video("a.mp4")
    page = show("map")
    assert "The clips have no embeddings yet" in page.words
    assert "Embed in the Library" in page.words


def test_a_set_without_vectors_says_so(prepared, show):
    prepared.add_video("a.mp4")
    prepared.add_set([], np.empty((0, 8)))
    page = show("map", {"map projection": "PCA"})
    assert "The set holds no vectors yet" in page.words


@pytest.mark.parametrize("dims", [2, 3])
@pytest.mark.parametrize("num_clips", [1, 2, 3])
def test_very_few_clips(prepared, show, num_clips, dims):
    ids = prepared.add_video("a.mp4", "left", num_clips)
    prepared.add_set(ids, np.random.default_rng(1).normal(size=(num_clips, 8)))
    [drawn] = show("map", {"map projection": "PCA", "map dimensions": f"{dims}-D"}).drawn("clip_map")
    assert numbers(drawn["ids"], "<f8") == sorted(ids)
    assert len(drawn["axes"]) == drawn["dimensions"] == dims
    assert np.isfinite([numbers(axis, "<f4") for axis in drawn["axes"]]).all()


def test_equal_vectors_share_a_place(prepared, show):
    ids = prepared.add_video("a.mp4", num_clips=5)
    prepared.add_set(ids, np.ones((5, 8)))
    [drawn] = show("map", {"map projection": "PCA"}).drawn("clip_map")
    for axis in drawn["axes"]:
        assert np.ptp(numbers(axis, "<f4")) == pytest.approx(0, abs=1e-6)


def test_random_weights_are_marked_and_trained_ones_are_not(prepared, show):
    _, ids = prepared.fill()
    assert NEVER_TRAINED in show("map", {"map projection": "PCA"}).words
    trained = prepared.add_set(ids, np.eye(12, 8), weights="file:" + "0" * 64)
    assert NEVER_TRAINED not in show("map", {"map projection": "PCA"}, set=trained).words


def test_long_and_hostile_labels_go_to_the_browser_as_text(prepared, show):
    long = "x" * 10_000
    ids = prepared.add_video(f"{HOSTILE}.mp4", HOSTILE) + prepared.add_video("b.mp4", long)
    prepared.add_set(ids, np.eye(4, 8))
    page = show("map", {"map projection": "PCA"}, clip=str(ids[0]))
    [drawn] = page.drawn("clip_map")
    assert set(drawn["groups"]["names"]) == {HOSTILE, long}
    assert set(drawn["labels"]) == {HOSTILE, long}
    assert f"{HOSTILE}.mp4" in drawn["titles"]
    assert HOSTILE not in "".join(element.value for element in page.app.markdown)
    assert page.drawn("clip_player")[0]["clip"]["label"] == HOSTILE


def test_without_labels_one_grey_group(prepared, show):
    ids = prepared.add_video("a.mp4") + prepared.add_video("b.mp4")
    prepared.add_set(ids, np.eye(4, 8))
    page = show("map", {"map projection": "PCA"})
    colours = page.app.selectbox(key="map colour")
    assert "label" not in colours.options
    colours.select("cluster").run()
    assert page.app.exception.len == 0


def test_colour_by_every_choice(prepared, show):
    ids = prepared.add_video("a.mp4", "left", motion="slide", shape="disc") + prepared.add_video(
        "b.mp4", "right", motion="turn"
    )
    prepared.add_set(ids, np.eye(4, 8))
    page = show("map", {"map projection": "PCA"})
    choices = page.app.selectbox(key="map colour")
    assert choices.options[:3] == ["label", "motion", "shape"]
    numbers_of = {"time in video", "trust in the map", "similarity to the clip", "distance from others"}
    assert {"video", "cluster", *numbers_of} <= set(choices.options)
    groups = {}
    for choice in choices.options:
        page.app.selectbox(key="map colour").select(choice).run()
        [drawn] = type(page)(page.app).drawn("clip_map")
        groups[choice] = drawn["groups"]["names"] if drawn["groups"] else drawn["scale"]["title"]
    assert groups["label"] == ["left", "right"]
    assert groups["motion"] == ["slide", "turn"]
    assert groups["shape"] == ["disc", "no label"]
    assert groups["video"] == ["a.mp4", "b.mp4"]
    assert "second" in groups["time in video"]
    assert groups["cluster"]
    assert groups["trust in the map"] == "neighbours kept"
    assert groups["similarity to the clip"] == "click a clip"


def test_the_map_tells_how_far_it_is_to_be_believed(prepared, show):
    ids = [number for video in range(20) for number in prepared.add_video(f"{video}.mp4")]
    prepared.add_set(ids, np.random.default_rng(0).normal(size=(40, 8)))
    page = show("map", {"map projection": "PCA"})
    page.app.selectbox(key="map colour").select("trust in the map").run()
    [drawn] = type(page)(page.app).drawn("clip_map")
    trust = numbers(drawn["scale"]["values"], "<f4")
    assert len(trust) == 40
    assert 0 < np.mean(trust) < 1  # eight dimensions do not go into two
    said = type(page)(page.app).words
    assert f"{np.mean(trust):.0%} are its neighbours on this map (by chance 38%)" in said
    assert "Trustworthiness 0." in said


def test_clips_are_coloured_by_their_similarity_to_the_clip_at_hand(prepared, show):
    ids = prepared.add_video("a.mp4") + prepared.add_video("b.mp4")
    prepared.add_set(ids, np.array([[1, 0], [1, 1], [0, 1], [-1, 0]]))
    page = show("map", {"map projection": "PCA"}, clip=str(ids[0]))
    page.app.selectbox(key="map colour").select("similarity to the clip").run()
    [drawn] = type(page)(page.app).drawn("clip_map")
    shown = dict(zip(numbers(drawn["ids"], "<f8"), numbers(drawn["scale"]["values"], "<f4"), strict=True))
    assert [round(shown[number], 3) for number in ids] == [1, 0.707, 0, -1]


def test_lines_lead_to_the_true_neighbours(prepared, show):
    ids = [number for video in range(5) for number in prepared.add_video(f"{video}.mp4")]
    angles = np.arange(10) / 10
    prepared.add_set(ids, np.stack([np.cos(angles), np.sin(angles)], 1))
    assert show("map", {"map projection": "PCA"}).drawn("clip_map")[0]["lines"] == []
    [drawn] = show("map", {"map projection": "PCA"}, clip=str(ids[0])).drawn("clip_map")
    at = [int(number) for number in numbers(drawn["ids"], "<f8")]
    assert [(at[a], at[b]) for a, b in drawn["lines"]] == [(ids[0], ids[near]) for near in range(1, 7)]


def test_clusters_are_named_by_the_labels_that_distinguish_them(prepared, show):
    ids = [number for video in range(8) for number in prepared.add_video(f"{video}.mp4", ("left", "right")[video % 2])]
    rng = np.random.default_rng(0)
    side = np.repeat([[1, 0, 0, 0], [0, 1, 0, 0]] * 4, 2, axis=0)
    prepared.add_set(ids, side + 0.02 * rng.normal(size=(16, 4)))
    page = show("map", {"map projection": "PCA"})
    page.app.selectbox(key="map colour").select("cluster").run()
    [drawn] = type(page)(page.app).drawn("clip_map")
    assert set(drawn["groups"]["names"]) - {"noise"} == {"left", "right"}
    assert "2 clusters by HDBSCAN" in type(page)(page.app).words


@pytest.mark.parametrize("projection", ["UMAP", "t-SNE", "PCA"])
def test_every_projection_with_a_clip_at_hand_and_its_neighbours(prepared, show, projection):
    _, ids = prepared.fill()
    page = show("map", {"map projection": projection}, clip=str(ids[0]))
    assert len(page.drawn("clip_map")[0]["lines"]) == 6
    assert len(page.galleries[-1]["cards"]) == 6


def test_a_projections_own_parameters_reach_its_job(prepared, show):
    prepared.fill()
    page = show("map", {"map projection": "t-SNE"})
    assert "PCA while t-SNE is being computed" in page.words
    page.app.slider(key="tsne perplexity").set_value(12).run()
    asked = [job.arguments["map"] for job in jobs.list_jobs(prepared.folder)]
    assert {(spec["method"], spec["perplexity"]) for spec in asked} == {("tsne", 30.0), ("tsne", 12.0)}


def test_pca_is_shown_while_umap_is_computed_and_umap_after(prepared, show):
    key, ids = prepared.fill()
    page = show("map")
    assert "PCA while UMAP is being computed" in page.words
    page = page.again()
    [job] = jobs.list_jobs(prepared.folder)  # one job, however often the page is drawn
    places = np.stack([np.arange(len(ids)), np.zeros(len(ids))], 1)
    stored = StoredMap(np.sort(ids), places, "few clips")
    MapFiles(prepared.folder.maps).save(
        key, VectorShards(prepared.folder.vectors(key)).version, MapSpec("umap").key, stored
    )
    with write_catalogue(prepared.folder) as db:
        stored_jobs.finish_job(db, job.id, "done", "UMAP of 12 clips.")
    page = page.again()
    assert "while UMAP" not in page.words
    [drawn] = page.drawn("clip_map")
    assert numbers(drawn["axes"][0], "<f4") == list(range(len(ids)))


def test_a_umap_that_failed_is_told(prepared, show):
    prepared.fill()
    page = show("map")
    [job] = jobs.list_jobs(prepared.folder)
    with write_catalogue(prepared.folder) as db:
        stored_jobs.finish_job(db, job.id, "failed", "Memory is short.")
    page = page.again()
    assert "Memory is short." in page.words
    assert "PCA is shown" in page.words
    assert len(jobs.list_jobs(prepared.folder)) == 1


def test_the_clip_at_hand_has_its_neighbours_beside_the_map(prepared, show):
    key, ids = prepared.fill()
    page = show("map", {"map projection": "PCA"}, clip=str(ids[3]))
    [player] = page.drawn("clip_player")
    assert player["clip"]["clip_id"] == ids[3]
    neighbours = [card["clip_id"] for card in page.drawn("clip_gallery")[0]["cards"]]
    vectors = VectorShards(prepared.folder.vectors(key)).load().vectors
    lengths = np.linalg.norm(vectors, axis=1)
    nearest = np.argsort(-(vectors @ vectors[3]) / lengths, kind="stable")
    assert neighbours[:3] == [ids[place] for place in nearest if place != 3][:3]
    assert page.drawn("clip_map")[0]["current"] == ids[3]


def test_a_clip_that_the_set_lacks_is_told(prepared, show):
    prepared.fill()
    [other] = prepared.add_video("later.mp4", num_clips=1)
    page = show("map", {"map projection": "PCA"}, clip=str(other))
    assert "is not in this embedding set" in page.words
    assert len(page.drawn("clip_map")) == 1


def test_a_polygon_fills_the_gallery_and_clear_empties_it(prepared, show, act_on_map):
    _, ids = prepared.fill()
    everything = Polygon("replace", np.array([[-1e6, -1e6], [1e6, -1e6], [1e6, 1e6], [-1e6, 1e6]]))
    act_on_map(MapEvent(polygon=everything))
    page = show("map", {"map projection": "PCA"})
    assert f"Selection: {len(ids)} clips" in page.words
    cards = [card["clip_id"] for card in page.galleries[-1]["cards"]]
    assert sorted(cards) == sorted(ids)
    order = next(choice for choice in page.app.segmented_control if choice.key == "selection order")
    order.set_value("typical first").run()
    page = type(page)(page.app)
    shown = [float(card["score"]) for card in page.galleries[-1]["cards"]]
    assert shown == sorted(shown, reverse=True)
    assert {"CSV", "Parquet", "npz"} <= {button.label for button in page.app.get("download_button")}
    page = page.press("Clear")
    assert "Selection:" not in page.words


def test_a_click_becomes_the_clip_at_hand(prepared, show, act_on_map):
    _, ids = prepared.fill()
    act_on_map(MapEvent(clicked=ids[5]))
    page = show("map", {"map projection": "PCA"})
    assert page.app.query_params["clip"] == str(ids[5])
    assert page.drawn("clip_player")[0]["clip"]["clip_id"] == ids[5]


@pytest.mark.parametrize("clip", ["abc", "-1", "0", "1e999", "", "9" * 400, HOSTILE, "١٢"])
def test_hostile_clips_in_the_url(prepared, show, clip):
    prepared.fill()
    page = show("map", {"map projection": "PCA"}, clip=clip)
    assert page.errors == []
    assert page.drawn("clip_player") == []
    assert len(page.drawn("clip_map")) == 1
    assert "clip" not in page.app.query_params


@pytest.mark.parametrize("wanted", ["../../x", "", HOSTILE, "0" * 16, "x" * 5000])
def test_hostile_sets_in_the_url(prepared, show, wanted):
    key, _ = prepared.fill()
    page = show("map", {"map projection": "PCA"}, set=wanted)
    assert page.errors == []
    assert page.app.query_params["set"] == key


@pytest.mark.parametrize("name", ["map projection", "map dimensions", "map colour"])
def test_hostile_controls_in_the_url(prepared, show, name):
    prepared.fill()
    page = show("map", **{"map projection": "PCA", name: "../../x<b>"})
    assert len(page.drawn("clip_map")) == 1


@pytest.mark.parametrize("given", ["1e999", "nan", "-5", "text", "9" * 400])
def test_numbers_in_the_url_that_are_none_are_the_usual(prepared, show, given):
    """Also the seed, which is none that can be made an integer."""
    prepared.fill()
    names = ("map seed", "umap neighbours", "umap min dist")
    page = show("map", **{"map projection": "UMAP"}, **dict.fromkeys(names, given))
    assert page.errors == []
    controls = {control.key: control.value for control in [*page.app.number_input, *page.app.slider]}
    assert [controls[name] for name in names] == [0, 15, 0.1]


def test_a_seed_in_the_url_is_the_maps(prepared, show):
    prepared.fill()
    page = show("map", **{"map projection": "UMAP", "map seed": "7"})
    assert [control.value for control in page.app.number_input if control.key == "map seed"] == [7]
    assert page.errors == []


def test_damaged_vectors_are_told(prepared, show):
    key, _ = prepared.fill()
    [shard] = VectorShards(prepared.folder.vectors(key)).folder.glob("*.npz")
    shard.write_bytes(shard.read_bytes()[:100])
    [error] = show("map", {"map projection": "PCA"}).errors
    assert "damaged" in error


def test_outliers_and_near_duplicates_are_found_when_asked_for(prepared, show):
    ids = [number for video in range(20) for number in prepared.add_video(f"{video}.mp4", num_clips=1)]
    vectors = np.array([1.0, 0, 0, 0]) + 0.05 * np.random.default_rng(0).normal(size=(20, 4))
    vectors[3], vectors[7] = [0, 0, 0, 1], vectors[11]
    prepared.add_set(ids, vectors)
    page = show("map", {"map projection": "PCA"})
    galleries = len(page.galleries)
    finder = next(choice for choice in page.app.segmented_control if choice.key == "under map")
    finder.set_value("outliers").run()
    page = type(page)(page.app)
    assert len(page.galleries) == galleries + 1
    assert page.galleries[-1]["cards"][0]["clip_id"] == ids[3]
    finder = next(choice for choice in page.app.segmented_control if choice.key == "under map")
    finder.set_value("near-duplicates").run()
    cards = type(page)(page.app).galleries[-1]["cards"]
    assert {cards[0]["clip_id"], cards[1]["clip_id"]} == {ids[7], ids[11]}
    assert cards[0]["score"] == "1.000"


def test_an_error_shows_a_name_as_it_is(prepared, show):
    prepared.fill()
    [other] = prepared.add_video("![x](http://127.0.0.1:9/x).mp4", num_clips=1)
    page = show("map", {"map projection": "PCA"}, clip=str(other))
    [told] = [caption.value for caption in page.app.caption if "is not in this embedding set" in caption.value]
    assert r"\!\[x\]\(http" in told
