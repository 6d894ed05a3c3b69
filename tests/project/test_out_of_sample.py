from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vidviz.errors import ProjectionError
from vidviz.project.out_of_sample import place_clips
from vidviz.project.pca import place_by_pca, project_pca

numbers = st.floats(-9, 9, width=32)
tables = arrays(np.float32, st.tuples(st.integers(1, 12), st.just(4)), elements=numbers)


@given(tables, st.data(), st.integers(1, 20), st.sampled_from(["cosine", "euclidean"]))
def test_places_lie_among_those_of_known_clips(known, data, k, metric):
    places = data.draw(arrays(np.float32, (len(known), 2), elements=numbers))
    new = data.draw(arrays(np.float32, st.tuples(st.integers(0, 6), st.just(4)), elements=numbers))
    found = place_clips(new, known, places, k=k, metric=metric)
    assert found.points.shape == (len(new), 2)
    assert found.nearest_distances.shape == found.spreads.shape == (len(new),)
    for values in (found.points, found.nearest_distances, found.spreads):
        assert np.isfinite(values).all()
    assert (found.points >= places.min(axis=0) - 1e-4).all()
    assert (found.points <= places.max(axis=0) + 1e-4).all()
    assert (found.spreads <= np.linalg.norm(np.ptp(places, axis=0)) + 1e-4).all()


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("k", [1, 5, 100])
def test_a_copy_lies_on_the_clip_it_copies(k, metric):
    rng = np.random.default_rng(0)
    known, places = rng.standard_normal((40, 16)), rng.standard_normal((40, 3))
    found = place_clips(known[::-1], known, places, k=k, metric=metric)
    np.testing.assert_allclose(found.points, places[::-1], atol=1e-5)
    assert found.nearest_distances.max() < 1e-6
    assert found.spreads.max() < 1e-4


def test_several_copies_share_the_place():
    known = np.array([[1.0, 0], [1, 0], [0, 1], [-1, 0]])
    places = np.array([[0.0, 0], [2, 0], [9, 9], [5, 5]])
    found = place_clips(np.array([[3.0, 0]]), known, places, k=3)
    assert found.points.tolist() == [[1, 0]]
    assert found.spreads.tolist() == [1]


def test_the_weights_are_those_of_the_formula():
    known = np.array([[0.0], [1], [3], [6]])
    places = np.array([[0.0, 0], [1, 0], [0, 1], [50, 50]])
    found = place_clips(np.array([[1.5]]), known, places, k=3, metric="euclidean")
    distances = np.array([1.5, 0.5, 1.5])
    weights = ((4.5 - distances) / (4.5 * distances)) ** 2
    np.testing.assert_allclose(found.points[0], weights @ places[:3] / weights.sum(), rtol=1e-5)
    assert found.nearest_distances.tolist() == [0.5]


def test_a_place_does_not_jump_where_neighbours_change():
    rng = np.random.default_rng(1)
    known, places = rng.standard_normal((30, 2)), 10 * rng.standard_normal((30, 2))
    way = np.linspace([-1, -1], [1.3, 0.8], 20_000)
    points = place_clips(way, known, places, k=4, metric="euclidean").points
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    assert steps.max() < 0.05  # places are some 10 apart


def test_a_clip_like_none_is_told_from_one_between_two():
    known = np.array([[1.0, 0, 0, 0], [1, 0.01, 0, 0], [0, 1, 0, 0], [0, 1, 0.01, 0], [0.9, -0.3, 0, 0]])
    places = np.array([[0.0, 0], [0, 0], [10, 0], [10, 0], [0, 1]])
    found = place_clips(np.array([[0, 0, 0, 1.0], [1, 1, 0, 0], [1, 0.005, 0, 0]]), known, places, k=4)
    assert found.nearest_distances[0] == pytest.approx(1)
    assert found.nearest_distances[1] < 0.4
    assert found.spreads[1] > 4
    assert found.spreads[2] < 0.1


def test_senseless_requests_get_a_sentence():
    two, places = np.eye(2), np.zeros((2, 2))
    with pytest.raises(ProjectionError, match="holds no clip"):
        place_clips(two, np.empty((0, 2)), np.empty((0, 2)))
    with pytest.raises(ProjectionError, match="2 places for 3 vectors"):
        place_clips(two, np.ones((3, 2)), places)
    with pytest.raises(ProjectionError, match="at least 1 neighbour"):
        place_clips(two, two, places, k=0)
    with pytest.raises(ProjectionError, match="different networks"):
        place_clips(np.ones((1, 3)), two, places)
    with pytest.raises(ProjectionError, match="1 of 2 vectors"):
        place_clips(np.array([[np.nan, 0], [1, 1]]), two, places)
    with pytest.raises(ProjectionError, match="1 of 2 vectors"):
        place_clips(two, two, np.array([[np.inf, 0], [1, 1]]))


@pytest.mark.parametrize("shape", [(60, 8), (8, 60), (1, 5), (2, 5)])
def test_a_pca_map_places_known_clips_where_they_are(shape):
    vectors = np.random.default_rng(0).standard_normal(shape)
    points = project_pca(vectors, 3)
    np.testing.assert_allclose(place_by_pca(vectors[::2], vectors, 3), points[::2], atol=1e-5)


def test_a_pca_map_places_new_clips_by_its_axes():
    known = np.array([[0.0, 0, 0], [4, 0, 0], [0, 1, 0], [4, 1, 0]])
    points = place_by_pca(np.array([[12.0, 0.5, 7]]), known, 2)
    np.testing.assert_allclose(points, [[10, 0]], atol=1e-5)
    with pytest.raises(ProjectionError, match="different networks"):
        place_by_pca(np.ones((1, 4)), known, 2)
