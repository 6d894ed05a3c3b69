"""Types, precision and order of what measures return: float32 comes in as it is stored, and nothing is lost of it."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from vidviz.measure import cka as cka_module
from vidviz.measure import retrieval as retrieval_module
from vidviz.measure.cka import cka_by_chance, linear_cka
from vidviz.measure.cluster_fit import check_clusters, medoids, silhouette
from vidviz.measure.cluster_names import log_odds_z, name_clusters
from vidviz.measure.directions import check_rows, cosines_to, unit_directions
from vidviz.measure.duplicates import duplicate_groups, near_duplicates
from vidviz.measure.outliers import find_outliers, outlier_scores
from vidviz.measure.overlap import chance_overlap, neighbour_overlap, rank_others
from vidviz.measure.point_trust import check_neighbours, point_trust
from vidviz.measure.procrustes import align_maps
from vidviz.measure.rank_trust import continuity, trustworthiness
from vidviz.measure.retrieval import measure_retrieval
from vidviz.measure.robust import robust_threshold
from vidviz.measure.rocchio import rocchio_direction
from vidviz.measure.trajectory import find_peaks, step_distances
from vidviz.measure.typical import by_typicality
from vidviz.numbers.unit_vectors import unit_rows


@pytest.fixture(autouse=True)
def warnings_are_errors():
    """No measure divides by zero or takes the mean of nothing, even where the answer comes out right."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.fixture
def small():
    """Forty vectors of six numbers, float32."""
    return np.random.default_rng(0).standard_normal((40, 6)).astype(np.float32)


# --- unit vectors


def test_rows_keep_float64_and_all_else_becomes_float32():
    for given, kept in (
        (np.float64, np.float64),
        (np.float32, np.float32),
        (np.float16, np.float32),
        (int, np.float32),
    ):
        rows = np.array([[3, 4], [0, 0]], given)
        assert check_rows(rows).dtype == unit_rows(rows).dtype == unit_directions(rows).dtype == kept
        np.testing.assert_allclose(unit_rows(rows), [[0.6, 0.8], [0, 0]], rtol=1e-7)
    same = np.ones((2, 3), np.float32)
    assert check_rows(same) is same
    assert unit_rows([[0, -5]]).tolist() == [[0, -1]]
    assert check_rows(np.empty((0, 0))).shape == (0, 0)
    assert unit_rows(np.empty((2, 0))).shape == (2, 0)


@pytest.mark.parametrize("scale", [1e-38, 1e-30, 1.0, 1e30, 3e38])
def test_rows_of_any_length_are_scaled_right(scale):
    rows = np.array([[0.6, -0.8], [-0.8, 0.6], [-1.0, 0.0]])
    np.testing.assert_allclose(unit_rows((scale * rows).astype(np.float32)), rows, rtol=1e-5)
    np.testing.assert_allclose(unit_rows(scale * 1e200 * rows), rows, rtol=1e-12) if scale < 1e30 else None


def test_each_row_is_scaled_by_itself():
    rows = np.array([[3e30, 4e30], [-3e-30, -4e-30], [0.0, 0.0], [-4.0, 3.0]], np.float32)
    np.testing.assert_allclose(unit_rows(rows), [[0.6, 0.8], [-0.6, -0.8], [0, 0], [-0.8, 0.6]], rtol=1e-6)


def test_the_unit_vectors_are_a_table_of_their_own():
    rows = np.array([[3.0, 4.0]])
    unit_rows(rows)
    assert rows.tolist() == [[3.0, 4.0]]


def test_cosines_keep_their_type_and_stay_within_one():
    rng = np.random.default_rng(1)
    rows = rng.standard_normal((2000, 3))
    for table in (rows, rows.astype(np.float32)):
        own = np.concatenate([cosines_to(np.stack([row, -row]), row) for row in table])
        assert own.dtype == table.dtype
        assert np.abs(own).max() <= 1.0
        np.testing.assert_allclose(np.abs(own), 1.0, rtol=1e-6)
    assert cosines_to(rows.astype(np.float32), np.zeros(3)).dtype == np.float32
    zeros = np.array([[0.0, 0, 0], [1, 0, 0]])
    np.testing.assert_array_equal(cosines_to(zeros, np.array([2.0, 0, 0])), [np.nan, 1])
    assert cosines_to(np.empty((0, 3)), np.ones(3)).shape == (0,)


