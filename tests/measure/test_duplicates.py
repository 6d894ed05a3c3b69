from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics.pairwise import cosine_similarity

from vidviz.errors import ProjectionError
from vidviz.measure import duplicates as module
from vidviz.measure.duplicates import duplicate_groups, near_duplicates

seeds = st.integers(0, 10_000)


@settings(deadline=None)
@given(seeds, st.integers(1, 25), st.floats(0.05, 0.95), st.booleans(), st.integers(1, 60), st.integers(0, 40))
def test_equals_comparing_all_pairs_in_blocks_of_any_size(seed, count, threshold, apart, block, most):
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((count, 3)).astype(np.float32)
    sources = rng.integers(0, 4, count) if apart else None
    cosines = np.triu(cosine_similarity(vectors.astype(np.float64)), 1)
    if (np.abs(cosines - threshold) < 3e-6).any():
        return  # within rounding either answer is right
    if sources is not None:
        cosines[sources[:, None] == sources[None]] = 0
    expected = {(int(i), int(j)) for i, j in np.argwhere(cosines > threshold)}
    before, module.BLOCK_SCORES = module.BLOCK_SCORES, block
    try:
        found = near_duplicates(vectors, threshold, sources=sources, most=most)
    finally:
        module.BLOCK_SCORES = before
    assert found.total == len(expected)
    assert len(found.pairs) == len(found.cosines) == min(most, len(expected))
    pairs = [tuple(pair) for pair in found.pairs.tolist()]
    assert len(set(pairs)) == len(pairs)
    assert set(pairs) <= expected
    np.testing.assert_allclose(found.cosines, [cosines[pair] for pair in pairs], atol=1e-6)
    best = np.sort(cosines[cosines > threshold])[::-1][:most]
    np.testing.assert_allclose(found.cosines, best, atol=1e-6)


def test_copies_of_any_length_are_found_at_the_strictest_threshold():
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((60, 128)).astype(np.float32)
    vectors[30:] = vectors[:30] * rng.uniform(0.001, 1000, (30, 1)).astype(np.float32)
    found = near_duplicates(vectors, 1.0)
    assert sorted(found.pairs.tolist()) == [[row, row + 30] for row in range(30)]
    assert found.cosines.max() <= 1


def test_a_list_cut_short_says_how_many_there_are():
    found = near_duplicates(np.ones((100, 3)), most=7)
    assert (len(found.pairs), found.total) == (7, 100 * 99 // 2)


def test_zeros_and_single_clips_are_nobodys_copies():
    assert near_duplicates(np.zeros((5, 3))).total == 0
    assert near_duplicates(np.ones((1, 3))).pairs.shape == (0, 2)
    assert near_duplicates(np.empty((0, 3))).total == 0


def test_groups_hold_what_is_linked_through_others():
    groups = duplicate_groups(np.array([[4, 5], [1, 2], [2, 7]]), 9)
    assert groups.tolist() == [-1, 0, 0, -1, 1, 1, -1, 0, -1]
    assert duplicate_groups(np.empty((0, 2), np.int64), 3).tolist() == [-1, -1, -1]
    assert duplicate_groups(np.array([[2, 3], [0, 1]]), 4).tolist() == [0, 0, 1, 1]
    assert duplicate_groups(np.empty((0, 2), np.int64), 0).shape == (0,)


def test_names_of_videos_are_sources_too():
    found = near_duplicates(np.ones((3, 2)), sources=np.array(["a.mp4", "b.mp4", "a.mp4"]))
    assert sorted(found.pairs.tolist()) == [[0, 1], [1, 2]]


def test_senseless_requests_get_a_sentence():
    for threshold in (0, 1.01, float("nan")):
        with pytest.raises(ProjectionError, match="cosine above 0"):
            near_duplicates(np.ones((2, 2)), threshold)
    with pytest.raises(ProjectionError, match="3 sources for 2"):
        near_duplicates(np.ones((2, 2)), sources=np.arange(3))
    with pytest.raises(ProjectionError, match="1 of 2 rows"):
        near_duplicates(np.array([[np.nan], [1]]))


def test_within_a_source_pairs_count_that_lie_apart():
    vectors = np.ones((4, 2), np.float32)
    sources, spans = np.array([0, 0, 0, 1]), np.array([[0, 2], [2, 4], [14, 16], [0, 2]], float)
    found = near_duplicates(vectors, 0.9, sources=sources, spans=spans, apart_seconds=10.0)
    # 0 and 1 follow each other; 1 and 2 are ten seconds apart, 0 and 2 twelve; row 3 is of another source.
    assert sorted(map(tuple, found.pairs.tolist())) == [(0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    assert near_duplicates(vectors, 0.9, sources=sources, spans=spans).total == 3
    assert near_duplicates(vectors, 0.9, sources=sources, spans=spans, apart_seconds=0.0).total == 6


@pytest.mark.parametrize("threshold", [1e-9, 1e-6, 1e-3])
def test_clips_at_right_angles_are_never_alike(threshold):
    assert near_duplicates(np.eye(3), threshold).total == 0
