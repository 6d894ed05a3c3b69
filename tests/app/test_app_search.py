"""The Search page: clips to start from, hits with scores, and URLs that name nothing."""

from __future__ import annotations

import io
import json
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from PIL import Image

from vidviz.errors import IndexLockedError
from vidviz.services.index import set_index
from vidviz.services.library import contents
from vidviz.services.search import query_files
from vidviz.store.vectors import VectorShards
from vidviz.ui.plain_text import plain

NEVER_TRAINED = "was never trained"


@pytest.fixture
def without_milvus(monkeypatch):
    """Milvus held by another process: answers come from the stored vectors."""

    def refuse(*_args):
        raise IndexLockedError("Another process (pid 1) holds the index.")

    monkeypatch.setattr(set_index, "open_milvus", refuse)


def test_without_clips_or_sets_the_way_leads_to_the_library(prepared, show):
    assert "There are no clips yet" in show("search").words
    prepared.add_video("a.mp4")
    assert "The clips have no embeddings yet" in show("search").words


def test_without_a_clip_some_of_every_label_are_offered(prepared, show):
    ids = [number for i in range(40) for number in prepared.add_video(f"v{i}.mp4", "rare" if i == 39 else "usual")]
    prepared.add_set(ids, np.random.default_rng(0).normal(size=(len(ids), 8)))
    page = show("search")
    [gallery] = page.drawn("clip_gallery")
    assert 12 <= len(gallery["cards"]) < len(ids)
    assert "rare" in {card["label"] for card in gallery["cards"]}
    assert f"{len(ids) - len(gallery['cards'])} more" in page.words
    field = page.app.text_input[0]
    field.input("V39.").run()
    assert {card["title"] for card in type(page)(page.app).drawn("clip_gallery")[0]["cards"]} == {"v39.mp4"}
    page.app.text_input[0].input("[nothing(").run()
    assert "No clip's video or label contains that." in type(page)(page.app).words