def test_cosines_of_rows_beyond_float32_are_right():
    rows = np.array([[3e20, 4e20], [3e-25, 4e-25], [1e-16, 0], [1e16, 0]], np.float32)
    np.testing.assert_allclose(cosines_to(rows, np.array([1.0, 0.0])), [0.6, 0.6, 1, 1], rtol=1e-5)
    np.testing.assert_allclose(cosines_to(rows, np.array([0.0, 1e-100])), [0.8, 0.8, 0, 0], rtol=1e-5)


# --- thresholds


def test_thresholds_are_computed_in_float64(small):
    numbers = np.abs(small).ravel()
    assert robust_threshold(numbers, 2.5) == robust_threshold(numbers.astype(np.float64), 2.5)
    assert robust_threshold([1, 2, 4], 1.0) == pytest.approx(2 + 1.4826)
    assert find_outliers(numbers).scores.dtype == outlier_scores(small).dtype == np.float64
    assert outlier_scores(small, 3).tolist() == outlier_scores(small.astype(np.float64), 3).tolist()
    assert find_peaks(numbers).threshold == find_peaks(numbers.astype(np.float64)).threshold


def test_where_most_values_are_the_same_the_mean_deviation_tells():
    numbers = np.r_[np.full(20, 2.0), 12.0]
    assert robust_threshold(numbers) == pytest.approx(2 + 3 * 1.2533 * 10 / 21)
    assert robust_threshold(np.r_[np.zeros(3), np.ones(2), 7.0], 2) == pytest.approx(0.5 + 2 * 1.4826 * 0.5)


def test_outliers_of_one_distance_are_in_their_order_and_nothing_has_none():
    scores = np.r_[np.zeros(200), np.full(40, 5.0), 6.0]
    found = find_outliers(scores)
    assert found.rows.tolist() == [240, *range(200, 240)]
    assert found.rows.dtype == np.int64
    assert found.typical == 0
    nothing = find_outliers(np.empty(0))
    assert (nothing.rows.tolist(), nothing.typical, nothing.threshold) == ([], 0.0, np.inf)
    assert outlier_scores(np.empty((3, 0))).tolist() == [0, 0, 0]
    assert outlier_scores(np.array([[1.0, 9], [2, 9]]), 1).tolist() == [1, 2]
    assert outlier_scores(np.arange(24.0).reshape(2, 12)).tolist() == [4.5, 16.5]  # ten count where nothing is said


# --- steps of a trajectory


def test_steps_are_never_below_zero_nor_above_two(small):
    rng = np.random.default_rng(3)
    rows = np.repeat(rng.standard_normal((500, 5)), 2, axis=0)
    assert (step_distances(rows) >= 0).all()
    rows[1::2] *= -1
    assert (step_distances(rows) <= 2).all()
    assert step_distances(rows).max() == pytest.approx(2)
    for metric in ("cosine", "euclidean"):
        assert step_distances(small, metric).tolist() == step_distances(small.astype(np.float64), metric).tolist()


def test_peaks_are_row_numbers_above_rounding():
    found = find_peaks(np.r_[np.zeros(10), 1.0, np.zeros(10)])
    assert (found.steps.tolist(), found.steps.dtype) == ([10], np.int64)
    assert find_peaks(np.r_[1.0, np.zeros(20), 2.0]).steps.tolist() == [0, 21]
    assert find_peaks(np.r_[np.zeros(20), 2.0, 2.0]).steps.tolist() == [20]
    assert find_peaks(np.zeros(9)).threshold == 1e-6
    assert find_peaks([]).threshold == np.inf


# --- typical clips


def test_equals_keep_their_order_however_many_they_are():
    order = np.random.default_rng(0).permutation(100)
    for kind in (np.float64, np.float32):
        rows, cosines = by_typicality(np.full((100, 7), 0.1, kind), order)
        assert rows.tolist() == order.tolist()
        assert cosines.tolist() == [1.0] * 100
        assert (rows.dtype, cosines.dtype) == (np.int64, np.float64)


def test_cosines_are_rounded_to_what_their_type_tells_apart(small):
    for table, digits in ((small, 6), (small.astype(np.float64), 12)):
        cosines = by_typicality(table, np.arange(40))[1]
        np.testing.assert_array_equal(cosines, cosines.round(digits))
        assert (cosines != cosines.round(digits - 1)).any()


