"""The Python API, from videos to hits; and what must not happen when it is imported."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pytest

import vidviz
from vidviz.errors import BackboneError, LabelError, MediaError, SearchIndexError, UnknownNameError, WorkspaceError
from vidviz.records import Clip
from vidviz.services.index.set_index import milvus_settings, open_milvus
from vidviz.types import MapSpec, Recipe, Span


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


@pytest.fixture
def filled(workspace, fill):
    """Nine clips of nine videos with a set of vectors, and their ids."""
    return workspace, fill(workspace.folder, np.random.default_rng(0).normal(size=(9, 4)))


@pytest.mark.lite
def test_a_workspace_says_what_it_holds_and_is_left_with_its_block(tmp_path, fill):
    with vidviz.Workspace(tmp_path / "w") as opened:
        ids = fill(opened.folder, np.eye(3))
        assert repr(opened) == f"<Workspace '{tmp_path / 'w'}': 3 videos, 3 clips, 1 embedding set>"
        assert len(opened.search(ids[0])) == 3
        holder = open_milvus(milvus_settings(), opened.folder.milvus)
    assert open_milvus(milvus_settings(), opened.folder.milvus) is not holder
    assert len(opened.search(ids[0])) == 3
    opened.close()


@pytest.mark.parametrize(
    "give",
    [
        int,
        str,
        np.int64,
        np.uint64,
        np.array,
        float,
        lambda number: f" {number} ",
        lambda number: [number],
        lambda number: (str(number),),
        lambda number: {number},
        lambda number: np.array([number]),
        lambda number: pd.Series([number]),
        lambda number: pd.DataFrame({"clip_id": [number], "video": ["a"]}),
        lambda number: pd.DataFrame({"clip_id": [number], "score": [0.5]}).iloc[0],
        lambda number: {"clip_id": number, "score": 0.5},
        lambda number: Clip(number, "v", "windows-2-2-keep", Span(0, 2)),
        lambda number: [Clip(number, "v", "windows-2-2-keep", Span(0, 2))],
        lambda number: iter([number]),
    ],
)
def test_a_clip_is_named_by_an_id_of_any_type(filled, give):
    workspace, ids = filled
    assert workspace.label(give(ids[4]), "jump").num_clips == 1
    clips = workspace.clips().set_index("clip_id")
    assert clips.index[clips["label"] == "jump"].tolist() == [ids[4]]
    assert workspace.search(give(ids[4]), k=1)["clip_id"].tolist() == [ids[4]]


@pytest.mark.parametrize("given", [None, True, 1.5, "one", b"1", [None], [[1]], {}, np.eye(2), object()])
def test_what_names_no_clip_is_told(filled, given):
    workspace, _ = filled
    for call in (workspace.label, workspace.tag, workspace.untag):
        with pytest.raises(WorkspaceError, match=r"names no clip\. Give an id"):
            call(given, "jump")


def test_labels_and_tags_are_texts_numbers_and_truths(filled):
    workspace, ids = filled
    given = ["jump", 3, np.int64(4), 2.5, np.float32(0.5), True, np.False_]
    for number, value in zip(ids, given, strict=False):
        workspace.label(number, value)
    labels = workspace.clips().set_index("clip_id")["label"]
    assert [labels[number] for number in ids[: len(given)]] == ["jump", "3", "4", "2.5", "0.5", "true", "false"]
    for value in (None, float("nan"), ["jump"], b"jump"):
        with pytest.raises(LabelError, match="A label is text, not"):
            workspace.label(ids[0], value)
        with pytest.raises(LabelError, match="A tag is text, not"):
            workspace.tag(ids[0], value)
    with pytest.raises(LabelError, match="The name of a label column is text, not None"):
        workspace.label(ids[0], "jump", None)


def test_tags_are_taken_away_and_edits_done_again(filled):
    workspace, ids = filled
    workspace.tag(ids[:2], "blurred")
    assert workspace.untag(ids[0], "blurred").num_clips == 1
    assert workspace.undo().kind == "untag"
    assert (workspace.clips()["tags"] == "blurred").sum() == 2
    assert workspace.redo().kind == "untag"
    assert (workspace.clips()["tags"] == "blurred").sum() == 1
    assert workspace.redo() is None


def test_clips_are_asked_with_together(filled):
    workspace, ids = filled
    hits = workspace.search(ids[:2], k=9)
    assert set(hits["clip_id"]) == set(ids)
    vectors = dict(zip(workspace.embeddings().ids.tolist(), workspace.embeddings().vectors, strict=True))
    units = [vectors[number] / np.linalg.norm(vectors[number]) for number in ids[:2]]
    assert hits["clip_id"].tolist() == workspace.search(vector=sum(units), k=9)["clip_id"].tolist()
    with pytest.raises(SearchIndexError, match="How many hits are wanted is a whole number, not '5'"):
        workspace.search(ids[0], k="5")
    with pytest.raises(WorkspaceError, match="One clip is wanted here, not 2"):
        workspace.inspect(ids[:2], "simple3d")


def test_sets_are_named_by_what_made_them_and_backbones_by_their_description(workspace, make_video, tiny):
    workspace.add(make_video())
    report = workspace.embed(tiny, precision="float32", recipe=Recipe())
    assert report.computed == 1
    row = workspace.sets().iloc[0]
    for name in ("tiny", report, report.spec, report.spec.key, row):
        assert len(workspace.embeddings(name)) == 1
    for given in (None, 3, ["tiny"]):
        with pytest.raises(WorkspaceError, match="An embedding set is named by a text, not by"):
            workspace.embeddings(given)
    with pytest.raises(BackboneError, match=r"name or its description, .* not by a NoneType"):
        workspace.embed(None)
    with pytest.raises(BackboneError, match="This description of 'tiny' is not the registered one"):
        workspace.embed(dataclasses.replace(tiny, title="Another"))


def test_clips_and_vectors_are_taken_away_and_brought_back(filled, tmp_path):
    workspace, ids = filled
    assert workspace.export(tmp_path / "clips.csv") == [tmp_path / "clips.csv"]
    assert sorted(pd.read_csv(tmp_path / "clips.csv")["clip_id"]) == sorted(ids)
    workspace.export(str(tmp_path / "v.npz"), "r3d_18")
    made = workspace.bring_in(tmp_path / "v.npz", "mine")
    assert (made.clips, workspace.embeddings(made).vectors.shape) == (9, (9, 4))
    np.savez(tmp_path / "new.npz", clip_ids=ids, vectors=np.eye(9))
    with pytest.raises(WorkspaceError, match="replace=True in Python"):
        workspace.bring_in(tmp_path / "new.npz", "mine")
    assert workspace.bring_in(tmp_path / "new.npz", "mine", replace=True).replaced == 9
    workspace.export(tmp_path / "board.zip", tool="tensorboard")
    assert (tmp_path / "board.zip").stat().st_size > 0
    with pytest.raises(UnknownNameError, match="no tool called 'excel'"):
        workspace.export(tmp_path / "x", tool="excel")


def test_what_is_no_path_is_told(workspace):
    for call in (workspace.add, workspace.export, workspace.save_map, vidviz.Workspace):
        with pytest.raises(WorkspaceError, match="is a path, not 3"):
            call(3)
    with pytest.raises(WorkspaceError, match="A label table is a path, not"):
        workspace.add("clips", labels={"a.mp4": "cat"})
