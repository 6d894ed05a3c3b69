from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vidviz.errors import SearchIndexError
from vidviz.index.exact_index import ExactIndex
from vidviz.index.milvus.collection import collection_dimension
from vidviz.index.milvus.connection import MilvusConnection
from vidviz.index.milvus.milvus_index import MilvusIndex
from vidviz.index.rows import searchable
from vidviz.index.sync import check_index, row_digest, sync_index


class CountingIndex(ExactIndex):
    """Counts what is asked of it, and breaks after a number of batches."""

    def __init__(self, dimension, batches_until_break=10**9):
        super().__init__(dimension)
        self.batches_until_break, self.stored, self.reads = batches_until_break, 0, 0

    def upsert(self, rows, vectors):
        if self.batches_until_break == 0:
            raise SearchIndexError("the disk is full")
        self.batches_until_break -= 1
        self.stored += len(rows)
        return super().upsert(rows, vectors)

    def read_rows(self):
        self.reads += 1
        return super().read_rows()


@pytest.fixture
def clips(clip_rows, clip_vectors):
    return clip_rows(30), clip_vectors(30)


def test_sync_fills_a_new_index_and_then_leaves_it_alone(index, clips):
    rows, vectors = clips
    assert sync_index(index, rows, vectors).added == 30
    report = sync_index(index, rows[::-1], vectors[::-1])
    assert (report.added, report.changed, report.removed, report.left_out) == (0, 0, 0, ())
    assert check_index(index, [row.clip_id for row in rows]).in_line


def test_sync_adds_changes_and_removes(index, clips):
    rows, vectors = clips
    sync_index(index, rows[:20], vectors[:20])
    wanted = [replace(rows[10], label="renamed"), *rows[11:]]
    report = sync_index(index, wanted, vectors[10:])
    assert (report.added, report.changed, report.removed) == (10, 1, 10)
    assert [row.text for row in index.read_rows()] == [row.text for row in wanted]


def test_unusable_vectors_are_reported_and_not_missed(index, clips):
    rows, vectors = clips
    vectors[3], vectors[8, 1] = 0, np.nan
    report = sync_index(index, rows, vectors)
    assert [entry.clip_id for entry in report.left_out] == [3003, 8008]
    assert check_index(
        index, [row.clip_id for row, good in zip(rows, searchable(vectors), strict=True) if good]
    ).in_line
    assert sync_index(index, rows, vectors).added == 0


def test_check_tells_missing_and_extra(index, clips):
    rows, vectors = clips
    sync_index(index, rows[:20], vectors[:20])
    found = check_index(index, [row.clip_id for row in rows[15:25]])
    assert list(found.missing // 1001) == [20, 21, 22, 23, 24]
    assert list(found.extra // 1001) == list(range(15))
    assert not found.in_line


def test_check_of_an_index_that_does_not_exist(milvus_connection, new_spec, clips):
    found = check_index(MilvusIndex(milvus_connection, new_spec(), 16), [1, 2])
    assert (list(found.missing), list(found.extra)) == ([1, 2], [])


def test_an_unchanged_index_is_not_read_back(clips):
    index = CountingIndex(16)
    sync_index(index, *clips)
    reads = index.reads
    sync_index(index, *clips)
    assert (index.reads, index.stored) == (reads, 30)


def test_sync_goes_on_after_a_break(clip_rows, clip_vectors):
    index = CountingIndex(16, batches_until_break=2)
    rows, vectors = clip_rows(3500), clip_vectors(3500)
    with pytest.raises(SearchIndexError, match="disk is full"):
        sync_index(index, rows, vectors)
    assert (index.count(), index.digest()) == (2000, "")
    index.batches_until_break = 10
    assert sync_index(index, rows, vectors).added == 1500
    assert index.stored == 3500


def test_a_change_taken_back_after_a_break_is_noticed(clip_rows, clip_vectors):
    rows, vectors = clip_rows(1500), clip_vectors(1500)
    index = CountingIndex(16)
    sync_index(index, rows, vectors)
    index.batches_until_break = 1
    with pytest.raises(SearchIndexError):
        sync_index(index, [replace(row, label="other") for row in rows], vectors)
    index.batches_until_break = 10
    assert sync_index(index, rows, vectors).changed == 1000


def test_progress_reaches_the_total_and_may_stop_the_work(clip_rows, clip_vectors):
    rows, vectors = clip_rows(2500), clip_vectors(2500)
    calls = []
    sync_index(ExactIndex(16), rows, vectors, lambda done, total: calls.append((done, total)))
    assert calls == [(1000, 2500), (2000, 2500), (2500, 2500)]

    def cancel(done, total):
        raise KeyboardInterrupt

    index = ExactIndex(16)
    with pytest.raises(KeyboardInterrupt):
        sync_index(index, rows, vectors, cancel)
    assert index.count() == 1000


def test_a_dropped_collection_is_made_again(milvus_index, clips):
    sync_index(milvus_index, *clips)
    milvus_index.connection.client.drop_collection(milvus_index.name)
    with pytest.raises(SearchIndexError, match=rf"{milvus_index.name} is gone .*vidviz index rebuild"):
        milvus_index.search(clips[1][0], 3)
    assert sync_index(milvus_index, *clips).added == 30
    assert milvus_index.search(clips[1][0], 1)[0][0].clip_id == 0


def test_a_collection_of_another_dimension_is_made_anew(milvus_connection, new_spec, clip_rows, clip_vectors):
    spec = new_spec()
    sync_index(MilvusIndex(milvus_connection, spec, 8), clip_rows(5), clip_vectors(5, dimension=8))
    index = MilvusIndex(milvus_connection, spec, 16)
    assert sync_index(index, clip_rows(5), clip_vectors(5)).added == 5
    assert collection_dimension(milvus_connection.client.describe_collection(index.name)) == 16
    index.drop()


def test_a_collection_of_somebody_else_is_left_alone(milvus_connection, new_spec):
    index = MilvusIndex(milvus_connection, new_spec(), 16)
    milvus_connection.client.create_collection(index.name, dimension=4)
    with pytest.raises(SearchIndexError, match="was not made by vidviz"):
        index.prepare()
    assert milvus_connection.client.has_collection(index.name)
    index.drop()


def test_rows_survive_closing_and_opening(tmp_path, new_spec, clips):
    from vidviz.config import MilvusSettings
    from vidviz.index.milvus.open import open_milvus

    spec, place = new_spec(), tmp_path / "index" / "milvus.db"
    connection = open_milvus(MilvusSettings(), place)
    sync_index(MilvusIndex(connection, spec, 16), *clips)
    connection.close()
    again: MilvusConnection = open_milvus(MilvusSettings(), place)
    index = MilvusIndex(again, spec, 16)
    assert again is not connection
    assert index.search(clips[1][4], 1)[0][0].clip_id == 4004
    assert index.digest() == row_digest({row.clip_id: row.text for row in clips[0]})
    again.close()
