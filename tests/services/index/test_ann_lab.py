"""The index lab: exact where the index is, honest where it is not, and it leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from vidviz.errors import SearchIndexError
from vidviz.index.milvus.collection import TRIAL
from vidviz.index_design import IndexDesign
from vidviz.services.index import ann_lab, engine, set_index
from vidviz.services.library import embedding_sets
from vidviz.services.library.clip_filter import ClipFilter
from vidviz.services.search import search_run


def test_an_exact_index_misses_nothing(folder, fill, usual_engine):
    fill(folder, np.random.default_rng(0).normal(size=(80, 8)))
    report = ann_lab.try_index(folder, "", IndexDesign(), k=5, num_queries=12)
    assert (report.num_queries, report.k, report.clips, report.matching) == (12, 5, 80, 80)
    assert [point.recall for point in report.points] == [1.0]
    assert report.missed == ()
    assert report.engine == usual_engine
    assert not [one for one in engine.examine_engine(folder).collections if one.found.name.endswith("_lab")]


def test_recall_rises_with_effort_and_what_is_missed_is_named(folder, fill):
    # A server compares up to a thousand clips exactly, whatever index they are to have.
    ids = fill(folder, np.random.default_rng(0).normal(size=(1500, 24)))
    told = []
    report = ann_lab.try_index(
        folder,
        "",
        IndexDesign("COSINE", "IVF_FLAT", nlist=32),
        k=10,
        num_queries=30,
        efforts=(1, 4, 32),
        progress=lambda done, total, message="": told.append((done, total, message)),
    )
    recalls = [point.recall for point in report.points]
    assert recalls[0] < 0.9
    assert recalls == sorted(recalls)
    assert recalls[-1] == 1.0  # all cells
    assert told[-1] == (90, 90, "queries asked")
    first = report.missed[0]
    assert {first.query, first.clip_id} <= set(ids)
    truth = search_run.nearest_exactly(folder, "", first.query, 1500)
    # The query itself is the first of its own neighbours here.
    assert truth[first.rank - 2].clip_id == first.clip_id
    assert truth[first.rank - 2].score == pytest.approx(first.score, abs=1e-5)


@pytest.mark.parametrize("metric", ["COSINE", "L2"])
def test_which_of_several_copies_comes_last_is_no_miss(folder, fill, metric):
    fill(folder, np.repeat(np.random.default_rng(0).normal(size=(20, 8)), 6, axis=0))
    for kind in ("FLAT", "HNSW"):
        report = ann_lab.try_index(folder, "", IndexDesign(metric, kind), k=4, num_queries=20, efforts=(512,))
        assert ([point.recall for point in report.points], report.missed) == ([1.0], ())


@pytest.mark.parametrize(
    ("design", "told"),
    [
        (IndexDesign(kind="HNSW"), [30, 32, 64]),
        (IndexDesign(kind="IVF_FLAT", nlist=12), [1, 12]),
        (IndexDesign(), [1]),
    ],
)
def test_points_tell_the_effort_that_was_made(folder, fill, design, told):
    fill(folder, np.random.default_rng(0).normal(size=(60, 8)))
    report = ann_lab.try_index(folder, "", design, k=30, num_queries=2, efforts=(1, 16, 32, 64))
    assert [point.effort for point in report.points] == told


def test_a_filter_holds_for_all_queries(folder, fill):
    fill(folder, np.random.default_rng(0).normal(size=(60, 8)), labels=["a" if n % 6 == 0 else "b" for n in range(60)])
    chosen = ClipFilter(labels=(("label", ("a",)),))
    report = ann_lab.try_index(folder, "", IndexDesign(), k=20, num_queries=5, clip_filter=chosen)
    assert report.matching == 10
    assert report.points[0].wanted == report.points[0].returned == 10
    assert report.points[0].recall == 1
    nobody = ann_lab.try_index(folder, "", IndexDesign(), clip_filter=ClipFilter(text="nobody"))
    assert (nobody.matching, nobody.points[0].recall, nobody.points[0].wanted) == (0, 1.0, 0)


def test_a_trial_under_way_is_told_for_what_it_is(folder, fill):
    fill(folder, np.eye(6))
    seen = []

    def look(done, total, message=""):
        if message == "queries asked" and not seen:
            seen.extend(engine.examine_engine(folder).collections)

    ann_lab.try_index(folder, "", IndexDesign(), progress=look)
    [one] = [one for one in seen if one.found.name.endswith("_lab")]
    assert (one.trial, one.stored, bool(one.set_key)) == (True, None, True)
    assert one.title.endswith(" · index lab")


@pytest.mark.parametrize("moment", ["clips indexed", "queries asked"])
def test_a_trial_that_is_stopped_leaves_nothing_behind(folder, fill, moment):
    fill(folder, np.eye(6))

    class Stop(BaseException):
        """As Streamlit ends a page's run."""

    def stop(done, total, message=""):
        if message == moment:
            raise Stop

    with pytest.raises(Stop):
        ann_lab.try_index(folder, "", IndexDesign(), progress=stop)
    assert not [one for one in engine.examine_engine(folder).collections if one.set_key]  # a server holds others' too


@pytest.mark.lite
def test_a_trial_whose_process_was_killed_is_gone_when_lite_is_opened_again(folder, fill):
    fill(folder, np.eye(6))
    found = embedding_sets.find_set(folder)
    for suffix in ("", TRIAL):
        set_index.open_collection(folder, found, suffix=suffix).prepare()
    client = set_index.open_milvus(set_index.milvus_settings(), folder.milvus).client
    client.create_collection("somebody_elses_lab", dimension=4)
    set_index.release_index(folder)  # as the end of the process does
    assert [(one.trial, bool(one.set_key)) for one in engine.examine_engine(folder).collections] == [(False, True)]
    client = set_index.open_milvus(set_index.milvus_settings(), folder.milvus).client
    assert "somebody_elses_lab" in client.list_collections()


HOLD = """
import sys
from vidviz.store.files import holding
with holding(__import__("pathlib").Path(sys.argv[1]), ValueError):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_two_processes_do_not_try_at_once(folder, fill):
    fill(folder, np.random.default_rng(0).normal(size=(40, 8)))
    command = [sys.executable, "-c", HOLD, str(folder.milvus.with_name("lab.lock"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(SearchIndexError, match=rf"Process {other.pid} tries an index"):
            ann_lab.try_index(folder, "", IndexDesign(), k=5, num_queries=4)
        other.kill()
        other.wait()
        # However it ended, its turn is over.
        assert ann_lab.try_index(folder, "", IndexDesign(), k=5, num_queries=4).points[0].recall == 1.0


def test_senseless_trials_are_refused(folder, fill):
    fill(folder, np.eye(4))
    with pytest.raises(SearchIndexError, match="asks with 1 to 500 clips"):
        ann_lab.try_index(folder, "", IndexDesign(), num_queries=0)
    with pytest.raises(SearchIndexError, match="An index is one of"):
        IndexDesign("COSINE", "DISKANN")  # type: ignore[arg-type]
    with pytest.raises(SearchIndexError, match="compared by COSINE"):
        IndexDesign("HAMMING")  # type: ignore[arg-type]
    with pytest.raises(SearchIndexError, match="m must be between 2 and 2048"):
        IndexDesign(m=1)
