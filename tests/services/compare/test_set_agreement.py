"""Two embedding sets of one library held against each other, beside arithmetic that anyone can follow."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidviz.errors import ProjectionError
from vidviz.records import EmbeddingSet
from vidviz.services.compare import set_agreement, set_pairs
from vidviz.services.library.clip_filter import ClipFilter
from vidviz.store import sets
from vidviz.store.catalogue import write_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings, EmbeddingSetSpec, Recipe

FIRST = EmbeddingSetSpec("r3d_18", "random", "avgpool", "mean", Recipe().key)
SECOND = dataclasses.replace(FIRST, backbone="resnet18")


def add_set(folder, ids, vectors, spec=SECOND):
    with write_catalogue(folder) as db:
        sets.add_set(db, EmbeddingSet(spec, vectors.shape[1]))
    VectorShards(folder.vectors(spec.key)).append(Embeddings(np.array(ids, np.int64), vectors.astype(np.float32)))
    return spec.key


def make_pair(vectors, others, videos=None):
    """A pair by itself, without a library."""
    count = len(vectors)
    stored = [EmbeddingSet(spec, 1) for spec in (FIRST, SECOND)]
    of_videos = np.arange(count) if videos is None else np.asarray(videos)
    return set_pairs.SetPair(*stored, np.arange(count) * 10, of_videos, vectors, others, 0)


@pytest.fixture
def two_sets(folder, fill):
    rng = np.random.default_rng(0)
    ids = fill(folder, rng.standard_normal((12, 6)), ["left", "right"] * 6, FIRST)
    return folder, ids, add_set(folder, ids[::-1], rng.standard_normal((12, 9)))


def test_clips_that_both_hold_stand_row_by_row_whatever_their_order_on_disk(two_sets):
    folder, ids, second = two_sets
    pair = set_pairs.pair_sets(folder, FIRST.key, second)
    assert pair.ids.tolist() == sorted(ids)
    assert len(set(pair.videos.tolist())) == 12
    for key, vectors in ((FIRST.key, pair.vectors), (second, pair.others)):
        stored = VectorShards(folder.vectors(key)).load()
        for row, clip in enumerate(pair.ids):
            np.testing.assert_array_equal(vectors[row], stored.vectors[stored.ids.tolist().index(clip)])
    assert pair.left_out == 0
    assert [pair.row_of(clip) for clip in pair.ids] == list(range(12))
    assert pair.row_of(1) is None
    assert pair.row_of(2**53) is None


def test_a_filter_and_what_one_set_lacks_leave_clips_out(two_sets):
    folder, ids, _ = two_sets
    part = dataclasses.replace(SECOND, layer="layer1")
    vectors = np.random.default_rng(1).standard_normal((8, 5))
    vectors[0, 2] = np.nan
    key = add_set(folder, ids[:8], vectors, part)
    pair = set_pairs.pair_sets(folder, FIRST.key, key)
    assert pair.ids.tolist() == sorted(ids[1:8])
    assert pair.left_out == 5  # four that the second lacks, one whose vector is no vector
    left = set_pairs.pair_sets(folder, FIRST.key, key, ClipFilter(labels=(("label", ("left",)),)))
    assert left.ids.tolist() == sorted(ids[2:8:2])
    assert left.left_out == 3


def test_a_pair_is_made_once_for_each_state_of_both_sets(two_sets):
    folder, ids, second = two_sets
    pair = set_pairs.pair_sets(folder, FIRST.key, second)
    assert set_pairs.pair_sets(folder, FIRST.key, second) is pair
    assert set_agreement.find_neighbourhoods(pair) is set_agreement.find_neighbourhoods(pair)
    with VectorShards(folder.vectors(second)).writing():
        VectorShards(folder.vectors(second)).compact()
        VectorShards(folder.vectors(second)).append(
            Embeddings(np.array([ids[0]], np.int64), np.ones((1, 9), np.float32))
        )
    assert set_pairs.pair_sets(folder, FIRST.key, second) is not pair


def test_sets_of_one_recipe_are_comparable_the_newest_first(two_sets):
    folder, ids, second = two_sets
    newer = add_set(folder, ids, np.ones((12, 3)), dataclasses.replace(SECOND, layer="newer"))
    shots = dataclasses.replace(SECOND, recipe_key=Recipe("shots").key)
    other_recipe = add_set(folder, [], np.empty((0, 3)), shots)
    first = EmbeddingSet(FIRST, 6)
    assert [found.key for found in set_pairs.comparable_sets(folder, first)] == [newer, second]
    with pytest.raises(ProjectionError, match="cut differently"):
        set_pairs.pair_sets(folder, FIRST.key, other_recipe)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10_000), st.integers(2, 30), st.integers(1, 12), st.booleans(), st.integers(1, 6))
def test_face_off_and_neighbourhoods_tell_the_same(seed, count, k, apart, num_videos):
    rng = np.random.default_rng(seed)
    vectors, others = (rng.standard_normal((count, 5)).astype(np.float32) for _ in range(2))
    videos = rng.integers(0, num_videos, count)
    pair = make_pair(vectors, others, videos)
    near = set_agreement.find_neighbourhoods(pair, other_videos_only=apart)
    overlap, chance = near.overlap(k), near.chance(k)
    for row, clip in enumerate(pair.ids):
        off = set_agreement.face_off(pair, int(clip), k, other_videos_only=apart)
        candidates = int((videos != videos[row]).sum()) if apart else count - 1
        assert off.candidates == near.candidates[row] == candidates
        assert off.num_counted == min(k, candidates) == len(off.both) + len(off.only_second)
        if not candidates:
            assert np.isnan(overlap[row])
            continue
        assert overlap[row] == len(off.both) / off.num_counted
        assert chance[row] == min(k, candidates) / candidates
        assert {face_off.clip_id for face_off in (*off.only_first, *off.both)} == set(
            pair.ids[near.first[row][near.first[row] >= 0][:k]].tolist()
        )


def test_ranks_are_places_among_all_others_by_either_set():
    angles = np.radians([0, 10, 20, 30, 40])
    rising = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    falling = rising[[0, 4, 3, 2, 1]]
    off = set_agreement.face_off(make_pair(rising, falling), 0, 2)
    assert [(face_off.clip_id, face_off.first_rank, face_off.second_rank) for face_off in off.only_first] == [
        (10, 1, 4),
        (20, 2, 3),
    ]
    assert [(face_off.clip_id, face_off.first_rank, face_off.second_rank) for face_off in off.only_second] == [
        (40, 4, 1),
        (30, 3, 2),
    ]
    assert off.both == ()
    every = set_agreement.face_off(make_pair(rising, falling), 0, 9)
    assert [face_off.clip_id for face_off in every.both] == [10, 20, 30, 40]  # all their sums are 5: by clip
    assert set_agreement.face_off(make_pair(rising, falling), 7, 2) is None


def test_a_set_beside_itself_turned_shares_everything():
    vectors = np.random.default_rng(0).standard_normal((40, 6))
    turned = vectors @ np.linalg.qr(np.random.default_rng(1).standard_normal((6, 6)))[0] * 3
    pair = make_pair(vectors, turned)
    assert (set_agreement.find_neighbourhoods(pair).overlap(5) == 1).all()
    alignment = set_agreement.align_sets(pair)
    assert alignment.cka == pytest.approx(1, abs=1e-6)
    assert alignment.by_chance < 0.5
    assert alignment.num_clips == 40


def test_of_many_clips_some_are_drawn_and_looked_up_among_all(monkeypatch):
    monkeypatch.setattr(set_agreement, "MOST_COMPARISONS", 4_000)
    monkeypatch.setattr(set_agreement, "MOST_CKA_CLIPS", 50)
    rng = np.random.default_rng(0)
    pair = make_pair(rng.standard_normal((200, 4)), rng.standard_normal((200, 4)))
    near = set_agreement.find_neighbourhoods(pair)
    assert len(near.ids) == 20
    assert near.num_clips == 200
    for row, clip in enumerate(near.ids):
        off = set_agreement.face_off(pair, int(clip), 10)
        assert near.overlap(10)[row] == len(off.both) / 10
    assert set_agreement.align_sets(pair).num_clips == 50


def test_nothing_in_common_is_an_empty_pair(two_sets):
    folder, _, second = two_sets
    pair = set_pairs.pair_sets(folder, FIRST.key, second, ClipFilter(text="no such video"))
    assert len(pair) == 0
    assert len(set_agreement.find_neighbourhoods(pair).overlap(5)) == 0
    assert np.isnan(set_agreement.align_sets(pair).cka)
    assert set_agreement.face_off(pair, 3, 5) is None
