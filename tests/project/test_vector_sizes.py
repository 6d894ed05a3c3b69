from __future__ import annotations

import numpy as np
import pytest

from vidviz.project.checks import at_ordinary_size
from vidviz.project.tsne_map import project_tsne
from vidviz.project.umap_map import project_umap


@pytest.mark.parametrize("project", [project_umap, project_tsne])
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_very_long_and_very_short_vectors_are_laid_out_alike(project, metric):
    names = np.repeat([0, 1, 2], 15)
    vectors = np.eye(3, 8)[names] + 0.05 * np.random.default_rng(0).standard_normal((45, 8))
    maps = [project(np.ldexp(vectors, power).astype(np.float32), metric=metric).points for power in (100, -100)]
    np.testing.assert_array_equal(*maps)
    distances = np.linalg.norm(maps[0][:, None] - maps[0][None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    assert (names[distances.argmin(axis=1)] == names).all()


@pytest.mark.parametrize("power", [-140, -40, -20, 0, 20, 40, 120])
def test_only_the_scale_changes_and_only_at_the_ends(power):
    vectors = np.ldexp(np.array([[1.0, -3.0], [0.5, 2.5]], np.float32), power)
    sized = at_ordinary_size(vectors)
    ratios = sized.astype(float) / vectors
    assert (ratios == ratios[0, 0]).all()
    assert (sized is vectors) == (abs(power) == 20 or power == 0)
    assert 1e-9 <= np.abs(sized).max() <= 1e9


def test_zeros_and_nothing_stay():
    for vectors in (np.zeros((3, 2), np.float32), np.zeros((0, 2), np.float32)):
        assert at_ordinary_size(vectors) is vectors