def test_hits_by_milvus_are_the_nearest_with_the_clip_first(prepared, show, usual_engine):
    key, ids = prepared.fill()
    page = show("search", clip=str(ids[2]))
    hits = page.drawn("clip_gallery")[0]["cards"]
    assert hits[0]["clip_id"] == ids[2]
    assert float(hits[0]["score"]) == 1
    scores = [float(hit["score"]) for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert sorted(hit["clip_id"] for hit in hits) == sorted(ids)
    vectors = VectorShards(prepared.folder.vectors(key)).load().vectors
    cosines = vectors @ vectors[2] / np.linalg.norm(vectors, axis=1) / np.linalg.norm(vectors[2])
    assert scores == pytest.approx(sorted(cosines, reverse=True), abs=2e-3)
    assert usual_engine in page.words
    assert NEVER_TRAINED in page.words
    assert page.drawn("clip_player")[0]["clip"]["clip_id"] == ids[2]


@pytest.mark.usefixtures("without_milvus")
def test_a_locked_index_is_told_and_the_answer_still_comes(prepared, show):
    _, ids = prepared.fill()
    page = show("search", clip=str(ids[0]))
    assert "Another process (pid 1) holds the index." in page.words
    assert len(page.drawn("clip_gallery")[0]["cards"]) == len(ids)


@pytest.mark.usefixtures("without_milvus")
def test_the_clip_itself_can_be_left_out_and_hits_counted(prepared, show):
    _, ids = prepared.fill()
    page = show("search", clip=str(ids[0]))
    page.app.button_group(key="search leave out").set_value(["the clip itself"]).run()
    page.app.selectbox(key="search hits").set_value(6).run()
    hits = type(page)(page.app).drawn("clip_gallery")[0]["cards"]
    assert len(hits) == 6
    assert ids[0] not in {hit["clip_id"] for hit in hits}


@pytest.mark.usefixtures("without_milvus")
def test_any_hit_can_be_asked_why_it_is_alike(prepared, show):
    _, ids = prepared.fill()
    page = show("main", clip=str(ids[0]))
    page.app.switch_page(str(Path(__file__).parents[2] / "pages" / "search.py")).run()
    hit = page.app.selectbox(key="why hit")
    hit.select(ids[5]).run()
    queries = [parse_qs(link.proto.query_string) for link in page.app.get("page_link")]
    [told] = [query for query in queries if "why with" in query]
    assert (told["clip"], told["why with"], told["inside panel"]) == ([str(ids[0])], [str(ids[5])], ["Why"])


@pytest.mark.usefixtures("without_milvus")
def test_another_clip_goes_back_to_choosing(prepared, show):
    _, ids = prepared.fill()
    page = show("search", clip=str(ids[0])).press("Another clip")
    assert "Choose the clip to start from." in page.words
    assert "clip" not in page.app.query_params


@pytest.mark.parametrize("clip", ["12345", "1e999", "9" * 400])
def test_a_clip_that_does_not_exist_is_like_none(prepared, show, clip):
    prepared.fill()
    page = show("search", clip=clip, set="../../x")
    assert page.errors == []
    assert "Choose the clip to start from." in page.words


@pytest.mark.usefixtures("without_milvus")
def test_a_clip_that_the_set_lacks_and_a_vector_of_zeros_are_told(prepared, show):
    ids = prepared.add_video("a.mp4", num_clips=3)
    prepared.add_set(ids[:2], np.array([[0.0] * 8, [1.0] * 8]))
    assert any("is not in this embedding set" in error for error in show("search", clip=str(ids[2])).errors)
    assert any("zero" in error for error in show("search", clip=str(ids[0])).errors)


@pytest.mark.usefixtures("without_milvus")
@pytest.mark.parametrize(
    ("hits", "most"), [("-5", 6), ("1e999", 24), ("abc", 24), ("16385", 1000), ("99999999999999999999", 1000)]
)
def test_hostile_hits_in_the_url(prepared, show, hits, most):
    _, ids = prepared.fill()
    page = show("search", {"search hits": hits}, clip=str(ids[0]))
    assert len(page.drawn("clip_gallery")[0]["cards"]) == min(most, len(ids))


@pytest.mark.usefixtures("without_milvus")
def test_a_query_in_the_url_is_answered_with_its_tray_filter_and_moments(prepared, show):
    _, ids = prepared.fill()
    query = f'{{"clips":[[{ids[1]},1.0],[{ids[2]},-0.5]]}}'
    chosen = '{"labels":{"label":["left"]}}'
    page = show("search", clip=str(ids[0]), query=query, filter=chosen)
    hits = page.drawn("clip_gallery")
    assert {card["label"] for card in hits[-1]["cards"]} == {"left"}
    assert [one.value for one in page.app.code] == ['(label in ["left"])']
    assert "The tray" in page.words
    assert len(page.app.number_input) >= 2
    strips = page.drawn("timeline")
    assert [len(strip["marks"]) for strip in strips] == [2, 2, 2]
    assert all(0 <= mark["value"] <= 1 for strip in strips for mark in strip["marks"])
    assert "3 moments in 3 videos" in page.words
    assert "clips the middle one has" in page.words


@pytest.mark.usefixtures("without_milvus")
def test_a_thousand_hits_come_in_pages(prepared, show):
    ids = [number for video in range(30) for number in prepared.add_video(f"v{video}.mp4", num_clips=2)]
    prepared.add_set(ids, np.random.default_rng(0).normal(size=(len(ids), 8)))
    page = show("search", {"search hits": "1000"}, clip=str(ids[0]))
    assert len(page.drawn("clip_gallery")[0]["cards"]) == 48
    assert "Hits 1 to 48" in page.words
    assert "60 hits by cosine similarity" in page.words


@pytest.mark.usefixtures("without_milvus")
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"filter": '{"text":"nobody"}'}, "Nothing was found: no clip meets the filter on top."),
        ({"search threshold": "0.99999"}, "1 hits by cosine similarity"),
        ({"query": "[[[["}, "12 hits"),
        ({"query": '{"clips":[[5,1]]}'}, "12 hits"),
    ],
)
def test_odd_and_empty_answers_are_told(prepared, show, query, words):
    _, ids = prepared.fill()
    page = show("search", clip=str(ids[0]), **query)
    assert words in page.words + "\n".join(page.errors)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("video", "Upload a video or choose one of the library"),
        ("image", "Upload an image, or choose a clip first"),
        ("sentence", "Write what is to be seen."),
    ],
)
def test_ways_of_asking_without_anything_asked_invite(prepared, show, kind, words):
    _, ids = prepared.fill()
    look = prepared.add_set(ids, np.eye(len(ids)), backbone="clip_b32", layer="visual_projection")
    assert words in show("search", ask=kind, set=look).words


