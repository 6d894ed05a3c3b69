"""FiftyOne's files: labels in the documented form, frames inside the video, vectors that come back."""

from __future__ import annotations

import ast
import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidviz.services.export import export_run
from vidviz.services.export.fiftyone_files import attribute_names, frame_support
from vidviz.store import videos
from vidviz.store.catalogue import write_catalogue
from vidviz.types import VideoProbe

LABELS = ["run", None, '"</script>\n=1', "3"]
PROBE = VideoProbe("h264", "mp4", 64, 48, 0, 10.0, False, 100, 10.0, 0.0, False, True)


@pytest.fixture
def packed(folder, fill):
    vectors = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    ids = fill(folder, vectors, LABELS)
    with write_catalogue(folder) as db:
        videos.set_labels(db, f"{2:064x}", {"Shot type": "wide", "shot-type": "1"})
    buffer = io.BytesIO()
    export_run.pack_clips(folder, "r3d_18", "fiftyone", buffer)
    with zipfile.ZipFile(buffer) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return dict(zip(ids, zip(vectors, LABELS, strict=True), strict=True)), files


def test_every_clip_is_a_detection_of_its_video_with_its_label(packed):
    clips, files = packed
    labels, manifest = json.loads(files["labels.json"]), json.loads(files["data.json"])
    assert labels["classes"] == sorted({name or "no label" for name in LABELS})
    assert labels["labels"].keys() == manifest.keys()
    found = {}
    for video_id, detections in labels["labels"].items():
        assert manifest[video_id] == f"/nowhere/{int(video_id, 16)}"
        for detection in detections:
            assert detection["support"] == [1, 20]
            name = labels["classes"][detection["label"]]
            found[int(detection["attributes"]["clip_id"])] = None if name == "no label" else name
    assert found == {number: label for number, (_, label) in clips.items()}


def test_further_labels_are_attributes_under_names_that_fields_can_have(packed):
    labels = json.loads(packed[1]["labels.json"])["labels"]
    attributes = labels[f"{2:064x}"][0]["attributes"]
    assert {key: value for key, value in attributes.items() if key.startswith("label_")} == {
        "label_shot_type": "wide",
        "label_shot_type__2": "1",
    }
    assert labels[f"{0:064x}"][0]["attributes"]["label_shot_type"] is None


@given(st.lists(st.text(), unique=True, max_size=8))
def test_names_of_fields_are_plain_and_different(columns):
    names = attribute_names(columns)
    assert list(names) == columns
    assert len(set(names.values())) == len(columns)
    assert all(name.isidentifier() and name.isascii() for name in names.values())


def test_vectors_come_back_beside_their_clips(packed):
    clips, files = packed
    with np.load(io.BytesIO(files["embeddings.npz"]), allow_pickle=False) as file:
        for number, vector in zip(file["clip_ids"].tolist(), file["vectors"], strict=True):
            assert np.array_equal(vector, clips[number][0])


def test_the_loader_is_python_and_the_read_me_says_where_the_videos_are(packed):
    ast.parse(packed[1]["load_into_fiftyone.py"])
    assert b"The videos are not in here" in packed[1]["README.txt"]
    assert b"never trained" in packed[1]["README.txt"]


@given(st.floats(0, 9.9), st.floats(0.05, 10), st.integers(0, 1000))
def test_the_support_lies_inside_the_video(start, length, frames):
    probe = dataclasses.replace(PROBE, num_frames=frames)
    first, last = frame_support(start, start + length, probe)
    assert 1 <= first <= last <= max(1, frames)


def test_a_window_ends_before_the_next_begins():
    assert [frame_support(start, start + 2, PROBE) for start in (0, 2, 8)] == [(1, 20), (21, 40), (81, 100)]
    assert frame_support(0, 1, dataclasses.replace(PROBE, duration_seconds=0)) == (1, 10)
