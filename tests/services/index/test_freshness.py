"""Collections are counted where somebody can have written to them, mended where rows are lost, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from vidviz.errors import SearchIndexError
from vidviz.index.milvus.milvus_index import MilvusIndex
from vidviz.services.index import freshness, set_index
from vidviz.services.library import embedding_sets
from vidviz.services.library.clip_filter import ClipFilter
from vidviz.services.search import search_run
from vidviz.services.search.queries import Example, Query
from vidviz.services.search.search_run import SearchOptions
from vidviz.types import EmbeddingSetSpec, Recipe


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
    search_run.search_by_clip(folder, "", ids[0], 50)
    counted.clear()
    for _ in range(3):  # short answers, which say nothing by themselves
        assert len(search_run.search_by_clip(folder, "", ids[0], 50).hits) == 20
    search_run.search_by_vector(folder, "", np.ones(4, np.float32), SearchOptions(metric="L2"))
    search_run.search_by_clip(folder, "", ids[0], 50)
    mine = set_index.open_collection(folder, embedding_sets.find_set(folder))
    assert mine.name not in counted
    mine.delete([])
    mine.upsert(mine.read_rows()[:1], np.ones((1, 4), np.float32))
    for _ in range(2):
        assert search_run.search_by_clip(folder, "", ids[0], 50).note == ""
    assert counted.count(mine.name) == 1
    set_index.release_index(folder)
    for _ in range(2):
        assert search_run.search_by_clip(folder, "", ids[0], 50).note == ""
    assert counted.count(mine.name) == 2


@pytest.mark.lite
def test_rows_that_were_taken_away_while_the_file_was_in_other_hands_come_back(folder, fill):
    ids = fill(folder, np.random.default_rng(0).normal(size=(20, 4)))
    search_run.search_by_clip(folder, "", ids[0], 5)
    set_index.release_index(folder)
    other = set_index.open_collection(folder, embedding_sets.find_set(folder))
    other.delete(ids[5:])
    set_index.release_index(folder)
    mended = search_run.search_by_clip(folder, "", ids[0], 5)
    assert mended.note == freshness.MENDED
    assert len(search_run.search_by_clip(folder, "", ids[0], 50).hits) == 20


def test_what_another_dashboard_brought_in_line_is_nobody_elses_change(folder, fill, milvus_server, monkeypatch):
    monkeypatch.setenv("VIDVIZ_MILVUS_URI", milvus_server.uri)
    monkeypatch.setenv("VIDVIZ_MILVUS_TOKEN", milvus_server.token)
    monkeypatch.setattr(freshness, "LOOK_AGAIN_SECONDS", 0.0)
    ids = fill(folder, np.random.default_rng(0).normal(size=(6, 4)))
    assert len(search_run.search_by_clip(folder, "", ids[0], 50).hits) == 6
    fill(folder, np.random.default_rng(0).normal(size=(9, 4)))
    here = dict(freshness._checked)
    search_run.search_by_clip(folder, "", ids[0], 50)  # as the other dashboard does
    freshness._checked.update(here)
    answer = search_run.search_by_clip(folder, "", ids[0], 50)
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
    search_run.search_by_clip(folder, "", ids[3], 3)
    counted.clear()
    answer = search_run.search(folder, "", Query((Example(ids[3]),)), options)
    assert (len(answer.hits), answer.note) == (hits, "")
    assert counted == []


def test_an_answer_that_is_too_short_shows_that_rows_were_taken(folder, fill, milvus_server, monkeypatch):
    monkeypatch.setenv("VIDVIZ_MILVUS_URI", milvus_server.uri)
    monkeypatch.setenv("VIDVIZ_MILVUS_TOKEN", milvus_server.token)
    ids = fill(folder, np.random.default_rng(0).normal(size=(9, 4)))
    search_run.search_by_clip(folder, "", ids[0], 3)
    set_index.open_collection(folder, embedding_sets.find_set(folder)).delete(ids[4:])
    for _ in range(200):  # a server lets searches see it a moment later
        answer = search_run.search_by_clip(folder, "", ids[0], 50)
        assert len(answer.hits) == 9
        if answer.note:
            break
    assert answer.note == freshness.MENDED
    assert search_run.search_by_clip(folder, "", ids[0], 50).note == ""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (SearchOptions(effort=0), "ef or nprobe must be between"),
        (SearchOptions(clip_filter=ClipFilter(labels=(("label", ("\ud800",)),))), "not valid Unicode"),
    ],
)
def test_what_cannot_be_asked_sends_nobody_to_mend_the_collection(folder, fill, monkeypatch, options, said):
    ids = fill(folder, np.random.default_rng(0).normal(size=(6, 4)))
    search_run.search_by_clip(folder, "", ids[0], 3)
    monkeypatch.setattr(search_run, "forget_checked", None)
    with pytest.raises(SearchIndexError, match=said):
        search_run.search_by_vector(folder, "", np.ones(4, np.float32), options)


def test_what_was_seen_of_many_collections_is_bounded_and_looked_at_anew(folder, fill, monkeypatch):
    monkeypatch.setattr(freshness, "MOST_CHECKED", 2)
    monkeypatch.setattr(freshness, "_checked", {})
    vectors = np.random.default_rng(0).normal(size=(6, 4))
    keys = []
    for layer in ("avgpool", "layer3", "layer4"):
        spec = EmbeddingSetSpec("r3d_18", "random", layer, "mean", Recipe().key)
        ids = fill(folder, vectors, spec=spec)
        keys.append(spec.key)
    for key in (keys[0], keys[1], keys[0], keys[2], keys[0]):
        assert len(search_run.search_by_clip(folder, key, ids[0], 3).hits) == 3
        assert len(freshness._checked) <= 2
    assert freshness.is_checked(folder, keys[0], "COSINE")
    assert not freshness.is_checked(folder, keys[1], "COSINE")
    assert not freshness._turns
