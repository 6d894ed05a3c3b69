from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.decomposition import PCA

from vidviz.errors import ProjectionError
from vidviz.project import pca
from vidviz.project.pca import explained_variance, project_pca

tables = arrays(np.float32, st.tuples(st.integers(0, 12), st.integers(1, 8)), elements=st.floats(-100, 100, width=32))


def reference(vectors, dims):
    """By numpy's SVD in double precision."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    left, sizes, right = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign(right[np.arange(len(right)), np.abs(right).argmax(axis=1)])
    return (left * sizes * signs)[:, :dims]


@pytest.mark.parametrize(("rows", "columns"), [(200, 30), (30, 200), (100, 90)])
@pytest.mark.parametrize("largest_exact", [1024, 20])
def test_equals_the_singular_value_decomposition(rows, columns, largest_exact, monkeypatch):
    monkeypatch.setattr(pca, "LARGEST_EXACT", largest_exact)
    rng = np.random.default_rng(1)
    factors = rng.standard_normal((rows, 5)) * [9, 6, 4, 2, 1]
    vectors = (factors @ rng.standard_normal((5, columns)) + 3).astype(np.float32)
    np.testing.assert_allclose(project_pca(vectors, 3), reference(vectors, 3), atol=2e-3 * np.abs(vectors).max())


@given(tables, st.sampled_from([2, 3]))
def test_any_table_gets_a_sensible_map(vectors, dims):
    points = project_pca(vectors, dims)
    assert points.shape == (len(vectors), dims)
    assert points.dtype == np.float32
    assert np.isfinite(points).all()
    np.testing.assert_array_equal(points, project_pca(vectors.copy(), dims))
    if len(points):
        assert np.abs(points.mean(axis=0)).max() <= 1e-3 * (1 + np.abs(vectors).max())
        spread = points.std(axis=0)
        assert (np.diff(spread) <= 1e-3 * (1 + spread[0])).all()


def test_a_direction_that_is_not_there_gets_no_coordinates():
    three = np.array([[0.0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 1, 1]], np.float32)  # they lie in a plane
    points = project_pca(three, 3)
    assert not points[:, 2].any()
    distances = [np.linalg.norm(a - b) for a, b in ((three[0], three[1]), (three[0], three[2]))]
    assert [np.linalg.norm(points[0] - points[1]), np.linalg.norm(points[0] - points[2])] == pytest.approx(distances)


def test_one_clip_and_equal_clips_lie_on_zero():
    assert not project_pca(np.ones((1, 7)), 2).any()
    same = np.random.default_rng(0).standard_normal((1, 512)) * 30
    assert not project_pca(np.repeat(same, 1000, axis=0), 3).any()


def test_two_clips_lie_on_a_line():
    points = project_pca(np.array([[0.0, 0, 0], [3, 4, 0]]), 3)
    assert abs(points[0, 0] - points[1, 0]) == pytest.approx(5)
    assert not points[:, 1:].any()


def test_fewer_columns_than_dimensions_are_filled_with_zeros():
    assert project_pca(np.array([[1.0], [2], [4]]), 3)[:, 1:].tolist() == [[0, 0]] * 3


@pytest.mark.parametrize("size", [1e30, 1e-30])
def test_extreme_sizes_keep_their_shape(size):
    vectors = np.random.default_rng(0).standard_normal((20, 4)).astype(np.float32)
    np.testing.assert_allclose(project_pca(vectors * np.float32(size), 2) / size, project_pca(vectors, 2), atol=1e-4)


def test_rows_that_are_not_finite_are_counted():
    vectors = np.ones((1500, 3))
    vectors[[3, 7], 1] = np.nan
    vectors[9] = np.inf
    with pytest.raises(ProjectionError, match=r"3 of 1,500 vectors"):
        project_pca(vectors, 2)


@pytest.mark.parametrize("shape", [(4,), (2, 3, 4), (3, 0)])
def test_what_is_no_table_is_refused(shape):
    with pytest.raises(ProjectionError, match="one vector a clip"):
        project_pca(np.zeros(shape), 2)


def test_the_variance_of_the_axes_is_that_of_scikit_learn():
    vectors = np.random.default_rng(0).standard_normal((40, 6)) * [5, 3, 1, 1, 1, 1] + 2
    parts = explained_variance(vectors, project_pca(vectors, 3))
    np.testing.assert_allclose(parts, PCA(3).fit(vectors).explained_variance_ratio_, atol=1e-5)
    assert not explained_variance(np.ones((5, 3)), project_pca(np.ones((5, 3)), 2)).any()
    assert not explained_variance(np.ones((0, 3)), np.zeros((0, 2))).any()
