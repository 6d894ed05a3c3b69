"""The engine's report, dropping, rebuilding, and pushing a workspace to a server that answers by address."""

from __future__ import annotations

import numpy as np
import pytest

from vidviz.config import MilvusSettings
from vidviz.errors import IndexLockedError, SearchIndexError
from vidviz.index_design import IndexDesign
from vidviz.services.index import engine, push, set_index
from vidviz.services.index.freshness import forget_checked
from vidviz.services.index.set_index import open_milvus
from vidviz.services.library import clip_annotations, embedding_sets
from vidviz.services.search import search_run
from vidviz.services.search.search_run import SearchOptions


@pytest.mark.lite
def test_collections_are_told_with_their_rows_and_size(folder, fill):
    ids = fill(folder, np.random.default_rng(0).normal(size=(20, 8)))
    assert engine.examine_engine(folder).collections == ()
    search_run.search_by_clip(folder, "", ids[0], 3)
    search_run.search_by_vector(folder, "", np.ones(8, np.float32), SearchOptions(metric="L2"))
    report = engine.examine_engine(folder)
    assert report.lite
    assert report.address == str(folder.milvus)
    assert report.advice == report.note == ""
    told = [(one.stored, one.found.rows, one.found.kind, one.found.metric) for one in report.collections]
    assert told == [(20, 20, "FLAT", "IP"), (20, 20, "FLAT", "L2")]
    assert report.collections[0].title == embedding_sets.find_set(folder).spec.title
    assert report.collections[1].title.endswith(" · distance")
    assert all(one.found.bytes_on_disk > 0 for one in report.collections)
    engine.drop(folder, report.collections[0].found.name)
    engine.drop(folder, "vv_nothing_of_that_name")
    assert [one.found.metric for one in engine.examine_engine(folder).collections] == ["L2"]
    assert len(search_run.search_by_clip(folder, "", ids[0], 30).hits) == 20
    assert set_index.rebuild_index(folder, "") == 20


def test_rows_that_were_changed_or_removed_count_once_or_not(folder, fill):
    ids = fill(folder, np.random.default_rng(0).normal(size=(20, 8)), labels=["a"] * 20)
    search_run.search_by_clip(folder, "", ids[0], 3)
    clip_annotations.set_label(folder, ids, "b")
    search_run.search_by_clip(folder, "", ids[0], 3)

    def told():
        return [(one.stored, one.found.rows) for one in engine.examine_engine(folder).collections if one.set_key]

    assert told() == [(20, 20)]
    index = set_index.open_collection(folder, embedding_sets.find_set(folder))
    index.delete(ids[:3])
    index.flush()
    assert told() == [(20, 17)]


@pytest.mark.lite
def test_a_set_too_large_for_lite_gets_advice(folder, fill, monkeypatch):
    fill(folder, np.eye(5))
    monkeypatch.setattr(engine, "LITE_CLIPS", 4)
    assert "vidviz index push --uri" in engine.examine_engine(folder).advice
    assert engine.advise(folder, lite=False) == ""


@pytest.mark.lite
def test_a_local_file_by_its_path_is_lite_in_every_respect(folder, fill, tmp_path, monkeypatch):
    ids = fill(folder, np.random.default_rng(0).normal(size=(20, 8)))
    place = tmp_path / "elsewhere.db"
    monkeypatch.setenv("VIDVIZ_MILVUS_URI", str(place))
    answer = search_run.search_by_clip(folder, "", ids[0], 3)
    assert (len(answer.hits), answer.engine) == (3, "Milvus Lite")
    report = engine.examine_engine(folder)
    assert (report.lite, report.address) == (True, str(place))
    # An approximate index would lose hits there as soon as there is a filter.
    assert [one.found.kind for one in report.collections] == ["FLAT"]
    assert set_index.rebuild_index(folder, "", design=IndexDesign(kind="HNSW")) == 20
    assert set_index.open_collection(folder, embedding_sets.find_set(folder)).describe()["index_type"] == "FLAT"
    set_index.release_index(folder)
    for path in place.rglob("*schema*.json*"):
        path.write_bytes(b"{ garbage")
    assert set_index.rebuild_index(folder, "") == 20
    assert not folder.milvus.exists()
    set_index.release_index(folder)


