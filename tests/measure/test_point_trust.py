from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidviz.errors import ProjectionError
from vidviz.measure import point_trust as module
from vidviz.measure.point_trust import point_trust

seeds = st.integers(0, 10_000)


def true_neighbours(rng, count, k):
    """Any others in any order; what is true is not this measure's business."""
    rows = [rng.permutation(np.delete(np.arange(count), row))[:k] for row in range(count)]
    return np.array(rows, dtype=np.int64).reshape(count, min(k, max(0, count - 1)))


def by_chance(true, points, k):
    """Over every order in which equal distances can be taken: the mean part of true neighbours kept."""
    expected = []
    for row, near in enumerate(true.tolist()):
        distances = np.linalg.norm(points - points[row], axis=1)
        others = np.sort(np.delete(distances, row))
        reach = others[k - 1]
        room, tied = k - (others < reach).sum(), (others == reach).sum()
        expected.append(
            sum(1 if distances[j] < reach else room / tied if distances[j] == reach else 0 for j in near) / k
        )
    return expected


@given(seeds, st.integers(2, 14), st.integers(1, 6), st.integers(1, 3), st.booleans(), st.integers(1, 30))
def test_equals_counting_with_ties_shared_in_blocks_of_any_size(seed, count, k, dims, coarse, block):
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 3, (count, dims)).astype(float) if coarse else rng.standard_normal((count, dims))
    true = true_neighbours(rng, count, k)
    before, module.BLOCK_DISTANCES = module.BLOCK_DISTANCES, block
    try:
        found = point_trust(true, points, k)
    finally:
        module.BLOCK_DISTANCES = before
    assert found.tolist() == pytest.approx(by_chance(true, points, min(k, count - 1)), abs=1e-12)


def test_a_perfect_map_keeps_all_and_a_map_on_one_place_what_chance_keeps():
    points = np.random.default_rng(0).standard_normal((50, 2))
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    true = distances.argsort(axis=1)[:, 1:]
    assert point_trust(true, points, 7).tolist() == [1] * 50
    assert point_trust(true, points * 1e-20, 7).tolist() == [1] * 50
    assert point_trust(true, np.full((50, 2), 3.3), 7).tolist() == pytest.approx([7 / 49] * 50)


def test_more_neighbours_than_there_are_is_all_of_them():
    true = np.array([[1, 2], [0, 2], [0, 1]])
    assert point_trust(true, np.array([[0.0, 0], [5, 1], [2, 2]]), 99).tolist() == [1, 1, 1]
    assert point_trust(np.array([[1], [0]]), np.zeros((2, 2))).tolist() == [1, 1]


def test_one_clip_has_no_trust_to_speak_of():
    assert np.isnan(point_trust(np.empty((1, 0), np.int32), np.zeros((1, 2)))).all()
    assert point_trust(np.empty((0, 0), np.int32), np.empty((0, 2))).shape == (0,)


def test_senseless_requests_get_a_sentence():
    with pytest.raises(ProjectionError, match="not those of a map of 2 clips"):
        point_trust(np.zeros((3, 1), int), np.zeros((2, 2)))
    with pytest.raises(ProjectionError, match="1 of 2 rows"):
        point_trust(np.zeros((2, 1), int), np.array([[0, np.nan], [0, 0]]))
    with pytest.raises(ProjectionError, match="at least 1 neighbour"):
        point_trust(np.zeros((2, 1), int), np.zeros((2, 2)), 0)
    with pytest.raises(ProjectionError, match="not among the 2 clips"):
        point_trust(np.array([[1], [7]]), np.zeros((2, 2)))