@pytest.mark.parametrize(
    ("kind", "words"), [("image", "simple3d looks at motion"), ("sentence", "simple3d reads no text")]
)
def test_a_way_of_asking_that_the_set_does_not_understand_offers_sets_that_do(prepared, show, kind, words):
    mute, ids = prepared.fill()
    alone = show("search", ask=kind)
    assert words in alone.words
    assert "Embed in the Library" in alone.words
    look = prepared.add_set(ids, np.eye(len(ids)), backbone="clip_b32", layer="visual_projection")
    page = show("search", ask=kind, set=mute)
    assert words in page.words
    chosen = page.press(f"Ask {plain('clip_b32 (random) · visual_projection · mean · windows-2-2-keep')}")
    assert chosen.app.query_params["set"] == look


@pytest.mark.usefixtures("without_milvus")
def test_a_query_whose_file_is_gone_and_a_sentence_without_words_for_it_are_told(prepared, show):
    prepared.fill()
    gone = show("search", ask="video", query='{"video":"%s","seconds":[0,1]}' % ("ab" * 32))
    assert any("is not kept any more; choose it again" in error for error in gone.errors)
    mute = show("search", ask="sentence", query='{"sentence":"a dog"}')
    assert mute.errors == ["simple3d reads no text; choose an embedding set of clip_b32 or xclip_b32."]


@pytest.mark.lite
def test_the_engine_of_a_new_workspace_has_no_collection(prepared, show):
    prepared.fill()
    engine = show("search", {"search view": "Engine"})
    assert "There is no collection yet; the first search builds one." in engine.words
    engine.press("Check")


def test_the_other_views_are_drawn_from_their_addresses(prepared, show):
    prepared.fill()
    duplicates = show("search", {"search view": "Whole library", "group threshold": "0.8"})
    assert "Least similarity" in duplicates.words
    doubts = show("search", {"search view": "Whole library", "whole part": "Likely label mistakes"})
    assert "Labels of" in doubts.words
    quality = show("search", {"search view": "Whole library", "whole part": "Retrieval by label"})
    assert "Mean average precision" in quality.words
    lab = show("search", {"search view": "Index lab"})
    assert "Approximate indexes are fast because they do not look everywhere" in lab.words


def test_more_near_duplicates_than_are_listed_are_told(prepared, show):
    """Two videos with the same clips, 101 each: 10,201 pairs, of which the page takes 10,000."""
    ids = [*prepared.add_video("a.mp4", num_clips=101), *prepared.add_video("b.mp4", num_clips=101)]
    prepared.add_set(ids, np.ones((len(ids), 4)))
    page = show("search", {"search view": "Whole library", "group threshold": "0.9", "group apart": "1000"})
    [told] = [warning.value for warning in page.app.warning]
    assert told.startswith("10,201 pairs are that much alike, and the groups are of the 10,000 most alike")
    assert page.errors == []
    assert page.galleries[0]["cards"][0]["note"] == "keep"


def test_near_duplicates_that_are_all_listed_need_no_warning(prepared, show):
    ids = [*prepared.add_video("a.mp4", num_clips=100), *prepared.add_video("b.mp4", num_clips=100)]
    prepared.add_set(ids, np.ones((len(ids), 4)))
    page = show("search", {"search view": "Whole library", "group threshold": "0.9", "group apart": "1000"})
    assert not page.app.warning
    assert "1 group; 199 clips could go." in page.words


