"""Labels and tags as pages and commands give them: what is refused, what tables show, what a search finds."""

from __future__ import annotations

import functools
import sqlite3

import numpy as np
import pytest

import vidviz
from vidviz.errors import LabelError, WorkspaceError
from vidviz.records import Clip, Source, Video
from vidviz.services.index import freshness, set_index
from vidviz.services.library import clip_annotations, contents, embedding_sets
from vidviz.services.library.reserved_columns import RESERVED
from vidviz.services.search import search_run
from vidviz.store import clips, videos
from vidviz.store.catalogue import write_catalogue
from vidviz.types import Span, VideoProbe


@pytest.fixture
def ids(folder, fill):
    """Four clips of four videos; the first two are labelled left and right."""
    return fill(folder, np.eye(4) + 0.5, labels=["left", "right", None, None])


def labels_of(folder, column="label"):
    return contents.clip_table(folder).set_index("clip_id")[column].to_dict()


def test_a_clips_label_comes_before_that_of_its_video(folder, ids):
    edit = clip_annotations.set_label(folder, [ids[0], ids[2]], " jump ")
    assert clip_annotations.describe_edit(edit) == "label 'jump' on 2 clips"
    assert list(labels_of(folder).values()) == ["jump", "right", "jump", None]
    edit = clip_annotations.set_label(folder, ids[:2], "")
    assert clip_annotations.describe_edit(edit) == "label taken away from 2 clips"
    assert list(labels_of(folder).values()) == [None, None, "jump", None]
    assert [contents.know_clip(folder, clip).label for clip in ids] == [None, None, "jump", None]
    clip_annotations.undo(folder)
    assert clip_annotations.describe_edit(clip_annotations.last_edit(folder)) == "label 'jump' on 2 clips"
    assert clip_annotations.describe_edit(clip_annotations.next_redo(folder)) == "label taken away from 2 clips"
    clip_annotations.undo(folder)
    assert list(labels_of(folder).values()) == ["left", "right", None, None]
    assert (clip_annotations.undo(folder), clip_annotations.last_edit(folder)) == (None, None)
    assert clip_annotations.redo(folder).num_clips == 2


def test_a_new_column_lives_as_long_as_a_clip_has_a_value_in_it(folder, ids):
    clip_annotations.set_label(folder, ids[1:3], "good", "quality")
    table = contents.clip_table(folder)
    assert contents.label_columns(table) == ["label", "quality"]
    assert list(labels_of(folder, "quality").values()) == [None, "good", "good", None]
    clip_annotations.undo(folder)
    assert contents.label_columns(contents.clip_table(folder)) == ["label"]


def test_tags_are_several_and_no_label_column(folder, ids):
    clip_annotations.add_tag(folder, ids[:2], "fast")
    clip_annotations.add_tag(folder, ids[:1], " blurred ")
    assert labels_of(folder, "tags") == {ids[0]: "blurred, fast", ids[1]: "fast", ids[2]: "", ids[3]: ""}
    assert contents.know_clip(folder, ids[0]).tags == ("blurred", "fast")
    assert contents.label_columns(contents.clip_table(folder)) == ["label"]
    assert clip_annotations.list_tags(folder) == {"blurred": 1, "fast": 2}
    edit = clip_annotations.remove_tag(folder, ids, "fast")
    assert clip_annotations.describe_edit(edit) == "tag 'fast' off 2 clips"
    assert clip_annotations.list_tags(folder) == {"blurred": 1}
    clip_annotations.undo(folder)
    assert clip_annotations.list_tags(folder) == {"blurred": 1, "fast": 2}


def test_what_changes_nothing_is_no_edit(folder, ids):
    assert clip_annotations.set_label(folder, ids[:1], "left") is None
    assert clip_annotations.set_label(folder, ids[2:], "") is None
    assert clip_annotations.remove_tag(folder, ids, "none has it") is None
    assert clip_annotations.set_label(folder, [], "x") is None
    clip_annotations.add_tag(folder, ids, "t")
    clip_annotations.undo(folder)
    assert clip_annotations.set_label(folder, ids[:1], "left") is None
    assert clip_annotations.next_redo(folder).value == "t"  # still there: nothing was changed
    assert clip_annotations.set_label(folder, ids[:2], "left").num_clips == 1


