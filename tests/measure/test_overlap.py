from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidviz.errors import ProjectionError
from vidviz.measure.overlap import NOBODY, chance_overlap, neighbour_overlap, rank_others

seeds = st.integers(0, 10_000)


def neighbours(rng, count: int, width: int) -> np.ndarray:
    """Random neighbours of `count` clips, some of which have fewer than `width`."""
    rows = []
    for _ in range(count):
        row = rng.permutation(40)[:width]
        rows.append(np.where(np.arange(width) < rng.integers(0, width + 1), row, NOBODY))
    return np.array(rows).reshape(count, width)


@given(seeds, st.integers(0, 12), st.integers(1, 9), st.integers(1, 12))
def test_equals_intersecting_sets(seed, count, width, k):
    rng = np.random.default_rng(seed)
    first, second = neighbours(rng, count, width), neighbours(rng, count, width)
    found = neighbour_overlap(first, second, k)
    assert found.shape == (count,)
    for row in range(count):
        one, other = ({int(n) for n in near[row, :k] if n != NOBODY} for near in (first, second))
        counted = min(len(one), len(other))
        if counted:
            assert found[row] == len(one & other) / counted
        else:
            assert np.isnan(found[row])


@given(seeds, st.integers(1, 12), st.integers(1, 9))
def test_is_symmetric_whole_with_itself_and_blind_to_the_order_within_k(seed, count, k):
    rng = np.random.default_rng(seed)
    first, second = (np.array([rng.permutation(30)[:9] for _ in range(count)]) for _ in range(2))
    np.testing.assert_array_equal(neighbour_overlap(first, second, k), neighbour_overlap(second, first, k))
    assert (neighbour_overlap(first, first, k) == 1).all()
    shuffled = np.concatenate([rng.permuted(second[:, :k], axis=1), second[:, k:]], axis=1)
    np.testing.assert_array_equal(neighbour_overlap(first, shuffled, k), neighbour_overlap(first, second, k))


@given(st.integers(2, 30), st.integers(1, 40), seeds)
def test_blind_draws_have_the_overlap_of_chance(others, k, seed):
    rng = np.random.default_rng(seed)
    width = min(k, others)
    first, second = (np.array([rng.permutation(others)[:width] for _ in range(400)]) for _ in range(2))
    expected = chance_overlap(np.full(400, others), k)
    assert expected[0] == pytest.approx(width / others)
    error = np.sqrt(0.25 / width / 400)  # of a mean of 400, at most
    assert neighbour_overlap(first, second, k).mean() == pytest.approx(expected[0], abs=5 * error)


def test_without_others_there_is_no_chance():
    assert np.isnan(chance_overlap(np.array([0]), 5)).all()
    assert chance_overlap(np.array([3, 20]), 5).tolist() == [1, 0.25]


@given(seeds, st.integers(0, 20), st.integers(1, 4))
def test_ranks_are_places_by_falling_score(seed, count, steps):
    rng = np.random.default_rng(seed)
    scores, left_out = rng.integers(0, steps + 1, count) / steps, rng.random(count) < 0.3
    ranks = rank_others(scores, left_out)
    assert (ranks[left_out] == 0).all()
    kept = np.flatnonzero(~left_out)
    assert sorted(ranks[kept]) == list(range(1, len(kept) + 1))
    expected = sorted(kept.tolist(), key=lambda row: (-scores[row], row))
    assert sorted(kept.tolist(), key=lambda row: ranks[row]) == expected


def test_senseless_requests_get_a_sentence():
    with pytest.raises(ProjectionError, match="not those of the same clips"):
        neighbour_overlap(np.zeros((3, 2)), np.zeros((2, 2)), 1)
    with pytest.raises(ProjectionError, match="at least 1 neighbour"):
        neighbour_overlap(np.zeros((3, 2)), np.zeros((3, 2)), 0)
