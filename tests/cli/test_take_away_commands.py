"""The commands that write the map and other tools' files."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest


@pytest.mark.parametrize("ending", ["html", "svg", "png"])
def test_map_draws_a_file_and_names_it(ask, shelf, tmp_path, ending):
    out = tmp_path / f"map.{ending}"
    answer = ask("map", "--method", "pca", "--out", out, "--colour-by", "label", "--workspace", shelf)
    assert answer == {"files": [str(out)]}
    assert out.stat().st_size > 1000
    if ending != "png":
        assert "Random weights: this network was never trained." in out.read_text("utf-8")
        assert "slide left" in out.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--out", "map.pdf"], "should end in one of: .html, .svg, .png"),
        (["--out", "map.svg", "--dims", "3"], "A map in 3-D has no one picture"),
        (["--out", "map.svg", "--colour-by", "labl"], "Nearest: label"),
        (["--out", "no/where/map.svg"], "does not exist"),
    ],
)
def test_map_says_what_it_cannot_draw(refusal, shelf, tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    answer = refusal("map", "--method", "pca", *arguments, "--workspace", shelf)
    assert sentence in answer["error"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("tool", "files"),
    [
        ("tensorboard", {"tensors.tsv", "metadata.tsv", "sprite.png", "projector_config.pbtxt", "README.txt"}),
        ("fiftyone", {"labels.json", "data.json", "embeddings.npz", "load_into_fiftyone.py", "README.txt"}),
    ],
)
def test_export_writes_a_folder_or_a_zip_for_another_tool(ask, shelf, tmp_path, tool, files):
    folder, packed = tmp_path / "out", tmp_path / "out.zip"
    assert ask("export", folder, "--as", tool, "--workspace", shelf) == {"files": [str(folder)]}
    assert {path.name for path in folder.iterdir()} == files
    ask("export", packed, "--as", tool, "--workspace", shelf)
    with zipfile.ZipFile(packed) as archive:
        assert set(archive.namelist()) == files


def test_export_writes_vectors_alone(ask, shelf, tmp_path):
    ask("export", tmp_path / "v.npz", "--workspace", shelf)
    with np.load(tmp_path / "v.npz", allow_pickle=False) as file:
        assert file["vectors"].shape == (len(file["clip_ids"]), 3)


def test_export_for_another_tool_says_what_is_missing(refusal, shelf, tmp_path):
    (tmp_path / "file").write_text("mine")
    answer = refusal("export", tmp_path / "file", "--as", "fiftyone", "--workspace", shelf)
    assert "is a file; name a folder" in answer["error"]
    assert (tmp_path / "file").read_text() == "mine"
    assert (
        "no embedding set"
        in refusal("export", tmp_path / "o", "--as", "tensorboard", "--set", "x", "--workspace", shelf)["error"]
    )
    assert not (tmp_path / "o").exists()