@pytest.mark.lite
def test_a_file_in_other_hands_is_told(folder, fill, monkeypatch):
    fill(folder, np.eye(5))

    def refuse(*_args):
        raise IndexLockedError("Another process (pid 1) holds the index.")

    monkeypatch.setattr(engine, "open_milvus", refuse)
    assert engine.examine_engine(folder).note == "Another process (pid 1) holds the index."


def test_somebody_elses_collection_stays(folder, fill):
    ids = fill(folder, np.eye(5))
    search_run.search_by_clip(folder, "", ids[0], 3)
    client = open_milvus(set_index.milvus_settings(), folder.milvus).client
    if "not_ours" not in client.list_collections():
        client.create_collection("not_ours", dimension=4)
    assert "not_ours" not in [one.found.name for one in engine.examine_engine(folder).collections]
    with pytest.raises(SearchIndexError, match="not made by vidviz and stays"):
        engine.drop(folder, "not_ours")


def test_a_pushed_set_is_there_and_answers_the_same(folder, fill, milvus_server, monkeypatch):
    monkeypatch.delenv("VIDVIZ_MILVUS_URI", raising=False)  # it is in the local file first
    ids = fill(folder, np.random.default_rng(0).normal(size=(150, 8)), labels=["a", "b", None] * 50)
    here = search_run.search_by_clip(folder, "", ids[0], 10)
    pushed = push.push_set(folder, "", milvus_server)
    assert (pushed.rows, pushed.sent, pushed.compared, pushed.left_out) == (150, 150, 100, 0)
    again = push.push_set(folder, "", milvus_server)
    assert (again.rows, again.sent) == (150, 0)
    monkeypatch.setenv("VIDVIZ_MILVUS_URI", milvus_server.uri)
    forget_checked(folder)
    there = search_run.search_by_clip(folder, "", ids[0], 10)
    assert there.engine == "Milvus"
    assert [hit.clip_id for hit in there.hits] == [hit.clip_id for hit in here.hits]
    report = engine.examine_engine(folder)
    assert not report.lite
    assert [(one.found.name, one.found.rows) for one in report.collections if one.set_key] == [(pushed.collection, 150)]
    engine.drop(folder, pushed.collection)


def test_an_interrupted_push_goes_on(folder, fill, milvus_server, monkeypatch):
    fill(folder, np.random.default_rng(0).normal(size=(40, 8)))
    monkeypatch.setattr("vidviz.index.sync.BATCH_ROWS", 10)

    def break_off(done, total, message=""):
        if done >= 20:
            raise AssertionError

    with pytest.raises(AssertionError):
        push.push_set(folder, "", milvus_server, break_off)
    pushed = push.push_set(folder, "", milvus_server)
    assert (pushed.rows, pushed.compared) == (40, 40)
    assert pushed.sent <= 20
    monkeypatch.setenv("VIDVIZ_MILVUS_URI", milvus_server.uri)
    engine.drop(folder, pushed.collection)


def test_what_arrives_changed_is_told(folder, fill, milvus_server, monkeypatch):
    fill(folder, np.eye(5))
    monkeypatch.setattr(
        "vidviz.index.milvus.milvus_index.MilvusIndex.read_vectors", lambda _self, ids: dict.fromkeys(ids, np.ones(5))
    )
    with pytest.raises(SearchIndexError, match="did not arrive as it was sent"):
        push.push_set(folder, "", milvus_server)
    monkeypatch.setattr("vidviz.index.milvus.milvus_index.MilvusIndex.count", lambda _self: 3)
    with pytest.raises(SearchIndexError, match="holds 3 clips and 5 were sent; push again"):
        push.push_set(folder, "", milvus_server)
    with pytest.raises(SearchIndexError, match="Say where to"):
        push.push_set(folder, "", MilvusSettings())