def test_the_centre_of_many_is_a_mean_in_float64():
    many = np.tile(np.array([[0.6, 0.8]], np.float32), (300_000, 1))
    many[0] = [0.8, -0.6]
    rows, cosines = by_typicality(many, np.arange(len(many)))
    assert rows[-1] == 0
    assert cosines[-1] == pytest.approx(1 / 300_000, abs=1.1e-6)


def test_nothing_selected_is_an_empty_answer_of_the_right_types():
    for nothing in (np.array([]), np.zeros(3, bool), []):
        rows, cosines = by_typicality(np.eye(3), np.asarray(nothing))
        assert (rows.shape, rows.dtype, cosines.shape, cosines.dtype) == ((0,), np.int64, (0,), np.float64)


# --- near-duplicates


def test_of_equal_pairs_the_first_are_listed(monkeypatch):
    found = near_duplicates(np.ones((40, 3)), most=5)
    assert found.pairs.tolist() == [[0, 1], [0, 2], [0, 3], [0, 4], [0, 5]]
    assert (found.pairs.dtype, found.cosines.dtype, found.total) == (np.int64, np.float32, 780)
    apart = near_duplicates(np.eye(2, 3)[np.arange(40) % 2] + [0, 0, 4], 0.9)  # copies, and pairs at 16/17
    pairs = apart.pairs.tolist()
    assert pairs == sorted(pairs, key=lambda pair: ((pair[1] - pair[0]) % 2, pair))
    assert found.cosines.max() <= 1
    assert len(near_duplicates(np.ones((150, 2))).pairs) == 10_000
    empty = near_duplicates(np.eye(3))
    assert (empty.pairs.shape, empty.pairs.dtype, empty.cosines.dtype) == ((0, 2), np.int64, np.float32)


def test_a_low_threshold_counts_no_pair_twice_and_none_with_itself():
    vectors = np.array([[1.0, 0], [1, 0.001], [0, 1]])
    assert near_duplicates(vectors, 1e-4).total == 2
    assert near_duplicates(vectors, 0.5).pairs.tolist() == [[0, 1]]
    assert near_duplicates(vectors, sources=["a", "a", "b"]).total == 0
    assert near_duplicates(np.array([[1.0, 0], [1, 0.2]])).total == 0  # a cosine of 0.98, where 0.99 is asked for
    assert near_duplicates(np.array([[1.0, 0], [1, 0.13]])).total == 1


def test_groups_are_numbered_by_size_and_then_by_their_first_clip():
    pairs = np.array([[8, 9], [0, 1], [3, 4], [4, 5]])
    groups = duplicate_groups(pairs, 11)
    assert groups.tolist() == [1, 1, -1, 0, 0, 0, -1, -1, 2, 2, -1]
    assert groups.dtype == np.int64


# --- neighbours in common


def test_the_overlap_counts_the_first_k_and_what_is_there():
    near, beside = np.array([[1, 2, 3], [2, 0, -1], [-1, -1, -1]]), np.array([[3, 2, 1], [0, -1, -1], [0, 1, -1]])
    np.testing.assert_array_equal(neighbour_overlap(near, beside, 3), [1, 1, np.nan])
    np.testing.assert_array_equal(neighbour_overlap(near, beside, 2), [0.5, 1, np.nan])
    np.testing.assert_array_equal(neighbour_overlap(near, beside, 1), [0, 0, np.nan])
    np.testing.assert_array_equal(chance_overlap([10, 3, 1, 0], 3), [0.3, 1, 1, np.nan])
    np.testing.assert_array_equal(chance_overlap([4, 2], 1), [0.25, 0.5])


def test_ranks_of_equals_are_in_their_order_however_many_they_are():
    scores, left_out = [0.5] * 50 + [0.7], [False] * 49 + [True, False]
    ranks = rank_others(scores, left_out)
    assert ranks.tolist() == [*range(2, 51), 0, 1]
    assert ranks.dtype == np.int64
    assert rank_others([1.0, 3.0, 2.0], np.array([0, 1, 0])).tolist() == [2, 0, 1]


# --- clusters


def test_silhouettes_of_float32_are_those_of_the_same_numbers_in_float64(small):
    clusters = np.arange(40, dtype=np.uint8) % 3
    found, wide = silhouette(small, clusters), silhouette(small.astype(np.float64), clusters.astype(np.int64))
    assert found.points.dtype == np.float64
    np.testing.assert_allclose(found.points, wide.points, rtol=0, atol=1e-12)
    assert set(found.clusters) == {0, 1, 2}
    assert check_clusters(clusters, 40).dtype == np.int64
    assert check_clusters([], 0).tolist() == []


