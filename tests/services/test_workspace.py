"""The Python API, from videos to hits; and what must not happen when it is imported."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

import vidviz
from vidviz.errors import BackboneError, MediaError, SearchIndexError, WorkspaceError
from vidviz.services.index.set_index import milvus_settings, open_milvus
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


def test_a_search_asks_with_all_that_the_page_can(workspace, make_video):
    videos = [make_video(f"{name}.mp4", seconds=4.0, seed=seed) for seed, name in enumerate("ab")]
    workspace.add(videos)
    workspace.embed("simple2d_look", precision="float32")
    clips = workspace.clips().set_index("clip_id")
    second = int(clips.index[(clips["video"] == "b.mp4") & (clips["start_seconds"] == 2.0)][0])
    by_stretch = workspace.search(video=str(videos[1]), seconds=(2.0, None))
    assert (by_stretch["clip_id"][0], by_stretch["score"][0]) == (second, pytest.approx(1, abs=1e-5))
    embeddings = workspace.embeddings()
    vector = embeddings.vectors[embeddings.ids.tolist().index(second)]
    by_vector = workspace.search(vector=vector, k=3)
    assert by_vector["clip_id"].tolist() == workspace.search(second, k=3)["clip_id"].tolist()
    with av.open(str(videos[1])) as video:
        next(video.decode(video=0)).to_image().save(videos[1].with_name("frame.png"))
    by_image = workspace.search(image=videos[1].with_name("frame.png"))
    by_frame = workspace.search(video=videos[1], seconds=(0.0, 0.0))
    assert by_image["clip_id"].tolist() == by_frame["clip_id"].tolist()
    assert by_image["clip_id"].tolist() != by_stretch["clip_id"].tolist()
    with pytest.raises(BackboneError, match="reads no text"):
        workspace.search(sentence="a dog")
    with pytest.raises(SearchIndexError, match="has 3 numbers"):
        workspace.search(vector=[1.0, 2.0, 3.0])
    with pytest.raises(SearchIndexError, match="Nothing is asked for"):
        workspace.search()
    with pytest.raises(MediaError, match=r"gone.mp4 cannot be read"):
        workspace.search(video="gone.mp4")


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


def test_a_relative_workspace_stays_where_it_was_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    opened = vidviz.Workspace("w")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert opened.folder.path == tmp_path / "w"
    assert opened.clips().empty
    assert list(Path().iterdir()) == []


def test_a_label_table_is_found_in_the_home_folder_and_from_where_one_stands(tmp_path, make_video, monkeypatch):
    video = make_video("tom.mp4", seconds=1.0)
    (tmp_path / "labels.csv").write_text("video,label\ntom.mp4,cat\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for number, table in enumerate(("~/labels.csv", "labels.csv")):
        workspace = vidviz.Workspace(tmp_path / f"w{number}")
        workspace.add(video, labels=table)
        assert set(workspace.clips()["label"]) == {"cat"}