@pytest.mark.parametrize("column", [*sorted(RESERVED), "video", "tags", "", "  ", "a\nb", "a\0b", "x" * 101, "\ud800"])
def test_columns_that_tables_cannot_have_are_refused(folder, ids, column):
    with pytest.raises(LabelError):
        clip_annotations.set_label(folder, ids, "x", column)
    assert clip_annotations.last_edit(folder) is None


@pytest.mark.parametrize("value", ["x" * 10_001, "\ud800", "a\0b", "a\x1b[31mb"])
def test_values_that_cannot_be_kept_are_refused(folder, ids, value):
    with pytest.raises(LabelError):
        clip_annotations.set_label(folder, ids, value)
    with pytest.raises(LabelError):
        clip_annotations.add_tag(folder, ids, value)


@pytest.mark.parametrize("tag", ["", " ", "a, b", ",", "x" * 101, "two\nlines"])
def test_tags_that_cannot_be_listed_are_refused(folder, ids, tag):
    with pytest.raises(LabelError):
        clip_annotations.add_tag(folder, ids, tag)
    with pytest.raises(LabelError):
        clip_annotations.remove_tag(folder, ids, tag)


def test_odd_texts_are_kept_as_they_are(folder, ids):
    for odd in ("' OR 1=1; --", "<img src=x onerror=alert(1)>", "**bold** :red[x]", "x" * 10_000, "två\nrader", "🎬"):
        clip_annotations.set_label(folder, ids[:1], odd)
        assert contents.know_clip(folder, ids[0]).label == odd
        assert len(clip_annotations.describe_edit(clip_annotations.last_edit(folder))) < 80


def test_clips_that_are_not_there_are_refused_and_none_is_changed(folder, ids):
    for strange in (5, -1, 2**70):
        with pytest.raises(WorkspaceError, match="There is no clip"):
            clip_annotations.set_label(folder, [*ids, strange], "x")
    with pytest.raises(WorkspaceError, match="There is no clip 5 and 2 others of these"):
        clip_annotations.add_tag(folder, [*ids, 5, 6, 7], "x")
    assert clip_annotations.last_edit(folder) is None
    with pytest.raises(WorkspaceError, match="There is no clip -1"):
        clip_annotations.keep_selection(folder, [*ids, -1])


def test_a_clip_has_a_hundred_tags_and_no_more(folder, ids):
    for number in range(clip_annotations.MOST_TAGS):
        clip_annotations.add_tag(folder, ids[:1], f"tag {number}")
    with pytest.raises(LabelError, match="has 100 tags"):
        clip_annotations.add_tag(folder, ids, "one more")
    assert clip_annotations.add_tag(folder, ids, "tag 7").num_clips == 3  # the full one has it already


def test_selections_are_kept_under_a_key(folder, ids):
    key = clip_annotations.keep_selection(folder, set(ids[:2]))
    assert clip_annotations.find_selection(folder, key) == frozenset(ids[:2])
    for strange in ("", "0" * 16, "../../etc", "' OR 1=1 --", "\ud800"):
        assert clip_annotations.find_selection(folder, strange) is None


@pytest.fixture
def count_steps(monkeypatch):
    """Counts what SQLite does while a function runs, in hundreds of its instructions."""
    counted = [0]

    def count():
        counted[0] += 1

    class Counted(sqlite3.Connection):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.set_progress_handler(count, 100)

    monkeypatch.setattr(sqlite3, "connect", functools.partial(sqlite3.connect, factory=Counted))

    def steps_of(work):
        before = counted[0]
        work()
        return counted[0] - before

    return steps_of


def test_ten_times_as_many_clips_are_about_ten_times_the_work(folder, count_steps):
    many = range(1, 10_001)
    probe = VideoProbe("h264", "mp4", 64, 48, 0, 10.0, False, 100, 10.0, 0.0, False, True)
    with write_catalogue(folder) as db:
        videos.add_video(db, Video("v", "v.mp4", "/v", False, 1, probe, None))
        clips.add_clips(db, [Clip(n, "v", "windows-2-2-keep", Span(float(n), n + 1.0)) for n in many])

    def label_and_undo(chosen, value):
        assert clip_annotations.set_label(folder, chosen, value).num_clips == len(chosen)
        assert clip_annotations.undo(folder).num_clips == len(chosen)

    few = count_steps(lambda: label_and_undo(many[:1000], "cat"))
    assert few > 100
    assert count_steps(lambda: label_and_undo(many, "dog")) < 20 * few


