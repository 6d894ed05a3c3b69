"""Edits of labels and tags against a plain model, their log, and writers beside each other."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidviz.records import Clip, Video
from vidviz.services.library import contents
from vidviz.services.library.workspaces import open_workspace
from vidviz.store import clip_labels, clips, edits, videos
from vidviz.store.catalogue import write_catalogue
from vidviz.types import Span, VideoProbe

PROBE = VideoProbe("h264", "mp4", 64, 48, 0, 10.0, False, 100, 10.0, 0.0, False, True)
RECIPE = "windows-2-2-keep"
CLIPS = list(range(1, 7))
OF_VIDEO = {"a": {"label": "cat"}, "b": {}}


def fill(folder):
    """Clips 1, 2, ..., the odd ones of video a, which is labelled cat."""
    with write_catalogue(folder) as db:
        for name, labels in OF_VIDEO.items():
            videos.add_video(db, Video(name, f"{name}.mp4", f"/{name}", False, 1, PROBE, None))
            videos.set_labels(db, name, labels)
        rows = [Clip(n, video_of(n), RECIPE, Span(2.0 * n, 2.0 * n + 2)) for n in CLIPS]
        clips.add_clips(db, rows)


def video_of(clip_id):
    return "a" if clip_id % 2 else "b"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    folder = open_workspace(tmp_path_factory.mktemp("shared") / "w")
    fill(folder)
    return folder


@pytest.fixture
def folder(tmp_path):
    folder = open_workspace(tmp_path / "w")
    fill(folder)
    return folder


class Model:
    """What edits should do: whole states, one before each edit."""

    def __init__(self):
        self.labels = {(n, column): OF_VIDEO[video_of(n)].get(column, "") for n in CLIPS for column in ("label", "x")}
        self.tags = {n: frozenset() for n in CLIPS}
        self.past, self.future = [], []

    def state(self):
        return dict(self.labels), dict(self.tags)

    def do(self, kind, chosen, value, column):
        before = self.state()
        for n in chosen:
            if kind == "label":
                self.labels[n, column] = value
            elif kind == "tag":
                self.tags[n] |= {value}
            else:
                self.tags[n] -= {value}
        if self.state() != before:
            self.past.append(before)
            self.future = []
        return self.state() != before

    def move(self, source, target):
        if not source:
            return False
        target.append(self.state())
        self.labels, self.tags = source.pop()
        return True


IDS = st.sets(st.sampled_from(CLIPS))
LABEL = st.tuples(st.just("label"), IDS, st.sampled_from(["", "cat", "dog"]), st.sampled_from(["label", "x"]))
TAG = st.tuples(st.sampled_from(["tag", "untag"]), IDS, st.sampled_from(["one", "two"]), st.just(""))
STEP = st.one_of(LABEL, TAG, st.just("undo"), st.just("redo"))


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=14))
def test_any_sequence_of_edits_is_as_in_a_plain_model(shared, steps):
    with write_catalogue(shared) as db:
        for table in ("edit", "clip_label", "clip_tag"):
            db.execute(f"DELETE FROM {table}")
    model = Model()
    for step in steps:
        with write_catalogue(shared) as db:
            if step == "undo":
                assert (edits.undo_edit(db) is not None) == model.move(model.past, model.future)
            elif step == "redo":
                assert (edits.redo_edit(db) is not None) == model.move(model.future, model.past)
            else:
                kind, chosen, value, column = step
                made = edits.make_edit(db, kind, chosen, value, column)
                assert (made is not None) == model.do(kind, chosen, value, column)
            assert (edits.find_undo(db) is not None, edits.find_redo(db) is not None) == (
                bool(model.past),
                bool(model.future),
            )
            tags = clip_labels.list_tags_by_clip(db)
            for n in CLIPS:
                wanted = {column: model.labels[n, column] for column in ("label", "x") if model.labels[n, column]}
                assert clip_labels.find_clip_labels(db, n) == wanted
                assert set(tags.get(n, ())) == model.tags[n]
    table = contents.clip_table(shared).set_index("clip_id")
    assert {n: value or "" for n, value in table["label"].items()} == {n: model.labels[n, "label"] for n in CLIPS}
    assert table["tags"].to_dict() == {n: ", ".join(sorted(model.tags[n])) for n in CLIPS}


def test_every_change_of_labels_and_tags_raises_the_revision(folder):
    revisions = [contents.read_revision(folder)]

    def act(what):
        with write_catalogue(folder) as db:
            assert what(db)
        revisions.append(contents.read_revision(folder))

    act(lambda db: edits.make_edit(db, "label", [1], "dog", "label"))
    act(lambda db: edits.make_edit(db, "label", [1], "cow", "label"))
    act(edits.undo_edit)
    act(edits.redo_edit)
    act(lambda db: edits.make_edit(db, "tag", [1], "new"))
    act(lambda db: edits.make_edit(db, "untag", [1], "new"))
    assert revisions == sorted(set(revisions))
    with write_catalogue(folder) as db:
        assert edits.make_edit(db, "untag", [1], "new") is None
    assert contents.read_revision(folder) == revisions[-1]


def test_clips_that_are_gone_are_no_trouble_for_an_undo(folder):
    with write_catalogue(folder) as db:
        edits.make_edit(db, "label", CLIPS, "dog", "label")
        edits.make_edit(db, "tag", [1, 3], "odd")
        db.execute("DELETE FROM video WHERE id = 'a'")
        assert [row[0] for row in db.execute("SELECT DISTINCT clip_id FROM edit_clip ORDER BY 1")] == [2, 4, 6]
        # All clips of the tag are gone, so the label is the last edit that there is anything of.
        undone = edits.undo_edit(db)
        assert (undone.kind, undone.num_clips) == ("label", 3)
        assert edits.undo_edit(db) is None
        assert db.execute("SELECT count(*) FROM clip_label").fetchone()[0] == 0
        assert edits.redo_edit(db).num_clips == 3
        db.execute("DELETE FROM clip")
        for table in ("clip_label", "clip_tag", "edit_clip"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
        assert edits.find_undo(db) is None


def test_the_log_keeps_the_last_edits(folder, monkeypatch):
    with write_catalogue(folder) as db:
        for number in range(edits.MOST_EDITS + 5):
            edits.make_edit(db, "label", [1], f"value {number}", "label")
        assert db.execute("SELECT count(*) FROM edit").fetchone()[0] == edits.MOST_EDITS
        while edits.undo_edit(db):
            pass
        assert clip_labels.find_clip_labels(db, 1) == {"label": "value 4"}
        monkeypatch.setattr(edits, "MOST_EDITED_CLIPS", 5)
        for tag in ("first", "second", "third"):
            edits.make_edit(db, "tag", [1, 2], tag)
        assert [row[0] for row in db.execute("SELECT value FROM edit ORDER BY id")] == ["second", "third"]
        edits.make_edit(db, "tag", CLIPS, "all")  # more than the bound by itself: the newest is kept
        assert [row[0] for row in db.execute("SELECT value FROM edit ORDER BY id")] == ["all"]


TAG_AND_UNDO = """
import sys
from pathlib import Path
from vidviz.store import edits
from vidviz.store.catalogue import write_catalogue
from vidviz.workspace_folder import WorkspaceFolder

folder = WorkspaceFolder(Path(sys.argv[1]))
for _ in range(20):
    with write_catalogue(folder) as db:
        edits.make_edit(db, "tag", range(1, 7), sys.argv[2])
    with write_catalogue(folder) as db:
        edits.undo_edit(db)
"""


def test_two_processes_edit_and_undo_beside_each_other(folder):
    commands = [[sys.executable, "-c", TAG_AND_UNDO, str(folder.path), tag] for tag in ("mine", "yours")]
    workers = [subprocess.Popen(command) for command in commands]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    with write_catalogue(folder) as db:
        # As many undone as made, and every edit whole: each tag is on all clips or on none.
        counts = clip_labels.count_tags(db)
        assert set(counts.values()) <= {len(CLIPS)}
        while edits.undo_edit(db):
            pass
        assert clip_labels.count_tags(db) == {}
