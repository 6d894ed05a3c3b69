"""Export: the same rows in the same order in every format, and vectors that come back as they were."""

from __future__ import annotations

import io
import json
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidviz.errors import WorkspaceError
from vidviz.services.export.chosen_clips import take_clips
from vidviz.services.export.export_run import export_clips, pack_clips
from vidviz.services.library.workspaces import open_workspace

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
    assert table["clip_id"].tolist() == ids.tolist()
    assert set(ids.tolist()) == set(vectors)
    assert table["video"].tolist() == sorted(table["video"])
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
        ("clips.xls", "should end in one of: .csv, .parquet, .json, .npz"),
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


HOSTILE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(HOSTILE, min_size=1, max_size=5))
def test_any_name_comes_back_from_every_table_as_it_was(fill, tmp_path_factory, names):
    folder = open_workspace(tmp_path_factory.mktemp("hostile") / "w")
    ids = fill(folder, np.eye(len(names), 3, dtype=np.float32), names)
    expected = dict(zip(ids, names, strict=True))
    for kind, read in (
        ("csv", partial(pd.read_csv, keep_default_na=False, dtype={"label": str})),
        ("parquet", pd.read_parquet),
    ):
        buffer = io.BytesIO()
        pack_clips(folder, "", kind, buffer)
        table = read(io.BytesIO(buffer.getvalue()))
        assert dict(zip(table["clip_id"], table["label"].fillna(""), strict=True)) == expected


@pytest.mark.parametrize("kind", ["csv", "parquet", "json", "npz"])
def test_a_selection_holds_the_clips_asked_for_row_for_row(folder, vectors, kind):
    chosen = list(vectors)[1:4]
    buffer = io.BytesIO()
    pack_clips(folder, "r3d_18", kind, buffer, [*chosen, 5])
    data = io.BytesIO(buffer.getvalue())
    expected = take_clips(folder, "r3d_18", chosen).ids.tolist()
    assert set(expected) == set(chosen)
    if kind == "npz":
        with np.load(data, allow_pickle=False) as file:
            assert file["clip_ids"].tolist() == expected
            assert all(np.array_equal(v, vectors[i]) for i, v in zip(expected, file["vectors"], strict=True))
            assert file["vectors"].dtype == np.float32
    else:
        assert READERS[kind](data)["clip_id"].tolist() == expected


def test_nothing_chosen_is_a_sentence(folder, vectors):
    with pytest.raises(WorkspaceError, match="nothing to take away"):
        pack_clips(folder, "r3d_18", "csv", io.BytesIO(), [])


def test_vectors_alone(folder, vectors, tmp_path):
    assert export_clips(folder, tmp_path / "v.npz") == [tmp_path / "v.npz"]
    with np.load(tmp_path / "v.npz") as file:
        assert set(file["clip_ids"].tolist()) == set(vectors)