@pytest.mark.parametrize("given", ["nan", "1e999", "-5", "text", "1e300", "9" * 400])
def test_a_least_similarity_of_the_url_that_is_none_is_the_usual(prepared, show, given):
    ids = [*prepared.add_video("a.mp4", num_clips=1), *prepared.add_video("b.mp4", num_clips=1)]
    prepared.add_set(ids, np.array([[1.0, 0], [1, 0.01]]))
    page = show("search", {"search view": "Whole library", "group threshold": given})
    assert page.errors == []
    assert page.app.slider(key="group threshold").value == 0.99
    assert "1 group; 1 clip could go." in page.words


HOSTILE = (
    "' or id >= 0 or label == '",
    'quo"te',
    "back\\slash",
    "new\nline",
    "<img src=x onerror=alert(1)>",
    "**bold**",
)


def test_a_hostile_label_is_a_label_and_nothing_else(prepared, show):
    """By Milvus Lite itself: the filter finds the clips with exactly this label."""
    ids = {label: prepared.add_video(f"{place}.mp4", label) for place, label in enumerate(HOSTILE)}
    every = [number for of_label in ids.values() for number in of_label]
    prepared.add_set(every, np.random.default_rng(0).normal(size=(len(every), 8)))
    page = show("search", clip=str(every[0]))
    for label in HOSTILE:
        page.app.query_params["filter"] = json.dumps({"labels": {"label": [label]}})
        page = page.again()
        assert page.errors == []
        hits = page.drawn("clip_gallery")[0]["cards"]
        assert sorted(card["clip_id"] for card in hits) == sorted(ids[label])
        assert {card["label"] for card in hits} == {label}
    page.app.query_params["filter"] = "{}"
    assert len(page.again().drawn("clip_gallery")[0]["cards"]) == len(every)


@pytest.mark.usefixtures("without_milvus")
def test_what_cannot_be_asked_is_told_and_the_next_query_answers(imported, show):
    """A real video of two seconds beside a set whose vectors are shorter than those of its network."""
    table = contents.clip_table(imported.folder)
    clip, video = int(table["clip_id"].iloc[0]), str(table["video_id"].iloc[0])
    imported.add_set([clip], np.ones((1, 8)))
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 40)).save(picture, "PNG")
    picture.seek(0)
    still = query_files.receive_file(imported.folder, "red.png", picture, still=True).token
    page = show("search", clip=str(clip))
    for kind, query, words in (
        ("video", {"video": video, "seconds": [0.0, 1.9]}, "numbers and the clips of simple3d"),
        ("video", {"video": video, "seconds": [1.0, 1.01]}, "holds no frame; draw a longer one"),
        ("video", {"video": video, "seconds": [1.0, 1.0]}, "looks at motion, of which a single picture has none"),
        ("video", {"video": video, "seconds": [8.0, 9.0]}, "before 8.0 s; choose an earlier stretch"),
        ("video", {"video": still, "seconds": [0.0, 1.0]}, "red.png is a picture, not a video"),
        ("image", {"image": still}, "looks at motion, of which a single picture has none"),
        ("sentence", {"sentence": "  "}, "The sentence is empty; write what is to be seen."),
    ):
        page.app.query_params["query"] = json.dumps(query)
        page.app.button_group(key="ask").set_value(kind).run()
        told = type(page)(page.app)
        assert any(words in error for error in told.errors), (kind, query, told.errors)
        page.app.button_group(key="ask").set_value("clip").run()
        page = type(page)(page.app)
        assert page.errors == []
        assert "1 hits by cosine similarity" in page.words


def test_the_hits_of_a_network_of_a_small_world_say_what_it_knows(prepared, show):
    ids = prepared.add_video("a.mp4")
    prepared.add_set(ids, np.eye(len(ids), 8), backbone="simple3d_motion", weights="VIDVIZ_V1")
    page = show("search", clip=str(ids[0]))
    assert "It knows one drawn object before a ground, moving in one of ten ways, and nothing else." in page.words
