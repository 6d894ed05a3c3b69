from __future__ import annotations

import hashlib

import numpy as np
import pytest

from vidviz.records import Clip, Video
from vidviz.services.library.workspaces import open_workspace
from vidviz.store import clips, selections, videos
from vidviz.store.catalogue import write_catalogue
from vidviz.types import Span, VideoProbe

PROBE = VideoProbe("h264", "mp4", 64, 48, 0, 10.0, False, 100, 10.0, 0.0, False, True)


@pytest.fixture
def folder(tmp_path):
    folder = open_workspace(tmp_path / "w")
    with write_catalogue(folder) as db:
        videos.add_video(db, Video("a", "a.mp4", "/a", False, 1, PROBE, None))
        clips.add_clips(db, [Clip(n, "a", "windows-2-2-keep", Span(n, n + 1.0)) for n in range(1, 10)])
    return folder


def test_a_selection_is_found_by_a_key_that_follows_from_its_clips(folder):
    with write_catalogue(folder) as db:
        key = selections.add_selection(db, [3, 1, 2])
        assert key == hashlib.sha256(np.array([1, 2, 3], "<i8").tobytes()).hexdigest()[:16]
        assert selections.add_selection(db, {2, 3, 1}) == key
        assert selections.add_selection(db, [1, 2]) != key
        assert selections.find_selection(db, key) == {1, 2, 3}
        assert selections.find_selection(db, "0" * 16) is None
        empty = selections.add_selection(db, [])
        assert selections.find_selection(db, empty) == frozenset()


def test_clips_that_are_gone_are_left_out(folder):
    with write_catalogue(folder) as db:
        key = selections.add_selection(db, [1, 2, 3])
        db.execute("DELETE FROM clip WHERE id = 2")
        assert selections.find_selection(db, key) == {1, 3}


def test_keeping_a_selection_changes_no_revision(folder):
    with write_catalogue(folder) as db:
        before = db.execute("SELECT revision FROM identity").fetchone()[0]
        selections.add_selection(db, [1])
        assert db.execute("SELECT revision FROM identity").fetchone()[0] == before


@pytest.mark.parametrize(("bound", "value"), [("MOST_SELECTIONS", 2), ("MOST_BYTES", 8 * 3 + 7)])
def test_the_last_ones_are_kept(folder, monkeypatch, bound, value):
    monkeypatch.setattr(selections, bound, value)
    with write_catalogue(folder) as db:
        first, second = selections.add_selection(db, [1, 4]), selections.add_selection(db, [2])
        assert selections.add_selection(db, [1, 4]) == first  # kept again: the other is the oldest now
        third = selections.add_selection(db, [3])
        assert [selections.find_selection(db, key) for key in (first, second, third)] == [{1, 4}, None, {3}]