def test_numbers_can_be_told_from_words(folder, ids):
    columns = {
        "speed": ["1", "2.5", " -3e2 ", ""],
        "same": ["1", "1.0", "", ""],
        "words": ["1", "two", "3", ""],
        "endless": ["1", "inf", "3", ""],
        "nothing": ["nan", "1", "2", ""],
        "one": ["7", "", "", ""],
    }
    for column, values in columns.items():
        for clip, value in zip(ids, values, strict=True):
            clip_annotations.set_label(folder, [clip], value, column)
    assert contents.numeric_columns(contents.clip_table(folder)) == ["speed"]


def test_the_table_of_videos_shows_what_their_clips_are_labelled(folder, ids):
    with write_catalogue(folder) as db:
        for video in videos.list_videos(db):
            videos.record_source(db, Source(video.path, video.name, "ok", None, video.id, 1))
        first = clips.find_clip(db, ids[0])
        clips.add_clips(db, [Clip(77, first.video_id, first.recipe_key, Span(2.0, 4.0))])
    clip_annotations.set_label(folder, [77, ids[2]], "jump")
    clip_annotations.set_label(folder, [ids[1]], "")
    clip_annotations.set_label(folder, [ids[3]], "red", "colour")
    labels = contents.video_table(folder)["label"]
    assert [None if value != value else value for value in labels] == ["jump, left", None, "jump", None]


def test_a_search_finds_by_the_label_and_the_tags_of_now(folder, ids):
    def indexed():
        rows = set_index.open_collection(folder, embedding_sets.find_set(folder, "")).read_rows()
        return {row.clip_id: (row.label, dict(row.meta)) for row in rows}

    search_run.search_by_clip(folder, "", ids[0], 4)
    assert indexed()[ids[0]] == ("left", {})
    clip_annotations.set_label(folder, ids[:1], "jump")
    clip_annotations.set_label(folder, ids[1:2], "")
    clip_annotations.set_label(folder, ids[2:3], "good", "quality")
    clip_annotations.add_tag(folder, ids[:1], "fast")
    clip_annotations.add_tag(folder, ids[:1], "blurred")
    hits = search_run.search_by_clip(folder, "", ids[0], 4).hits
    assert {hit.clip_id: hit.label for hit in hits} == dict(zip(ids, ["jump", None, None, None], strict=True))
    assert indexed() == {
        ids[0]: ("jump", {"tags": ["blurred", "fast"]}),
        ids[1]: ("", {}),
        ids[2]: ("", {"quality": "good"}),
        ids[3]: ("", {}),
    }
    for _ in range(5):
        clip_annotations.undo(folder)
    search_run.search_by_clip(folder, "", ids[0], 4)
    assert indexed()[ids[0]] == ("left", {})


def test_without_an_edit_the_index_is_not_looked_through_again(folder, ids, monkeypatch):
    search_run.search_by_clip(folder, "", ids[0], 2)
    clip_annotations.keep_selection(folder, ids)  # kept selections are no change
    monkeypatch.setattr(freshness, "sync_index", None)
    assert len(search_run.search_by_clip(folder, "", ids[0], 2).hits) == 2


def test_python_labels_tags_and_undoes(folder, ids):
    workspace = vidviz.Workspace(folder.path)
    assert workspace.label(np.array(ids[:2]), "jump").num_clips == 2
    assert workspace.label(ids[0], "red", column="colour").num_clips == 1
    assert workspace.tag(ids, "seen").num_clips == 4
    table = workspace.clips().set_index("clip_id")
    assert table.loc[ids[0], ["label", "colour", "tags"]].tolist() == ["jump", "red", "seen"]
    assert [workspace.undo().value for _ in range(3)] == ["seen", "red", "jump"]
    assert workspace.undo() is None
