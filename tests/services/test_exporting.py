"""Export: the same rows in the same order in every format, and vectors that come back as they were."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from vidviz.errors import WorkspaceError
from vidviz.services.exporting import export_clips

READERS = {"csv": pd.read_csv, "parquet": pd.read_parquet, "json": pd.read_json}


@pytest.fixture
def vectors(folder, fill):
    made = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    ids = fill(folder, made, labels=["a,b", None, 'quo"ted', "new\nline", "ü"])
    return dict(zip(ids, made, strict=True))


@pytest.mark.parametrize("ending", READERS)
def test_rows_and_vectors_are_the_same_in_every_format(folder, vectors, tmp_path, ending):
    written = export_clips(folder, tmp_path / f"clips.{ending}", "r3d_18")
    assert [path.name for path in written] == [f"clips.{ending}", "clips.npz"]
    table = READERS[ending](written[0])
    with np.load(written[1]) as file:
        ids, stored = file["clip_ids"], file["vectors"]
        assert (str(file["backbone"]), str(file["weights"])) == ("r3d_18", "random")
    assert table["clip_id"].tolist() == ids.tolist() == sorted(vectors)
    assert all(np.array_equal(vector, vectors[clip]) for clip, vector in zip(ids.tolist(), stored, strict=True))
    by_video = dict(zip(table["video"], table["label"].fillna(""), strict=True))
    assert by_video["video 0.mp4"] == "a,b"
    assert by_video["video 1.mp4"] == ""
    assert by_video["video 2.mp4"] == 'quo"ted'
    assert by_video["video 3.mp4"] == "new\nline"
    assert list(table.columns[:6]) == ["clip_id", "video_id", "video", "start_seconds", "end_seconds", "recipe"]


def test_the_table_alone_holds_every_clip_and_json_is_strict(folder, vectors, tmp_path):
    (path,) = export_clips(folder, tmp_path / "clips.json")

    def refuse(name):
        raise AssertionError(name)

    rows = json.loads(path.read_text(), parse_constant=refuse)
    assert [row["clip_id"] for row in rows] == pd.read_csv(export_clips(folder, tmp_path / "a.csv")[0])[
        "clip_id"
    ].tolist()
    assert rows[1]["label"] is None


def test_what_was_exported_before_is_replaced_whole(folder, vectors, tmp_path):
    out = tmp_path / "clips.csv"
    out.write_text("old")
    export_clips(folder, out)
    assert len(pd.read_csv(out)) == 5
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("clips.xls", "should end in one of: .csv, .parquet, .json"),
        ("clips", "should end in one of"),
        ("no/such/folder.csv", "does not exist"),
        ("folder.csv", "could not be written"),
    ],
)
def test_places_that_cannot_be_written_are_told(folder, vectors, tmp_path, name, sentence):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(WorkspaceError, match=sentence):
        export_clips(folder, tmp_path / name)


def test_an_unknown_set_writes_nothing(folder, vectors, tmp_path):
    with pytest.raises(WorkspaceError, match="no embedding set"):
        export_clips(folder, tmp_path / "clips.csv", "nope")
    assert not (tmp_path / "clips.csv").exists()
