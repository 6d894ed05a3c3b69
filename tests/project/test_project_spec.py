from __future__ import annotations

import re
from dataclasses import asdict

import pytest

from vidviz.errors import ProjectionError
from vidviz.types import MapSpec


def test_keys_tell_maps_apart_and_are_fit_for_file_names():
    specs = [
        MapSpec(), MapSpec(dims=3), MapSpec("umap"), MapSpec("umap", 3), MapSpec("umap", n_neighbors=16),
        MapSpec("umap", min_dist=0.25), MapSpec("umap", seed=1), MapSpec("umap", metric="euclidean"),
        MapSpec("tsne"), MapSpec("tsne", perplexity=12), MapSpec("tsne", seed=1),
    ]  # fmt: skip
    keys = [spec.key for spec in specs]
    assert len(set(keys)) == len(keys)
    assert keys[0] == "pca-2-unit"
    assert keys[2] == "umap-2-15-0.1-0"
    assert all(re.fullmatch(r"[a-z0-9.-]+", key) for key in keys)
    assert MapSpec(**asdict(specs[5])).key == specs[5].key


def test_what_pca_does_not_use_is_not_in_its_key():
    assert MapSpec("pca", n_neighbors=50, seed=7).key == MapSpec("pca").key


def test_what_a_method_does_not_use_is_not_in_its_key():
    assert MapSpec("umap", perplexity=50).key == MapSpec("umap").key
    assert MapSpec("tsne", n_neighbors=50, min_dist=0.5).key == MapSpec("tsne").key


@pytest.mark.parametrize(
    "wrong",
    [{"method": "lda"}, {"metric": "manhattan"}, {"perplexity": 500}, {"dims": 4}, {"n_neighbors": 1},
     {"n_neighbors": 500}, {"min_dist": -0.1}, {"min_dist": float("nan")}, {"min_dist": 1}, {"seed": -1}],
)  # fmt: skip
def test_senseless_maps_are_refused(wrong):
    with pytest.raises(ProjectionError, match=re.escape(str(next(iter(wrong.values()))))):
        MapSpec(**wrong)
