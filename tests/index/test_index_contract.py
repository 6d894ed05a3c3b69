"""What every VectorIndex promises, whichever engine stands behind it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import pytest

from vidviz.errors import SearchIndexError
from vidviz.index.exact_index import ExactIndex
from vidviz.index.filters import ClipIn, ColumnIn, Duration, LabelIn, NotClip, NotVideoIn, TagIn, TimeRange, VideoIn
from vidviz.index.milvus.collection import collection_name, create_collection, describe_set
from vidviz.index.milvus.milvus_index import MilvusIndex
from vidviz.index.rows import LARGEST_K, ClipRow
from vidviz.index_design import IndexDesign

FILTERS = {
    "none": (),
    "label": (LabelIn(("label 1",)),),
    "labels": (LabelIn(("label 1", "label 2")),),
    "video": (VideoIn(("v3",)),),
    "not video": (NotVideoIn(("v3",)),),
    "clips": (ClipIn((0, 1001, 7007)),),
    "not clips": (NotClip((0, 1001)),),
    "not nothing": (NotClip(()),),
    "time": (TimeRange(3.25, 8),),
    "before zero": (TimeRange(-5, 1e-7),),
    "column": (ColumnIn("colour", ("c1", "c9")),),
    "no such column": (ColumnIn('co"lour', ("c1",)),),
    "lacks the column": (ColumnIn("colour", ("", "c0")),),
    "lacks a column that none has": (ColumnIn('co"lour', ("",)),),
    "a moment": (TimeRange(4.0, 4.0),),
    "duration": (Duration(2.1, 2.1),),
    "durations": (Duration(0, 2.15),),
    "tag": (TagIn(('t"1', "nobody's")),),
    "tags of most": (TagIn(("all",)),),
    "no tag": (TagIn(()),),
    "both": (LabelIn(("label 0",)), NotVideoIn(("v0",))),
    "no label": (LabelIn(()),),
    "no column": (ColumnIn("colour", ()),),
    "unknown": (LabelIn(("nothing has this",)),),
}


@pytest.fixture
def clips(clip_rows, clip_vectors):
    return clip_rows(40), clip_vectors(40)


@pytest.fixture
def filled(index, clips):
    index.prepare()
    assert index.upsert(*clips) == ()
    return index


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS.keys())
def test_search_equals_numpy_with_every_filter(forty, clips, filters):
    rows, vectors = clips
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    matching = [number for number, row in enumerate(rows) if all(condition.keeps(row) for condition in filters)]
    hits = forty.search(vectors[7], 40, filters)[0]
    assert {hit.clip_id for hit in hits} == {rows[number].clip_id for number in matching}
    truth = {rows[number].clip_id: float(units[number] @ units[7]) for number in matching}
    for hit in hits:
        assert hit.score == pytest.approx(truth[hit.clip_id], abs=1e-5)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.fixture
def by_metric(request, new_spec, engine):
    """Makes empty FLAT indexes of a metric, which end with the test."""
    with ExitStack() as made:

        def make(metric):
            design = IndexDesign(metric, "FLAT")
            index = ExactIndex(16, design)
            if engine != "exact":
                connection = request.getfixturevalue(f"{engine}_connection")
                index = MilvusIndex(connection, new_spec(f"by_{metric}"), 16, "", design)
            made.callback(index.drop)
            index.prepare()
            return index

        yield make


@pytest.mark.parametrize("filters", [(), FILTERS["label"], FILTERS["tag"]], ids=["all", "label", "tag"])
@pytest.mark.parametrize("metric", ["IP", "L2"])
def test_other_metrics_equal_numpy(by_metric, clips, metric, filters):
    rows, vectors = clips
    index = by_metric(metric)
    index.upsert(rows, vectors * 2)
    query = vectors[7] * 1.5
    hits = index.search(query, 40, filters)[0]
    truth = {
        row.clip_id: float(2 * vector @ query if metric == "IP" else np.linalg.norm(2 * vector - query))
        for row, vector in zip(rows, vectors, strict=True)
        if all(condition.keeps(row) for condition in filters)
    }
    assert {hit.clip_id for hit in hits} == truth.keys()
    for hit in hits:
        assert hit.score == pytest.approx(truth[hit.clip_id], rel=1e-5, abs=1e-5)
    nearest_first = sorted((hit.score for hit in hits), reverse=metric == "IP")
    assert [hit.score for hit in hits] == nearest_first


@pytest.mark.parametrize("kind", ["HNSW", "IVF_FLAT"])
def test_other_indexes_are_built_and_looked_into_as_asked(request, clips, new_spec, milvus_engine, kind):
    rows, vectors = clips
    design = IndexDesign("COSINE", kind, nlist=4)
    spec = new_spec()
    index = MilvusIndex(request.getfixturevalue(f"{milvus_engine}_connection"), spec, 16, "", design)
    index.prepare()
    index.upsert(rows, vectors)
    index.flush()
    assert index.describe()["index_type"] == kind
    reopened = MilvusIndex(index.connection, spec, 16)
    index.connection.loaded.clear()
    thorough = reopened.search(vectors[7], 10, effort=64)[0]
    assert thorough[0].clip_id == rows[7].clip_id
    assert index.connection.loaded[index.name] == kind
    assert index.read_vectors([rows[3].clip_id, 5])[rows[3].clip_id] @ vectors[3] > 0
    with pytest.raises(SearchIndexError, match="ef or nprobe must be between"):
        index.search(vectors[7], 10, effort=0)
    index.drop()
    assert index.describe() == {}


def test_a_collection_whose_maker_was_killed_before_its_index_gets_one(request, clips, new_spec, milvus_engine):
    connection = request.getfixturevalue(f"{milvus_engine}_connection")
    spec, design = new_spec(), IndexDesign()
    create_collection(connection.client, collection_name(spec), 16, describe_set(spec), connection.write_seconds)
    index = MilvusIndex(connection, spec, 16, "", design)
    index.prepare()
    assert index.describe()["index_type"] == design.kind
    index.upsert(*clips)
    assert index.search(clips[1][7], 1)[0][0].clip_id == clips[0][7].clip_id
    index.drop()


@pytest.mark.parametrize("filters", [(), FILTERS["label"], FILTERS["not video"], FILTERS["no tag"]])
@pytest.mark.parametrize("k", [1, 3, 9])
def test_the_best_clip_of_each_video(forty, clips, k, filters):
    rows, vectors = clips
    video_of = {row.clip_id: row.video_id for row in rows}
    expected = {}
    for hit in forty.search(vectors[7], 40, filters)[0]:
        expected.setdefault(video_of[hit.clip_id], hit)
    assert forty.search_videos(vectors[7], k, filters) == list(expected.values())[:k]


@pytest.mark.parametrize("k", [3, 12, 50])
def test_videos_behind_a_crowd_of_clips_of_one_are_found(index, k):
    rng = np.random.default_rng(0)
    query = np.eye(16)[0]
    rows = [ClipRow(number, "crowd" if number < 600 else f"v{number % 20}", "", 0.0, 2.0) for number in range(640)]
    vectors = np.where(np.arange(640)[:, None] < 600, 0.02, 0.4) * rng.standard_normal((640, 16)) + query
    index.prepare()
    index.upsert(rows, vectors)
    expected = {}
    for near in index.search(query, 640)[0]:
        expected.setdefault(rows[near.clip_id].video_id, near)
    assert len(expected) == 21
    assert index.search_videos(query, k) == list(expected.values())[:k]


def test_a_video_behind_more_clips_than_a_search_may_return_is_found():
    vectors = np.concatenate([np.ones((LARGEST_K + 1, 4)), np.eye(4)[:1]])
    rows = [ClipRow(number, "other" if number > LARGEST_K else "crowd", "", 0, 1) for number in range(len(vectors))]
    index = ExactIndex(4)
    index.upsert(rows, vectors)
    assert [near.clip_id for near in index.search_videos(np.ones(4), 5)] == [0, LARGEST_K + 1]


def test_a_clip_finds_itself_first_at_one(forty, clips):
    rows, vectors = clips
    answers = forty.search(vectors * 3, 2)
    assert [hits[0].clip_id for hits in answers] == [row.clip_id for row in rows]
    assert {hits[0].score for hits in answers} == {1.0}
    assert {len(hits) for hits in answers} == {2}


def test_equal_scores_come_in_order_of_id(filled, clip_rows, clip_vectors):
    one = clip_vectors(1, seed=9)
    filled.upsert(clip_rows(6, first=100), np.repeat(one, 6, axis=0))
    hits = filled.search(one, 6)[0]
    assert [hit.clip_id for hit in hits] == [row.clip_id for row in clip_rows(6, first=100)]


def test_upsert_replaces_and_never_doubles(filled, clips):
    rows, vectors = clips
    filled.upsert([replace(row, label="new") for row in rows], vectors[::-1])
    assert filled.count() == 40
    assert {row.label for row in filled.read_rows()} == {"new"}
    assert filled.search(vectors[0], 1)[0][0].clip_id == rows[-1].clip_id


def test_a_clip_twice_in_one_batch_is_stored_once(filled, clips):
    rows, vectors = clips
    filled.upsert([rows[0], replace(rows[0], label="second")], vectors[:2])
    assert filled.count() == 40
    assert filled.read_rows()[0].label == "second"


def test_rows_come_back_as_they_were(filled):
    row = ClipRow(2**53 - 1, "video\n", 'a "label" \\ \x00 \u2028 😀', 0.1, 1 / 3, {"n": 1, "t": "ü", "l": [1.5, None]})
    filled.upsert([row], np.ones((1, filled.dimension)))
    assert filled.read_rows()[-1] == row
    assert list(filled.ids()) == sorted(filled.ids())


def test_delete_removes_only_what_it_names(filled, clips):
    rows, vectors = clips
    filled.delete([rows[0].clip_id, 999_999_999])
    filled.delete([])
    assert filled.count() == 39
    assert rows[0].clip_id not in filled.ids()
    assert rows[0].clip_id not in {hit.clip_id for hit in filled.search(vectors[0], 40)[0]}


def test_unusable_clips_are_left_out_and_named(index, clip_rows, clip_vectors):
    rows, vectors = clip_rows(7), clip_vectors(7)
    vectors[1], vectors[2, 3], vectors[3, 0] = 0, np.nan, np.inf
    rows[4] = replace(rows[4], label="x" * 70_000)
    rows[5] = replace(rows[5], label="\ud800")
    index.prepare()
    left_out = index.upsert(rows, vectors)
    assert [(row.clip_id // 1001, row.reason.split()[-1]) for row in left_out] == [
        (1, "zeros"), (2, "values"), (3, "values"), (4, "65,535"), (5, "Unicode"),
    ]  # fmt: skip
    assert list(index.ids() // 1001) == [0, 6]


def test_a_label_of_ten_thousand_characters_is_kept_whole(filled, clips):
    long = "é" * 10_000
    filled.upsert([replace(clips[0][3], label=long)], clips[1][3:4])
    assert [hit.clip_id for hit in filled.search(clips[1][0], 9, [LabelIn((long,))])[0]] == [3003]


def test_extreme_lengths_of_vectors_are_no_matter(index, clip_rows):
    vectors = np.eye(3, index.dimension, dtype=np.float32) * np.float32([[1e30], [1e-30], [1]])
    index.prepare()
    assert index.upsert(clip_rows(3), vectors) == ()
    assert [hits[0].score for hits in index.search(vectors, 1)] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("metric", ["IP", "L2"])
def test_vectors_too_long_to_compare_by_length_are_left_out_and_named(by_metric, clip_rows, metric):
    index = by_metric(metric)
    vectors = np.eye(4, 16, dtype=np.float32) * np.float32([[1e30], [1e18], [-1e18], [1e-30]])
    [left_out] = index.upsert(clip_rows(4), vectors)
    assert (left_out.clip_id, left_out.reason) == (0, "its vector is too long to be compared by length")
    [hits] = index.search(vectors[1], 4)
    assert len(hits) == 3
    assert np.isfinite([hit.score for hit in hits]).all()
    with pytest.raises(SearchIndexError, match="too long to be compared by length"):
        index.search(vectors[0], 4)


@pytest.mark.parametrize("k", [0, -1, 16_385])
def test_k_out_of_bounds_is_refused(forty, clips, k):
    with pytest.raises(SearchIndexError, match="between 1 and 16,384"):
        forty.search(clips[1][0], k)


def test_the_largest_k_returns_what_there_is(forty, clips):
    assert len(forty.search(clips[1][0], 16_384)[0]) == 40


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (np.ones(5), "5 numbers does not fit an index of 16"),
        (np.zeros(16), "all zeros"),
        (np.full(16, np.nan), "NaN"),
        (np.ones((1, 1, 16)), "not an array of shape"),
    ],
)
def test_a_bad_query_gets_a_sentence(forty, query, sentence):
    with pytest.raises(SearchIndexError, match=sentence):
        forty.search(query, 3)


def test_vectors_that_do_not_fit_are_refused(index, clip_rows, clip_vectors):
    index.prepare()
    with pytest.raises(SearchIndexError, match="8 numbers does not fit an index of 16"):
        index.upsert(clip_rows(2), clip_vectors(2, dimension=8))
    with pytest.raises(SearchIndexError, match="2 clips cannot be indexed with vectors of shape"):
        index.upsert(clip_rows(2), clip_vectors(3))


def test_digest_lives_with_the_index(filled):
    assert filled.digest() == ""
    filled.write_digest("abc")
    assert filled.digest() == "abc"
    filled.drop()
    filled.prepare()
    assert (filled.digest(), filled.count()) == ("", 0)


def test_dropped_twice_and_empty(index):
    index.drop()
    index.drop()
    assert (index.count(), len(index.ids()), index.read_rows(), index.digest()) == (0, 0, [], "")
    index.prepare()
    index.prepare()
    assert index.search(np.ones(16), 5) == [[]]


def test_the_example_of_the_tutorial(index):
    """Three clips, limit 2: the first finds itself at 1.0, then the one at 0.95."""
    index.prepare()
    vectors = np.zeros((3, 16), dtype=np.float32)
    vectors[0, 0] = 1
    vectors[1, :2] = 0.95, np.sqrt(1 - 0.95**2)
    vectors[2, 2] = 1
    index.upsert([ClipRow(number, "v", "", number, number + 1) for number in range(3)], vectors)
    assert [(hit.clip_id, hit.score) for hit in index.search(vectors[0], 2)[0]] == [(0, 1.0), (1, 0.95)]


def test_many_queries_are_answered_in_order(forty, clips):
    rows, vectors = clips
    answers = forty.search(np.tile(vectors, (7, 1)), 1)
    assert [hits[0].clip_id for hits in answers] == [row.clip_id for row in rows] * 7
