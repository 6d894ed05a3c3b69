from __future__ import annotations

import warnings

import numpy as np
import pytest

from vidviz.errors import ProjectionError
from vidviz.project import umap_map
from vidviz.project.neighbours import exact_neighbours
from vidviz.project.pca import project_pca
from vidviz.project.umap_map import project_umap


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_too_few_clips_get_a_pca_and_are_told(count):
    vectors = np.random.default_rng(0).standard_normal((count, 6))
    found = project_umap(vectors, dims=3)
    np.testing.assert_array_equal(found.points, project_pca(vectors, 3))
    assert "at least 4 clips; this map is a PCA" in found.note


def test_equal_clips_share_one_place():
    found = project_umap(np.ones((30, 6)) * np.arange(1, 31)[:, None])
    assert "share one place" in found.note


def test_vectors_that_are_not_finite_are_refused():
    with pytest.raises(ProjectionError, match="1 of 2 vectors"):
        project_umap(np.array([[np.nan], [1.0]]))


def test_an_unknown_metric_is_refused():
    with pytest.raises(ProjectionError, match="'cosine' or 'euclidean'"):
        project_umap(np.ones((9, 3)), metric="dot")


def test_a_layout_that_fails_becomes_a_pca(monkeypatch):
    monkeypatch.setattr(umap_map, "_lay_out", lambda measured, *_rest: np.full((len(measured), 2), np.nan))
    vectors = np.random.default_rng(0).standard_normal((9, 6))
    found = project_umap(vectors, n_neighbors=4)
    np.testing.assert_array_equal(found.points, project_pca(vectors, 2))
    assert "this map is a PCA" in found.note


def test_neighbours_are_kept_the_same_each_time_and_in_silence():
    rng = np.random.default_rng(0)
    names = np.repeat([0, 1, 2], 20)
    vectors = np.eye(3, 32)[names] + 0.1 * rng.standard_normal((60, 32))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = project_umap(vectors, n_neighbors=10, seed=3)
    assert (found.points.shape, found.points.dtype, found.note) == ((60, 2), np.float32, "")
    near = exact_neighbours(vectors, 20)
    again = project_umap(vectors, n_neighbors=10, seed=3, neighbours=near)
    np.testing.assert_array_equal(found.points, again.points)
    assert not np.array_equal(found.points, project_umap(vectors, n_neighbors=10, seed=4, neighbours=near).points)
    distances = np.linalg.norm(found.points[:, None] - found.points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (names[distances.argmin(axis=1)] == names).all()
    straight = project_umap(vectors, n_neighbors=10, seed=3, metric="euclidean").points
    shared = exact_neighbours(vectors, 12, "euclidean")
    np.testing.assert_array_equal(
        straight, project_umap(vectors, n_neighbors=10, seed=3, metric="euclidean", neighbours=shared).points
    )
    assert not np.array_equal(straight, found.points)
    few = project_umap(vectors[[0, 1, 20, 40, 41]], dims=3, n_neighbors=15)
    assert few.points.shape == (5, 3)
    assert np.isfinite(few.points).all()
    assert few.note == "There are only 5 clips, so UMAP used 4 neighbours."
    doubled = project_umap(np.repeat(vectors[:8], 4, axis=0), n_neighbors=5)
    assert np.isfinite(doubled.points).all()
