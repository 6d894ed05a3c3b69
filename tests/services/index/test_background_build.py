"""Building in the background: large sets only, answers meanwhile, and a reason where it fails."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from vidviz.errors import SearchIndexError
from vidviz.services.index import background_build, freshness, set_index
from vidviz.services.index.background_build import Building
from vidviz.services.library import embedding_sets
from vidviz.services.search import search_run


@pytest.fixture
def large(folder, fill, monkeypatch):
    """Thirty clips, which count as many."""
    monkeypatch.setattr(background_build, "LARGE", 20)
    ids = fill(folder, np.random.default_rng(0).normal(size=(30, 4)))
    return folder, embedding_sets.find_set(folder).key, ids


@pytest.fixture
def wait_for(until):
    """Waits for a building to end."""
    return lambda building: until(lambda: not building.active)


def test_a_large_set_is_built_behind_and_answered_meanwhile(large, usual_engine, monkeypatch, until, wait_for):
    folder, key, ids = large
    may_go_on, real = threading.Event(), freshness.sync_index

    def waits(index, rows, vectors, progress):
        progress(10, 30)
        assert may_go_on.wait(180)
        return real(index, rows, vectors, progress)

    monkeypatch.setattr(freshness, "sync_index", waits)
    building = background_build.begin_where_large(folder, key)
    assert background_build.begin_where_large(folder, key) is building
    meanwhile = search_run.search_by_clip(folder, key, ids[0], 5)
    assert meanwhile.engine == "stored vectors"
    assert meanwhile.note == "The index is being built; answered from the stored vectors meanwhile."
    until(lambda: building.done)
    assert building.share == pytest.approx(1 / 3)
    may_go_on.set()
    wait_for(building)
    assert (building.error, building.done, building.total) == ("", 30, 30)
    after = search_run.search_by_clip(folder, key, ids[0], 5)
    assert (after.engine, after.note) == (usual_engine, "")
    assert [hit.clip_id for hit in after.hits] == [hit.clip_id for hit in meanwhile.hits]
    assert background_build.begin_where_large(folder, key) is None


def test_small_sets_are_left_to_the_search(folder, fill):
    fill(folder, np.eye(4))
    assert background_build.begin_where_large(folder, embedding_sets.find_set(folder).key) is None


def test_a_rebuild_runs_behind(large, wait_for):
    folder, key, ids = large
    search_run.search_by_clip(folder, key, ids[0], 5)
    building = background_build.begin_rebuild(folder, key)
    wait_for(building)
    assert (building.error, building.done) == ("", 30)
    assert set_index.summarise_check(folder, key) == {"stored": 30, "missing": 0, "extra": 0}


def test_a_build_that_fails_says_why_and_is_not_tried_again_by_itself(large, monkeypatch, wait_for):
    folder, key, _ = large

    def fails(*_args):
        raise SearchIndexError("The disk of the index is full; free some space and try again.")

    monkeypatch.setattr(freshness, "sync_index", fails)
    building = background_build.begin_where_large(folder, key)
    wait_for(building)
    assert building.error == "The disk of the index is full; free some space and try again."
    assert background_build.begin_where_large(folder, key) is building


def test_each_metric_is_built_behind_by_itself(large, usual_engine, wait_for):
    folder, key, ids = large
    search_run.search_by_clip(folder, key, ids[0], 5)
    assert background_build.begin_where_large(folder, key) is None
    building = background_build.begin_where_large(folder, key, "L2")
    options = search_run.SearchOptions(metric="L2", k=5)
    meanwhile = search_run.search_by_vector(folder, key, np.ones(4, np.float32), options)
    wait_for(building)
    assert (building.error, building.done, building.total) == ("", 30, 30)
    after = search_run.search_by_vector(folder, key, np.ones(4, np.float32), options)
    assert (after.engine, after.note) == (usual_engine, "")
    assert [hit.clip_id for hit in after.hits] == [hit.clip_id for hit in meanwhile.hits]
    assert background_build.begin_where_large(folder, key, "L2") is None


def test_of_many_builds_the_oldest_that_have_ended_are_forgotten(large, wait_for, monkeypatch):
    folder, key, _ = large
    monkeypatch.setattr(background_build, "MOST_BUILDS", 2)
    monkeypatch.setattr(background_build, "_builds", {})
    builds = {f"set {number}": Building(active=number == 0) for number in range(4)}
    background_build._builds.update({(str(folder.path), name, "COSINE"): build for name, build in builds.items()})
    wait_for(background_build.begin_rebuild(folder, key))
    assert [name for _, name, _ in background_build._builds] == ["set 0", key]
