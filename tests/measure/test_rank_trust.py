from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.manifold import trustworthiness as reference
from sklearn.metrics import pairwise_distances

from vidviz.errors import ProjectionError
from vidviz.measure import rank_trust as module
from vidviz.measure.rank_trust import continuity, trustworthiness

seeds = st.integers(0, 10_000)


def nearest(rows, metric="euclidean"):
    """All others of each row, nearest first."""
    distances = pairwise_distances(rows, metric=metric)
    np.fill_diagonal(distances, -1)
    return distances.argsort(axis=1, kind="stable")[:, 1:]


def in_blocks(size, measure):
    before, module.BLOCK_DISTANCES = module.BLOCK_DISTANCES, size
    try:
        return measure()
    finally:
        module.BLOCK_DISTANCES = before


@settings(deadline=None)
@given(seeds, st.integers(5, 40), st.integers(1, 2), st.sampled_from(["cosine", "euclidean"]), st.integers(1, 200))
def test_trustworthiness_equals_that_of_scikit_learn(seed, count, k, metric, block):
    rng = np.random.default_rng(seed)
    vectors, points = rng.standard_normal((count, 6)), rng.standard_normal((count, 2))
    found = in_blocks(block, lambda: trustworthiness(vectors, points, k, metric))
    assert found == pytest.approx(reference(vectors, points, n_neighbors=k, metric=metric), abs=1e-9)


@settings(deadline=None)
@given(seeds, st.integers(5, 40), st.integers(1, 2), st.sampled_from(["cosine", "euclidean"]), st.integers(1, 200))
def test_continuity_is_trustworthiness_with_the_spaces_swapped(seed, count, k, metric, block):
    rng = np.random.default_rng(seed)
    vectors, points = rng.standard_normal((count, 6)), rng.standard_normal((count, 2))
    found = in_blocks(block, lambda: continuity(nearest(vectors, metric), points, k))
    if metric == "cosine":  # the reference measures the map's neighbours straight: unit vectors have the same ones
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert found == pytest.approx(reference(points, vectors, n_neighbors=k), abs=1e-9)


def test_a_few_hundred_float32_vectors_agree_as_well():
    rng = np.random.default_rng(3)
    vectors = (rng.standard_normal((400, 4)) @ rng.standard_normal((4, 64)) + 0.1).astype(np.float32)
    points = vectors[:, :2] + 0.5 * rng.standard_normal((400, 2)).astype(np.float32)
    assert trustworthiness(vectors, points, 15) == pytest.approx(
        reference(vectors, points, n_neighbors=15, metric="cosine"), abs=1e-5
    )


def ranks_over_all_orders(distances, k):
    """The mean excess of ranks above k, one entry a clip, over every order of the equal distances."""
    orders = [order for order in permutations(range(len(distances))) if (np.diff(distances[list(order)]) >= 0).all()]
    excess = [[max(0, order.index(clip) + 1 - k) for clip in range(len(distances))] for order in orders]
    return np.mean(excess, axis=0)


def test_equal_ranks_count_for_the_mean_over_all_orders():
    points = np.array([[0.0], [1], [-1], [1], [2], [-1], [0]])
    near, k, penalty = nearest(np.random.default_rng(0).standard_normal((7, 3)))[:, :2], 2, 0.0
    for row in range(7):
        others = np.delete(np.arange(7), row)
        excess = ranks_over_all_orders(np.abs(points[others, 0] - points[row, 0]), k)
        penalty += sum(excess[others.tolist().index(clip)] for clip in near[row])
    assert continuity(near, points, k) == pytest.approx(1 - penalty * 2 / (7 * k * (14 - 6 - 1)))


def test_a_turned_map_is_perfect_and_a_random_one_is_not():
    rng = np.random.default_rng(0)
    points = rng.standard_normal((60, 2))
    turned = points @ np.array([[0.0, -3], [3, 0]]) + 7
    assert trustworthiness(turned, points, 9, "euclidean") == 1
    assert continuity(nearest(turned), points, 9) == 1
    assert trustworthiness(rng.standard_normal((60, 30)), points, 9) < 0.75


def test_clips_on_one_place_are_no_neighbours_for_being_side_by_side():
    """On a map that says nothing, trust is that of chance, also where the table is sorted by what is alike."""
    line = np.linspace(0, 1, 300)[:, None] * np.ones((1, 2))
    found = trustworthiness(line, np.zeros((300, 2)), 10, "euclidean")
    chance = [trustworthiness(line, np.random.default_rng(s).random((300, 2)), 10, "euclidean") for s in range(8)]
    assert found == pytest.approx(np.mean(chance), abs=0.05)


def test_an_invented_neighbour_is_told_from_a_torn_one():
    """Two far lines of clips, drawn over each other; and one line, torn in the middle."""
    along = np.arange(40.0)
    two = np.stack([np.tile(along, 2), np.repeat([0, 1000], 40)], axis=1)
    folded = two * [1, 1e-6]
    assert trustworthiness(two, folded, 6, "euclidean") < 0.9
    assert continuity(nearest(two), folded, 6) > trustworthiness(two, folded, 6, "euclidean")
    ring = np.stack([np.cos(along / 40 * 2 * np.pi), np.sin(along / 40 * 2 * np.pi)], axis=1)
    torn = along[:, None]
    assert trustworthiness(ring, torn, 6, "euclidean") > continuity(nearest(ring), torn, 6)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_clips_have_nothing_to_trust(count):
    rows = np.eye(2)[:count]
    assert np.isnan(trustworthiness(rows, rows))
    assert np.isnan(continuity(np.zeros((count, max(0, count - 1)), int), rows))


def test_more_neighbours_than_there_are_is_as_many_as_have_a_meaning():
    rng = np.random.default_rng(0)
    vectors, points = rng.standard_normal((9, 5)), rng.standard_normal((9, 2))
    assert trustworthiness(vectors, points, 99) == trustworthiness(vectors, points, 4)
    assert continuity(nearest(vectors), points, 99) == continuity(nearest(vectors), points, 4)


@settings(deadline=None)
@given(seeds, st.integers(3, 25), st.integers(1, 12), st.sampled_from(["cosine", "euclidean"]))
def test_stays_between_0_and_1_whatever_the_ties(seed, count, k, metric):
    rng = np.random.default_rng(seed)
    vectors, points = rng.integers(0, 2, (count, 3)), rng.integers(0, 2, (count, 2))
    assert -1e-9 <= trustworthiness(vectors, points, k, metric) <= 1 + 1e-9
    assert -1e-9 <= continuity(nearest(vectors), points, k) <= 1 + 1e-9


def test_senseless_requests_get_a_sentence():
    with pytest.raises(ProjectionError, match="2 points is not one of 3 vectors"):
        trustworthiness(np.ones((3, 2)), np.ones((2, 2)))
    with pytest.raises(ProjectionError, match="1 of 3 rows"):
        trustworthiness(np.array([[1.0], [np.nan], [1]]), np.ones((3, 2)))
    with pytest.raises(ProjectionError, match="at least 1 neighbour"):
        trustworthiness(np.ones((3, 2)), np.ones((3, 2)), 0)
    with pytest.raises(ProjectionError, match="'cosine' or 'euclidean'"):
        trustworthiness(np.ones((3, 2)), np.ones((3, 2)), 1, "dot")
    with pytest.raises(ProjectionError, match="not those of a map"):
        continuity(np.zeros((4, 2), int), np.ones((3, 2)))
