"""The Compare page: which sets, both maps, the face-off, the numbers, and URLs that name nothing."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from vidviz.services.compare import set_agreement, set_pairs
from vidviz.types import Recipe

HOSTILE = "<img src=x onerror=alert(1)>"
NEVER_TRAINED = "was never trained"
PCA = {"map projection": "PCA"}
TRAINED = "file:" + "0" * 64


def ids_of(drawn):
    return np.frombuffer(base64.b64decode(drawn["ids"]), "<f8").tolist()


@pytest.fixture
def two_sets(prepared):
    """Twelve clips of six videos, seen by two layers; the keys and the clips."""
    first, ids = prepared.fill()
    second = prepared.add_set(ids, np.random.default_rng(1).normal(size=(len(ids), 5)), layer="conv1")
    return first, second, ids


def test_without_a_second_set_of_the_recipe_the_way_leads_to_embedding(prepared, show):
    prepared.fill()
    page = show("compare")
    assert f"Only one embedding set is of clips cut by {Recipe().key}." in page.words
    assert "Embed in the Library" in page.words
    assert page.drawn("clip_map") == []


def test_both_maps_hold_the_same_clips_in_the_same_colours(two_sets, show):
    first, second, ids = two_sets
    page = show("compare", set=first, **PCA)
    one, other = page.drawn("clip_map")
    assert ids_of(one) == ids_of(other) == sorted(ids)
    assert one["groups"] == other["groups"]
    assert one["axes"] != other["axes"]
    assert page.app.query_params["beside"] == second
    assert "12 clips in both." in page.words
    assert NEVER_TRAINED in page.words


def test_the_face_off_shows_who_is_near_by_whom(two_sets, show, prepared):
    first, second, ids = two_sets
    page = show("compare", {"compare k": "5"}, set=first, clip=str(ids[0]), **PCA)
    pair = set_pairs.pair_sets(prepared.folder, first, second)
    expected = set_agreement.face_off(pair, ids[0], 5, other_videos_only=True)
    shown = [[card["clip_id"] for card in gallery["cards"]] for gallery in page.galleries]
    for group in (expected.only_first, expected.both, expected.only_second):
        assert not group or [one.clip_id for one in group] in shown
    assert f"**{len(expected.both)} of 5** nearest clips of v0.mp4" in page.words
    ranks = {
        card["clip_id"]: card["score"]
        for gallery in page.galleries
        for card in gallery["cards"]
        if card["score"].startswith("A ")
    }
    everyone = (*expected.only_first, *expected.both, *expected.only_second)
    assert ranks == {one.clip_id: f"A {one.first_rank} · B {one.second_rank}" for one in everyone}
    lines = [drawn["lines"] for drawn in page.drawn("clip_map")]
    assert [len(joined) for joined in lines] == [5, 5]


def test_a_clips_own_video_counts_when_it_is_let(two_sets, show):
    first, _, ids = two_sets
    apart = show("compare", {"compare k": "50"}, set=first, clip=str(ids[0]), **PCA)
    assert "**10 of 10** nearest" in apart.words
    assert (
        "**11 of 11** nearest"
        in show("compare", {"compare k": "50", "compare across": "false"}, set=first, clip=str(ids[0]), **PCA).words
    )


def test_the_numbers_are_those_of_the_measures(two_sets, show, prepared):
    first, second, _ = two_sets
    page = show("compare", {"compare k": "5"}, set=first, **PCA)
    pair = set_pairs.pair_sets(prepared.folder, first, second)
    shared = set_agreement.find_neighbourhoods(pair, other_videos_only=True).overlap(5)
    overlap, cka = page.app.metric
    assert overlap.label == "Neighbours in common, of 5"
    assert overlap.value == f"{shared.mean():.1%}"
    assert overlap.delta == "by chance 50.0%"
    assert cka.value == f"{set_agreement.align_sets(pair).cka:.3f}"
    [disagreeing] = page.galleries
    worst = pair.ids[np.argsort(shared, kind="stable")].tolist()
    assert [card["clip_id"] for card in disagreeing["cards"]] == worst
    assert disagreeing["cards"][0]["score"] == f"{shared.min():.0%} shared"


def test_maps_can_be_coloured_by_what_is_shared(two_sets, show, prepared):
    first, second, _ = two_sets
    page = show("compare", {"compare k": "5", "compare colour": "neighbours in common"}, set=first, **PCA)
    pair = set_pairs.pair_sets(prepared.folder, first, second)
    shared = set_agreement.find_neighbourhoods(pair, other_videos_only=True).overlap(5)
    for drawn in page.drawn("clip_map"):
        values = np.frombuffer(base64.b64decode(drawn["scale"]["values"]), "<f4")
        np.testing.assert_allclose(values, shared, atol=1e-6)


def test_a_and_b_change_places(two_sets, show):
    first, second, _ = two_sets
    page = show("compare", set=first, beside=second, **PCA).press("A ⇄ B")
    assert page.app.query_params["set"] == second
    assert page.app.query_params["beside"] == first


def test_a_filter_holds_for_both(two_sets, show):
    first, _, ids = two_sets
    page = show("compare", set=first, filter='{"labels":{"label":["left"]}}', **PCA)
    left = sorted(number for place, number in enumerate(ids) if place // 2 % 2 == 0)
    assert [ids_of(drawn) for drawn in page.drawn("clip_map")] == [left, left]
    gone = show("compare", set=first, filter='{"text":"no such video"}', **PCA)
    assert "No clip is in both sets." in gone.words


def test_a_clip_that_one_set_lacks_is_told(two_sets, show, prepared):
    first, _, ids = two_sets
    part = prepared.add_set(ids[:6], np.eye(6, 4), layer="fc1", weights=TRAINED)
    page = show("compare", set=first, beside=part, clip=str(ids[8]), **PCA)
    assert "The clip at hand is not in both sets" in page.words
    assert "6 clips in both. 6 clips that only one of them holds are left out." in page.words
    assert [ids_of(drawn) for drawn in page.drawn("clip_map")] == [sorted(ids[:6])] * 2


def test_one_video_alone_has_no_neighbours_of_other_videos(prepared, show):
    ids = prepared.add_video("only.mp4", num_clips=4)
    first = prepared.add_set(ids, np.eye(4, 8))
    prepared.add_set(ids, np.eye(4, 8)[::-1], layer="conv1")
    page = show("compare", set=first, clip=str(ids[0]), **PCA)
    assert "All clips are of this one video." in page.words
    assert "No clip has a neighbour that counts." in page.words


def test_hostile_names_and_labels_stay_text(prepared, show):
    ids = prepared.add_video(f"{HOSTILE}.mp4", HOSTILE) + prepared.add_video("b.mp4", "plain")
    first = prepared.add_set(ids, np.eye(4, 8))
    prepared.add_set(ids, np.eye(4, 8)[::-1], layer="conv1")
    page = show("compare", set=first, clip=str(ids[0]), **PCA)
    assert HOSTILE not in "".join(element.value for element in page.app.markdown)
    assert HOSTILE in page.words
    assert {HOSTILE, "plain"} == set(page.drawn("clip_map")[0]["groups"]["names"])


def test_while_a_map_is_computed_both_are_pca(two_sets, show):
    first, _, ids = two_sets
    page = show("compare", {"map projection": "UMAP"}, set=first)
    assert page.words.count("PCA while UMAP is being computed") == 2
    assert "PCA; B is turned" in page.words
    assert [ids_of(drawn) for drawn in page.drawn("clip_map")] == [sorted(ids)] * 2


@pytest.mark.parametrize("query", [{"beside": "nothing"}, {"compare k": "7"}, {"compare colour": "no such column"}])
def test_urls_that_name_nothing_fall_back(two_sets, show, query):
    first, second, ids = two_sets
    page = show("compare", set=first, **PCA, **query)
    assert page.errors == []
    assert page.app.query_params["beside"] == second
    assert [ids_of(drawn) for drawn in page.drawn("clip_map")] == [sorted(ids)] * 2


def test_the_clip_at_hand_leads_to_compare_from_every_page(two_sets, show):
    _, _, ids = two_sets
    page = show("main", clip=str(ids[0]), **PCA)
    assert f"clip={ids[0]}" in page.links()["compare"]
