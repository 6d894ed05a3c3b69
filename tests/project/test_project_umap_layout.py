from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import coo_matrix, csr_matrix

from vidviz.project.fuzzy_graph import fuzzy_graph, link_strengths
from vidviz.project.neighbours import exact_neighbours
from vidviz.project.umap_layout import _pulls, _pushes, fit_curve, lay_out

coordinates = arrays(np.float64, (2, 6), elements=st.floats(-3, 3).filter(lambda value: abs(value) > 0.05))


def test_strengths_sum_to_the_logarithm_and_are_1_for_the_nearest():
    vectors = np.random.default_rng(0).standard_normal((80, 6))
    _, distances = exact_neighbours(vectors, 12)
    strengths = link_strengths(distances.astype(np.float64))
    np.testing.assert_allclose(strengths.sum(axis=1), np.log2(13), rtol=1e-4)
    np.testing.assert_allclose(strengths[:, 0], 1)
    assert (np.diff(strengths, axis=1) <= 0).all()


def test_copies_are_linked_in_full_and_do_not_set_the_distance_of_the_nearest():
    strengths = link_strengths(np.array([[0, 0, 0.5, 0.9, 1.3], [0.1, 0.5, 0.5, 0.9, 1.3]]))
    assert strengths[0, :3].tolist() == [1, 1, 1]
    assert strengths[1, 0] == 1
    assert (strengths[1, 1:] < 1).all()


@given(arrays(np.float64, (5, 4), elements=st.floats(0, 2)))
def test_any_distances_have_finite_strengths(distances):
    strengths = link_strengths(np.sort(distances, axis=1))
    assert np.isfinite(strengths).all()
    assert (strengths >= 0).all()
    assert (strengths <= 1).all()
    assert (strengths.max(axis=1) == 1).all()


def test_links_are_joined_from_both_ends():
    vectors = np.random.default_rng(0).standard_normal((20, 4))
    indices, distances = exact_neighbours(vectors, 5)
    one_way = np.zeros((20, 20))
    np.put_along_axis(one_way, indices.astype(np.int64), link_strengths(distances.astype(np.float64)), axis=1)
    expected = 1 - (1 - one_way) * (1 - one_way.T)
    np.testing.assert_allclose(fuzzy_graph(indices, distances).toarray(), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("min_dist", "a", "b"), [(0.1, 1.577, 0.895), (0.001, 1.929, 0.792), (0.5, 0.583, 1.334)]
)  # the authors' own program gives these
def test_the_curve_is_that_of_the_authors(min_dist, a, b):
    assert fit_curve(min_dist) == pytest.approx((a, b), abs=2e-3)


@pytest.mark.parametrize("min_dist", [0, 0.99])
def test_the_curve_exists_for_every_distance_allowed(min_dist):
    assert np.isfinite(fit_curve(min_dist)).all()


@given(coordinates)
def test_forces_are_the_gradients_they_claim_to_be(apart):
    a, b = np.float64(1.577), np.float64(0.895)

    def near(difference):
        return np.log(1 / (1 + a * (difference**2).sum(axis=0) ** b))

    def far(difference):
        return np.log(1 - 1 / (1 + a * (difference**2).sum(axis=0) ** b))

    for force, potential, slack in ((_pulls, near, 1e-5), (_pushes, far, 0.25)):  # pushes are softened close by
        found = force(apart, a, b)
        for axis in (0, 1):
            step = np.zeros((2, 1))
            step[axis] = 1e-6
            slope = (potential(apart + step) - potential(apart - step)) / 2e-6
            np.testing.assert_allclose(found[axis], np.clip(slope, -4, 4), rtol=slack, atol=1e-5)


def test_points_on_one_place_have_no_direction_to_go():
    a, b = fit_curve(0.1)
    for force in (_pulls, _pushes):
        assert force(np.zeros((2, 3)), np.float32(a), np.float32(b)).tolist() == [[0] * 3] * 2


def cliques(sizes):
    groups = np.repeat(np.arange(len(sizes)), sizes)
    return csr_matrix((groups[:, None] == groups[None]) & ~np.eye(len(groups), dtype=bool), dtype=float), groups


def test_what_is_linked_comes_together_and_what_is_not_goes_apart():
    graph, groups = cliques([15, 10, 12])
    start = 5 * np.random.default_rng(0).uniform(-1, 1, (37, 2)).astype(np.float32)
    points = lay_out(graph, start, min_dist=0.1, epochs=200, seed=0)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    same = groups[:, None] == groups[None]
    assert distances[same].max() < distances[~same].min()
    np.testing.assert_array_equal(points, lay_out(graph, start, min_dist=0.1, epochs=200, seed=0))
    assert not np.array_equal(points, lay_out(graph, start, min_dist=0.1, epochs=200, seed=1))
    wide = lay_out(graph, start, min_dist=0.9, epochs=200, seed=0)
    nearest = [np.sort(np.linalg.norm(one[:, None] - one[None], axis=2), axis=1)[:, 1] for one in (points, wide)]
    assert np.median(nearest[1]) > 1.5 * np.median(nearest[0])


def test_a_point_with_very_many_links_does_not_leap():
    leaves = np.arange(1, 3001)
    star = coo_matrix((np.ones(3000), (np.zeros(3000, int), leaves)), shape=(3001, 3001))
    start = 5 * np.random.default_rng(0).uniform(-1, 1, (3001, 2)).astype(np.float32)
    points = lay_out(star + star.T, start, min_dist=0.1, epochs=100, seed=0)
    assert np.abs(points).max() < 100
    assert (points[0] > np.quantile(points, 0.05, axis=0)).all()
    assert (points[0] < np.quantile(points, 0.95, axis=0)).all()


@pytest.mark.slow
def test_the_graph_curve_and_map_are_those_of_the_authors_program():
    """Slow, as it compiles that program."""
    umap = pytest.importorskip("umap")
    from sklearn.manifold import trustworthiness
    from umap.umap_ import find_ab_params, fuzzy_simplicial_set

    from vidviz.project.umap_map import project_umap

    rng = np.random.default_rng(0)
    vectors = np.repeat(np.eye(6, 32), 50, axis=0) + 0.2 * rng.standard_normal((300, 32))
    indices, distances = exact_neighbours(vectors, 14)
    rows = np.arange(300, dtype=np.int32)[:, None]
    knn = np.hstack([rows, indices]), np.hstack([np.zeros((300, 1), np.float32), distances])
    theirs = fuzzy_simplicial_set(vectors, 15, 0, "cosine", knn_indices=knn[0], knn_dists=knn[1])[0]
    np.testing.assert_allclose(fuzzy_graph(indices, distances).toarray(), theirs.toarray(), atol=2e-4)
    for min_dist in (0.0, 0.1, 0.5, 0.99):
        assert fit_curve(min_dist) == pytest.approx(find_ab_params(1.0, min_dist), rel=1e-4)
    reference = umap.UMAP(metric="cosine", random_state=0).fit_transform(vectors)
    trust = [
        trustworthiness(vectors, points, n_neighbors=15, metric="cosine")
        for points in (project_umap(vectors).points, reference)
    ]
    assert trust[0] >= trust[1] - 0.01
