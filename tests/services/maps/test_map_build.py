"""Maps of a set: laid out once, kept, grown by clips that come later, and never spun."""

from __future__ import annotations

import numpy as np
import pytest

from vidviz.measure.procrustes import align_maps
from vidviz.services.library import embedding_sets
from vidviz.services.maps import map_build, new_clips
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings, MapSpec, Span, clip_id

PCA, UMAP = MapSpec("pca"), MapSpec("umap", n_neighbors=5)


def grow(folder, spec, more):
    """Vectors of clips that are embedded later, in a set that is there."""
    ids = [clip_id(f"later {number}", Span(0.0, 2.0), "r") for number in range(len(more))]
    VectorShards(folder.vectors(spec.key)).append(Embeddings(np.array(ids, np.int64), more.astype(np.float32)))
    return np.array(ids)


@pytest.fixture
def grown(folder, fill):
    """A workspace with a set of forty clips in two groups, and a function that adds clips to it."""
    rng = np.random.default_rng(0)
    centres = np.array([[5.0, 0, 0, 0], [0, 5.0, 0, 0]])
    fill(folder, np.repeat(centres, 20, axis=0) + rng.normal(size=(40, 4)))
    made = embedding_sets.find_set(folder)
    return folder, made, lambda count: grow(folder, made, centres[[0] * count] + 0.1 * rng.normal(size=(count, 4)))


@pytest.mark.parametrize("spec", [PCA, UMAP], ids=["pca", "umap"])
def test_new_clips_find_their_place_and_no_other_moves(grown, spec):
    folder, made, add = grown
    before = map_build.build_map(folder, made.key, spec)
    new = add(8)
    assert map_build.find_map(folder, made.key, spec) is None
    after = new_clips.place_new_clips(folder, made.key, spec)
    assert after is not None
    assert set(after.ids[after.placed]) == set(new)
    old = ~after.placed
    assert np.array_equal(after.ids[old], before.ids)
    assert np.array_equal(after.points[old], before.points)
    # The new ones are of the first group, and lie among it.
    first = VectorShards(folder.vectors(made.key)).load().ids[:20]
    home = before.points[np.isin(before.ids, first)].mean(axis=0)
    away = before.points[~np.isin(before.ids, first)].mean(axis=0)
    distances = [np.linalg.norm(after.points[after.placed] - place, axis=1) for place in (home, away)]
    assert (distances[0] < distances[1]).all()
    assert map_build.find_map(folder, made.key, spec).placed.sum() == 8


def test_clips_that_were_placed_are_placed_again_when_more_come(grown):
    folder, made, add = grown
    before = map_build.build_map(folder, made.key, PCA)
    add(8)
    new_clips.place_new_clips(folder, made.key, PCA)
    grow(folder, made, np.ones((0, 4)))
    ids = [clip_id("latest", Span(0.0, 2.0), "r")]
    VectorShards(folder.vectors(made.key)).append(Embeddings(np.array(ids), np.ones((1, 4), np.float32)))
    after = new_clips.place_new_clips(folder, made.key, PCA)
    assert after.placed.sum() == 9
    assert np.array_equal(after.points[~after.placed], before.points)


def test_a_map_of_all_clips_takes_the_place_of_one_that_grew(grown):
    folder, made, add = grown
    map_build.build_map(folder, made.key, PCA)
    add(8)
    new_clips.place_new_clips(folder, made.key, PCA)
    anew = map_build.build_map(folder, made.key, PCA)
    assert not anew.placed.any()
    assert not map_build.find_map(folder, made.key, PCA).placed.any()
    assert len(list(folder.maps.glob("*.npz"))) == 1  # the older ones are gone


def test_where_most_clips_are_new_the_map_is_not_theirs(grown):
    folder, made, add = grown
    assert new_clips.place_new_clips(folder, made.key, PCA) is None
    map_build.build_map(folder, made.key, PCA)
    add(41)
    assert new_clips.place_new_clips(folder, made.key, PCA) is None


def test_maps_of_other_parameters_are_left_alone(grown):
    folder, made, add = grown
    map_build.build_map(folder, made.key, UMAP)
    add(3)
    assert new_clips.place_new_clips(folder, made.key, MapSpec("umap", n_neighbors=5, metric="euclidean")) is None
    assert new_clips.place_new_clips(folder, made.key, MapSpec("umap", n_neighbors=5, dims=3)) is None


def test_a_layout_stands_the_way_that_pca_does(grown):
    folder, made, _ = grown
    pca = map_build.build_map(folder, made.key, PCA).points
    for seed in (0, 1):
        points = map_build.build_map(folder, made.key, MapSpec("umap", n_neighbors=5, seed=seed)).points
        again = align_maps(points, pca, scaled=False).points
        np.testing.assert_allclose(points, again, atol=1e-4)
