"""Collections are counted where somebody can have written to them, mended where rows are lost, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from vidviz.errors import SearchIndexError
from vidviz.index.milvus_index import MilvusIndex
from vidviz.services import embedding_sets, indexing, keeping_in_line, searching
from vidviz.services.filtering import ClipFilter
from vidviz.services.queries import Example, Query
from vidviz.services.searching import SearchOptions


@pytest.fixture
def counted(monkeypatch):
    """The names of the collections whose rows were counted."""
    names, count = [], MilvusIndex.count

    def note(index):
        names.append(index.name)
        return count(index)

    monkeypatch.setattr(MilvusIndex, "count", note)
    return names


@pytest.mark.lite
def test_rows_of_lite_are_counted_after_a_write_or_an_opening_only(folder, fill, counted):
    ids = fill(folder, np.random.default_rng(0).normal(size=(20, 4)))
    searching.search_by_clip(folder, "", ids[0], 50)
    counted.clear()
    for _ in range(3):  # short answers, which say nothing by themselves
        assert len(searching.search_by_clip(folder, "", ids[0], 50).hits) == 20
    searching.search_by_vector(folder, "", np.ones(4, np.float32), SearchOptions(metric="L2"))
    searching.search_by_clip(folder, "", ids[0], 50)
    mine = indexing.open_collection(folder, embedding_sets.find_set(folder))
    assert mine.name not in counted
    mine.delete([])
    mine.upsert(mine.read_rows()[:1], np.ones((1, 4), np.float32))
    for _ in range(2):
        assert searching.search_by_clip(folder, "", ids[0], 50).note == ""
    assert counted.count(mine.name) == 1
    indexing.release_index(folder)
    for _ in range(2):
        assert searching.search_by_clip(folder, "", ids[0], 50).note == ""
    assert counted.count(mine.name) == 2


@pytest.mark.lite
def test_rows_that_were_taken_away_while_the_file_was_in_other_hands_come_back(folder, fill):
    ids = fill(folder, np.random.default_rng(0).normal(size=(20, 4)))
    searching.search_by_clip(folder, "", ids[0], 5)
    indexing.release_index(folder)
    other = indexing.open_collection(folder, embedding_sets.find_set(folder))
    other.delete(ids[5:])
    indexing.release_index(folder)
    mended = searching.search_by_clip(folder, "", ids[0], 5)
    assert mended.note == keeping_in_line.MENDED
    assert len(searching.search_by_clip(folder, "", ids[0], 50).hits) == 20


def test_what_another_dashboard_brought_in_line_is_nobody_elses_change(folder, fill, milvus_server, monkeypatch):
    monkeypatch.setenv("VIDVIZ_MILVUS_URI", milvus_server.uri)
    monkeypatch.setenv("VIDVIZ_MILVUS_TOKEN", milvus_server.token)
    monkeypatch.setattr(keeping_in_line, "LOOK_AGAIN_SECONDS", 0.0)
    ids = fill(folder, np.random.default_rng(0).normal(size=(6, 4)))
    assert len(searching.search_by_clip(folder, "", ids[0], 50).hits) == 6
    fill(folder, np.random.default_rng(0).normal(size=(9, 4)))
    here = dict(keeping_in_line._checked)
    searching.search_by_clip(folder, "", ids[0], 50)  # as the other dashboard does
    keeping_in_line._checked.update(here)
    answer = searching.search_by_clip(folder, "", ids[0], 50)
    assert (len(answer.hits), answer.note) == (9, "")


@pytest.mark.parametrize(
    ("options", "hits"),
    [
        (SearchOptions(k=6), 6),
        (SearchOptions(k=50), 6),
        (SearchOptions(k=50, include_self=False), 5),
        (SearchOptions(k=50, leave_out_own_video=True), 5),
        (SearchOptions(k=50, clip_filter=ClipFilter(text="video 3")), 1),
        (SearchOptions(k=50, best_per_video=True), 6),
    ],
)
def test_an_answer_that_is_whole_has_nothing_counted(folder, fill, milvus_server, monkeypatch, counted, options, hits):
    monkeypatch.setenv("VIDVIZ_MILVUS_URI", milvus_server.uri)
    monkeypatch.setenv("VIDVIZ_MILVUS_TOKEN", milvus_server.token)
    ids = fill(folder, np.random.default_rng(0).normal(size=(6, 4)))
    searching.search_by_clip(folder, "", ids[3], 3)
    counted.clear()
    answer = searching.search(folder, "", Query((Example(ids[3]),)), options)
    assert (len(answer.hits), answer.note) == (hits, "")
    assert counted == []


def test_an_answer_that_is_too_short_shows_that_rows_were_taken(folder, fill, milvus_server, monkeypatch):
    monkeypatch.setenv("VIDVIZ_MILVUS_URI", milvus_server.uri)
    monkeypatch.setenv("VIDVIZ_MILVUS_TOKEN", milvus_server.token)
    ids = fill(folder, np.random.default_rng(0).normal(size=(9, 4)))
    searching.search_by_clip(folder, "", ids[0], 3)
    indexing.open_collection(folder, embedding_sets.find_set(folder)).delete(ids[4:])
    for _ in range(200):  # a server lets searches see it a moment later
        answer = searching.search_by_clip(folder, "", ids[0], 50)
        assert len(answer.hits) == 9
        if answer.note:
            break
    assert answer.note == keeping_in_line.MENDED
    assert searching.search_by_clip(folder, "", ids[0], 50).note == ""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (SearchOptions(effort=0), "ef or nprobe must be between"),
        (SearchOptions(clip_filter=ClipFilter(labels=(("label", ("\ud800",)),))), "not valid Unicode"),
    ],
)
def test_what_cannot_be_asked_sends_nobody_to_mend_the_collection(folder, fill, monkeypatch, options, said):
    ids = fill(folder, np.random.default_rng(0).normal(size=(6, 4)))
    searching.search_by_clip(folder, "", ids[0], 3)
    monkeypatch.setattr(searching, "forget_checked", None)
    with pytest.raises(SearchIndexError, match=said):
        searching.search_by_vector(folder, "", np.ones(4, np.float32), options)
