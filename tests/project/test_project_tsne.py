from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.manifold import TSNE
from sklearn.manifold import trustworthiness as reference_trustworthiness

from vidviz.errors import ProjectionError
from vidviz.numbers.unit_vectors import unit_rows
from vidviz.project import tsne_map
from vidviz.project.neighbours import exact_neighbours
from vidviz.project.pca import project_pca
from vidviz.project.tsne_map import neighbours_for, project_tsne


@pytest.fixture
def groups():
    """Three groups of 25 directions of any length, and their names."""
    rng = np.random.default_rng(0)
    names = np.repeat([0, 1, 2], 25)
    vectors = np.eye(3, 32)[names] + 0.1 * rng.standard_normal((75, 32))
    return (vectors * rng.uniform(0.1, 10, (75, 1))).astype(np.float32), names


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_too_few_clips_get_a_pca_and_are_told(count):
    vectors = np.random.default_rng(0).standard_normal((count, 6))
    found = project_tsne(vectors, dims=3)
    np.testing.assert_array_equal(found.points, project_pca(vectors, 3))
    assert "at least 4 clips; this map is a PCA" in found.note


def test_clips_that_are_all_alike_share_one_place():
    assert "share one place" in project_tsne(np.ones((30, 6)) * np.arange(1, 31)[:, None]).note
    assert "share one place" in project_tsne(np.zeros((30, 6))).note


@pytest.mark.parametrize(("count", "perplexity"), [(4, "1"), (5, "1.33"), (12, "3.67")])
def test_a_handful_of_clips_lowers_the_perplexity_and_is_told(count, perplexity):
    found = project_tsne(np.random.default_rng(0).standard_normal((count, 6)))
    assert found.points.shape == (count, 2)
    assert np.isfinite(found.points).all()
    assert found.note == f"There are only {count} clips, so t-SNE used perplexity {perplexity}."


def test_groups_stay_together_the_same_each_time_and_in_silence(groups):
    vectors, names = groups
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = project_tsne(vectors, perplexity=8)
    assert (found.points.shape, found.points.dtype, found.note) == ((75, 2), np.float32, "")
    near = exact_neighbours(vectors, 40)
    np.testing.assert_array_equal(found.points, project_tsne(vectors, perplexity=8, neighbours=near).points)
    assert not np.array_equal(found.points, project_tsne(vectors, perplexity=8, seed=1).points)
    distances = np.linalg.norm(found.points[:, None] - found.points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (names[distances.argmin(axis=1)] == names).all()


@pytest.mark.slow
def test_is_as_good_as_scikit_learn_on_unit_vectors(groups):
    units = unit_rows(groups[0])
    theirs = TSNE(perplexity=8, init="pca", random_state=0).fit_transform(units)
    ours = project_tsne(groups[0], perplexity=8).points
    trust = [reference_trustworthiness(units, points, n_neighbors=8) for points in (ours, theirs)]
    assert trust[0] >= trust[1] - 0.02


def test_the_metric_and_dimensions_reach_the_layout(groups):
    few = groups[0][::4]
    straight = project_tsne(few, dims=3, perplexity=4, metric="euclidean")
    assert straight.points.shape == (19, 3)
    assert not np.allclose(straight.points, project_tsne(few, dims=3, perplexity=4).points)


def test_the_layout_sees_straight_distances_of_unit_vectors_and_a_small_start(groups, monkeypatch):
    """On these, t-SNE is what its authors describe; the map alone would not show it."""
    seen = {}

    class Recorder:
        def __init__(self, **parameters):
            seen.update(parameters)

        def fit_transform(self, graph):
            seen["graph"] = graph
            return seen["init"]

    monkeypatch.setattr("sklearn.manifold.TSNE", Recorder)
    project_tsne(groups[0], perplexity=4, seed=7)
    units = unit_rows(groups[0]).astype(np.float64)
    links = seen["graph"].tocoo()
    straight = np.linalg.norm(units[links.row] - units[links.col], axis=1)
    np.testing.assert_allclose(links.data, straight, atol=1e-3)
    assert np.bincount(links.row).tolist() == [14] * 75  # itself, and 3 * 4 + 1
    assert seen["init"][:, 0].std() == pytest.approx(1e-4, rel=1e-3)
    assert (seen["perplexity"], seen["random_state"], seen["metric"]) == (4, 7, "precomputed")


def test_copies_and_zeros_get_places():
    rng = np.random.default_rng(0)
    vectors = np.repeat(rng.standard_normal((8, 6)), 4, axis=0)
    vectors[:5] = 0
    assert np.isfinite(project_tsne(vectors, perplexity=5).points).all()


def test_a_layout_that_fails_becomes_a_pca(monkeypatch):
    monkeypatch.setattr(tsne_map, "_lay_out", lambda indices, *rest: np.full((len(indices), 2), np.nan))
    vectors = np.random.default_rng(0).standard_normal((9, 6))
    found = project_tsne(vectors)
    np.testing.assert_array_equal(found.points, project_pca(vectors, 2))
    assert "this map is a PCA" in found.note


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"perplexity": 0.5}, "Perplexity"), ({"perplexity": float("nan")}, "Perplexity"), ({"dims": 4}, "2 or 3"),
     ({"metric": "manhattan"}, "'cosine' or 'euclidean'")],
)  # fmt: skip
def test_senseless_parameters_get_a_sentence(wrong, sentence):
    with pytest.raises(ProjectionError, match=sentence):
        project_tsne(np.ones((9, 3)), **wrong)


def test_vectors_that_are_not_finite_are_refused():
    with pytest.raises(ProjectionError, match="1 of 2 vectors"):
        project_tsne(np.array([[np.nan], [1.0]]))


def test_asks_for_three_times_the_perplexity():
    assert neighbours_for(30, 1000) == 91
    assert neighbours_for(30, 20) == 19
