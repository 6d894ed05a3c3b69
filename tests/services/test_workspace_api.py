"""The Python API, from videos to hits; and what must not happen when it is imported."""

from __future__ import annotations

import numpy as np
import pytest

import vidviz
from vidviz.errors import WorkspaceError
from vidviz.services.indexing import milvus_settings, open_milvus
from vidviz.types import MapSpec, Recipe


@pytest.fixture
def workspace(tmp_path):
    made = vidviz.Workspace(tmp_path / "w")
    yield made
    if made.folder.milvus.exists():
        open_milvus(milvus_settings(), made.folder.milvus).close()


def test_from_videos_to_hits(workspace, make_video, tiny, tmp_path):
    make_video("cats/tom.mp4", seconds=1.5, seed=1)
    make_video("dogs/rex.mp4", seconds=1.0, seed=2)
    told = []
    report = workspace.add(
        tmp_path / "videos", Recipe("windows", 0.5, 0.5), progress=lambda done, total, message="": told.append(done)
    )
    assert report.count("ok") == 2
    assert told[-1] == 2
    clips = workspace.clips()
    assert len(clips) == 5
    assert set(clips["label"]) == {"cats", "dogs"}
    report = workspace.embed("tiny", precision="float32")
    assert report.computed == 5
    assert list(workspace.sets()["key"]) == [report.spec.key]
    embeddings = workspace.embeddings("tiny")
    assert embeddings.ids.tolist() == sorted(clips["clip_id"])
    assert embeddings.vectors.shape == (5, 8)
    points = workspace.map(spec=MapSpec("pca"))
    assert np.isfinite(points[["x", "y"]].to_numpy()).all()
    assert points["clip_id"].tolist() == embeddings.ids.tolist()
    query = int(embeddings.ids[0])
    hits = workspace.search(query, k=3)
    assert (hits["clip_id"][0], hits["score"][0], len(hits)) == (query, 1.0, 3)
    assert list(hits.columns[:6]) == ["clip_id", "video", "start_seconds", "end_seconds", "score", "label"]
    assert query not in workspace.search(query, k=3, include_self=False)["clip_id"].tolist()


def test_an_empty_workspace_has_tables_with_columns(workspace, make_video, tiny):
    assert workspace.clips().columns[0] == "clip_id"
    assert list(workspace.sets()["backbone"]) == []
    with pytest.raises(WorkspaceError, match="Nothing is embedded yet"):
        workspace.embeddings()
    workspace.add(make_video())
    workspace.embed("tiny", precision="float32")
    only = int(workspace.clips()["clip_id"][0])
    assert list(workspace.search(only, include_self=False)["score"]) == []


def test_backbones_can_be_listed_and_loaded():
    assert {"simple3d", "r3d_18", "resnet50"} <= vidviz.backbones().keys()
    loaded = vidviz.load_backbone("r3d_18", weights="random")
    assert loaded.random_weights
    assert "layer4" in dict(loaded.model.named_modules())
    assert not loaded.model.training


def test_what_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'backbonez'"):
        _ = vidviz.backbonez