def test_silhouettes_by_hand():
    """Two pairs at right angles: a clip is at 0 from its like and at 1 from the others."""
    vectors, clusters = np.array([[1.0, 0], [2, 0], [0, 1], [0, 3], [1, 1]]), np.array([0, 0, 1, 1, -1])
    found = silhouette(vectors, clusters)
    np.testing.assert_allclose(found.points, [1, 1, 1, 1, np.nan])
    assert found.clusters == {0: 1.0, 1: 1.0}
    assert found.overall == 1.0
    alone = silhouette(vectors[:3], np.array([0, 0, 7]))
    assert alone.points.tolist() == [1, 1, 0]
    assert alone.overall == pytest.approx(2 / 3)
    wrong = silhouette(vectors[:4], np.array([0, 1, 0, 1]))
    assert wrong.points == pytest.approx([-0.5] * 4)


def test_medoids_are_one_clip_unless_more_are_asked_for(small):
    clusters = np.arange(40) % 2
    found = medoids(small, clusters)
    assert {number: rows.shape for number, rows in found.items()} == {0: (1,), 1: (1,)}
    assert all(rows.dtype == np.int64 for rows in found.values())
    assert {number: rows.tolist() for number, rows in medoids(small, clusters, 0).items()} == {0: [], 1: []}
    assert medoids(small, clusters, -1)[0].tolist() == []
    assert sorted(medoids(small, clusters, 99)[1].tolist()) == list(range(1, 40, 2))
    assert medoids(np.full((60, 3), 0.1), np.zeros(60, int), 60)[0].tolist() == list(range(60))
    two = np.array([[1.0, 0], [1, 0.1]])[np.arange(60) % 5 // 3]
    order = [*(row for row in range(60) if row % 5 < 3), *(row for row in range(60) if row % 5 > 2)]
    assert medoids(two, np.zeros(60, int), 60)[0].tolist() == order
    turned = np.array([[1.0, 0], [1, 1], [0, 1], [1, 1.1]])
    assert medoids(turned, np.zeros(4, int), 4)[0].tolist()[:2] == [1, 3]


def test_a_cluster_of_two_is_named_by_what_both_have_and_by_no_less():
    clusters = np.repeat([0, 1], [2, 60])
    found = name_clusters(clusters, {"sport": ["golf"] * 2 + ["tennis"] * 60})
    assert found[0].name == "golf"
    assert found[0].z == log_odds_z(2, 2, 0, 60)
    assert list(found) == [0, 1]
    assert all(type(number) is int for number in found)


def test_of_columns_that_distinguish_alike_the_first_names():
    clusters = np.repeat([0, 1], 20)
    names = name_clusters(clusters, {"one": ["a"] * 20 + ["b"] * 20, "two": ["c"] * 20 + ["d"] * 20})
    assert [(names[n].name, names[n].column) for n in (0, 1)] == [("a", "one"), ("b", "one")]
    better = name_clusters(clusters, {"one": ["a"] * 12 + ["b"] * 28, "two": ["c"] * 20 + ["d"] * 20})
    assert [(names.name, names.column) for names in better.values()] == [("c", "two"), ("d", "two")]


@pytest.mark.parametrize("order", [["a"] * 9 + ["b"] * 4, ["b"] * 4 + ["a"] * 9])
def test_of_values_of_a_column_the_most_distinct_names_and_the_first_of_equals(order):
    clusters = np.repeat([0, 1], [13, 40])
    assert name_clusters(clusters, {"sport": order + ["c"] * 40})[0].name == "a"
    equals = ["d"] * 6 + ["e"] * 6 + ["c"] * 41
    assert name_clusters(clusters, {"sport": equals})[0].name == "d"


def test_log_odds_by_hand():
    assert log_odds_z(1, 2, 1, 2) == 0
    ratio = np.log(3.5 / 0.5) - np.log(0.5 / 7.5)
    assert log_odds_z(3, 3, 0, 7) == pytest.approx(ratio / np.sqrt(1 / 3.5 + 1 / 0.5 + 1 / 0.5 + 1 / 7.5))


# --- maps


def test_a_map_is_moved_in_float64_and_told_in_float32(small):
    points, reference = small[:, :2], small[:, 2:4]
    found, wide = align_maps(points, reference), align_maps(points.astype(np.float64), reference.astype(np.float64))
    assert found.points.dtype == wide.points.dtype == np.float32
    assert found.points.tolist() == wide.points.tolist()
    assert found.disparity == wide.disparity
    for given in (np.full((3, 2), np.nan), np.zeros((3, 2))):
        assert align_maps(np.eye(3)[:, :2], given).points.dtype == np.float32


def test_a_small_map_far_from_zero_has_a_spread():
    square = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    assert align_maps(square * 1e-3 + 1e6, square).disparity == pytest.approx(0, abs=1e-9)
    assert align_maps(np.full((4, 2), 1e6 + 0.1), square).disparity == 1.0
    assert np.isnan(align_maps(square, np.full((4, 2), 0.1)).disparity)
    many = np.random.default_rng(0).standard_normal((9_999, 2))
    assert align_maps(np.full((9_999, 2), 0.1), many).disparity == 1.0


def test_of_ties_at_the_edge_each_counts_for_its_part():
    points = np.array([[0.0], [1.0], [1.0], [1.0], [2.0]])
    assert point_trust(np.array([[1], [0], [0], [0], [0]]), points, 1)[0] == pytest.approx(1 / 3)
    assert point_trust(np.array([[1, 4]] + [[0, 4]] * 3 + [[0, 1]]), points, 2)[0] == pytest.approx(1 / 3)


def test_fifteen_neighbours_count_where_nothing_is_said():
    rng = np.random.default_rng(0)
    vectors, points = rng.standard_normal((60, 5)), rng.standard_normal((60, 2))
    near = np.argsort(((vectors[:, None] - vectors[None]) ** 2).sum(axis=2), axis=1)[:, 1:]
    assert point_trust(near, points).tolist() == point_trust(near, points, 15).tolist()
    assert continuity(near, points) == continuity(near, points, 15)
    assert trustworthiness(vectors, points) == trustworthiness(vectors, points, 15, "cosine")
    assert check_neighbours(near.tolist(), 60, 4).shape == (60, 4)


# --- alignment of embeddings


def test_of_float32_embeddings_nothing_is_lost(small):
    far = (small + 1000).astype(np.float32)
    first, second = far[:, :4], far[:, 2:]
    wide = linear_cka(first.astype(np.float64), second.astype(np.float64))
    assert linear_cka(first, second) == pytest.approx(wide, abs=1e-12)
    assert 0.3 < wide < 1


def test_chance_is_of_two_hundred_shuffles_by_the_first_seed(small):
    first, second = small[:, :3], small[:, 3:]
    assert cka_by_chance(first, second) == cka_by_chance(first, second, shuffles=200, seed=0)
    assert cka_by_chance(first, second) != cka_by_chance(first, second, shuffles=201, seed=0)
    assert cka_by_chance(first, second) != cka_by_chance(first, second, shuffles=200, seed=1)


def test_chance_of_many_clips_is_that_of_the_ones_drawn(monkeypatch, small):
    monkeypatch.setattr(cka_module, "SHUFFLED_CLIPS", 12)
    first, second = small[:, :3], small[:, 3:]
    rng = np.random.default_rng(4)
    drawn = rng.choice(40, 12, replace=False)
    found = [linear_cka(first[drawn], second[drawn][rng.permutation(12)]) for _ in range(30)]
    assert cka_by_chance(first, second, shuffles=30, seed=4) == pytest.approx(np.percentile(found, 95), abs=1e-9)


def test_four_clips_are_enough_and_three_are_not(small):
    assert np.isfinite(linear_cka(small[:4], small[:4]))
    assert np.isfinite(cka_by_chance(small[:4], small[:4]))
    assert np.isnan(linear_cka(small[:3], small[:3]))
    assert np.isnan(cka_by_chance(small[:3], small[:3]))


# --- retrieval


def test_a_direction_is_float32_of_unit_length():
    found = rocchio_direction([[3.0, 4.0], [0.0, 2.0]], [2.0, -0.5])
    expected = np.array([1.2, 1.6]) - [0, 0.5]
    np.testing.assert_allclose(found, expected / np.linalg.norm(expected), rtol=1e-6)
    assert found.dtype == np.float32
    beside = rocchio_direction([[1.0, 0.0], [5.0, 5.0], [0.0, 1.0], [7.0, 1.0]], [1.0, 0.0, -1.0, 0.0])
    np.testing.assert_allclose(beside, [0.5**0.5, -(0.5**0.5)], rtol=1e-6)  # a weight of 0 is of neither side
    weak = rocchio_direction(np.ones((2, 2)), [1.0, -0.999])
    np.testing.assert_allclose(weak, [0.5**0.5] * 2, rtol=1e-3)


def test_precision_recall_chance_and_confusion_by_hand():
    """Five clips on a line of angles; the third is of the other kind, and the last has no label."""
    angles = np.array([0.0, 0.1, 0.25, 0.45, 0.7, 0.05])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    labels = np.array(["a", "a", "b", "b", "a", ""])
    found = measure_retrieval(vectors, labels, 2)
    by_label = {one.label: one for one in found.labels}
    # Nearest others: 0 -> 1 2 3 4, 1 -> 0 2 3 4, 2 -> 1 3 0 4, 3 -> 2 4 1 0, 4 -> 3 2 1 0.
    a, b = by_label["a"], by_label["b"]
    assert (a.clips, b.clips) == (3, 2)
    assert a.precision == pytest.approx((0.5 + 0.5 + 0) / 3)
    assert a.recall == pytest.approx((0.5 + 0.5 + 0) / 3)
    assert b.precision == pytest.approx(0.5)
    assert b.recall == pytest.approx(1.0)
    first = (1 + 2 / 4) / 2
    last = (1 / 3 + 2 / 4) / 2
    assert a.average_precision == pytest.approx((first + first + last) / 3)
    assert b.average_precision == pytest.approx((1 / 2 + 1) / 2)
    assert found.mean_average_precision == pytest.approx((first + first + last + 0.5 + 1) / 5)
    assert (a.chance, b.chance) == (pytest.approx(2 / 4), pytest.approx(1 / 4))
    np.testing.assert_allclose(found.confusion, [[2 / 6, 4 / 6], [2 / 4, 2 / 4]])
    assert found.k == 2


def test_clips_of_one_source_are_no_answers_to_each_other():
    vectors = np.array([[1.0, 0], [1, 0.01], [1, 0.5], [0, 1.0]])
    labels, sources = np.array(["a", "a", "a", "b"]), np.array(["v", "v", "w", "w"])
    found = measure_retrieval(vectors, labels, 1, sources=sources)
    a, b = found.labels
    assert (a.label, b.label) == ("a", "b")
    assert a.average_precision == pytest.approx((1 + 1 + 1) / 3)
    assert np.isnan(b.average_precision)
    assert np.isnan(b.recall)
    assert b.precision == 0
    np.testing.assert_allclose(found.confusion, [[1, 0], [1, 0]])
    assert b.chance == 0


def test_what_has_no_label_or_nobody_to_be_found_is_left_out():
    nothing = measure_retrieval(np.eye(2), np.array(["", ""]))
    assert (nothing.labels, nothing.confusion.shape, nothing.k) == ((), (0, 0), 10)
    assert np.isnan(nothing.mean_average_precision)
    [one] = measure_retrieval(np.eye(3), np.array(["a", "", ""])).labels
    assert (one.clips, one.chance) == (1, 0.0)
    assert np.isnan([one.average_precision, one.recall, one.precision]).all()


@pytest.mark.parametrize("block", [1, 90, 100_000])
def test_retrieval_is_the_same_in_blocks_of_any_size(monkeypatch, small, block):
    labels, sources = np.array(["a", "b", "c", ""] * 10), np.arange(40) // 3
    whole = measure_retrieval(small, labels, 4, sources=sources)
    monkeypatch.setattr(retrieval_module, "BLOCK_SCORES", block)
    parts = measure_retrieval(small, labels, 4, sources=sources)
    np.testing.assert_allclose(parts.confusion, whole.confusion)
    assert parts.mean_average_precision == pytest.approx(whole.mean_average_precision)
    for one, other in zip(parts.labels, whole.labels, strict=True):
        assert (one.label, one.clips) == (other.label, other.clips)
        assert [one.recall, one.precision] == pytest.approx([other.recall, other.precision])


def test_of_equally_near_clips_the_first_come_first():
    labels = np.array(["a"] * 21 + ["b"] * 20)
    found = measure_retrieval(np.ones((41, 2)), labels, 20)
    assert found.labels[0].precision == pytest.approx(1.0)
    assert found.labels[1].precision == pytest.approx(0.0)
