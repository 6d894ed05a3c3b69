"""Eight at once: what services share is done once, and nobody sees half of it."""

from __future__ import annotations

import os
import threading
from functools import partial

import numpy as np
import pytest

from vidviz.errors import JobError
from vidviz.services import jobs
from vidviz.services.importing import import_run
from vidviz.services.index import freshness
from vidviz.services.library import clip_annotations, contents
from vidviz.services.search import search_run
from vidviz.types import Recipe

EIGHT = range(8)


@pytest.fixture
def begun(monkeypatch):
    """The numbers of the jobs whose work was begun; it is the kind "import" and ends at once."""
    numbers = []

    def work(_folder, job_id, _arguments, _progress):
        numbers.append(job_id)
        return "done"

    monkeypatch.setitem(jobs.WORK, "import", work)
    return numbers


def test_of_eight_that_would_run_one_job_one_does(folder, together, begun):
    job_id = jobs.add_job(folder, "import", "Import", {})
    answers = together([partial(jobs.run_job, folder, job_id)] * 8)
    assert begun == [job_id]
    refused = [answer for answer in answers if isinstance(answer, JobError)]
    assert len(refused) == 7
    assert {answer.state for answer in answers if answer not in refused} == {"done"}
    with pytest.raises(JobError, match=rf"has ended already \(done\). `vidviz jobs resume {job_id}` starts it again"):
        jobs.run_job(folder, job_id)
    assert begun == [job_id]


def test_a_forced_cancel_of_a_job_that_is_being_started_does_not_end_its_starter(folder, begun, monkeypatch):
    ended = []
    monkeypatch.setattr(os, "kill", lambda process, _signal: ended.append(process))
    job_id = jobs.add_job(folder, "import", "Import", {})  # it waits, under the number of this process
    assert jobs.find_job(folder, job_id).pid == os.getpid()
    jobs.cancel_job(folder, job_id, force=True)
    assert ended == []
    job = jobs.run_job(folder, job_id)
    assert (job.state, job.message, begun) == ("cancelled", "Cancelled before it began.", [])


def test_eight_that_start_and_cancel_at_once_leave_no_job_at_work(folder, together, begun):
    numbers = [jobs.add_job(folder, "import", "Import", {}) for _ in range(4)]
    starts = [partial(jobs.run_job, folder, number) for number in numbers]
    cancels = [partial(jobs.cancel_job, folder, number) for number in numbers]
    for answer in together([*starts, *cancels]):
        assert not isinstance(answer, Exception) or "has ended already (done)" in str(answer), answer
    found = [jobs.find_job(folder, number) for number in numbers]
    assert {job.state for job in found} <= {"done", "cancelled"}
    assert sorted(begun) == [job.id for job in found if job.state == "done"]


def test_eight_edits_at_once_are_eight_and_each_undo_takes_another_back(folder, fill, together):
    ids = fill(folder, np.eye(4))
    edits = together([partial(clip_annotations.add_tag, folder, ids, f"tag {number}") for number in EIGHT])
    every = {f"tag {number}": 4 for number in EIGHT}
    assert clip_annotations.list_tags(folder) == every
    assert len({edit.id for edit in edits}) == 8
    undone = together([partial(clip_annotations.undo, folder)] * 8)
    assert sorted(edit.value for edit in undone) == sorted(every)
    assert clip_annotations.list_tags(folder) == {}
    assert clip_annotations.undo(folder) is None
    again = together([partial(clip_annotations.redo, folder)] * 8)
    assert sorted(edit.value for edit in again) == sorted(every)
    assert clip_annotations.list_tags(folder) == every


def test_edits_and_undos_at_once_leave_what_the_log_says(folder, fill, together):
    ids = fill(folder, np.eye(4))
    works = [partial(clip_annotations.set_label, folder, ids, f"label {number}") for number in range(4)]
    works += [partial(clip_annotations.undo, folder)] * 4
    assert not [answer for answer in together(works) if isinstance(answer, Exception)]
    last = clip_annotations.last_edit(folder)
    labels = set(contents.clip_table(folder)["label"])
    assert labels == ({last.value} if last else {None})
    while clip_annotations.undo(folder):
        pass
    assert set(contents.clip_table(folder)["label"]) == {None}


def test_who_reads_while_files_are_imported_sees_whole_videos(folder, write_video, tmp_path, together):
    for seed in range(6):
        write_video(tmp_path / f"films/{seed}.mp4", seed=seed)
    done = threading.Event()

    def bring_in():
        try:
            return import_run.import_videos(
                folder, import_run.request_paths([str(tmp_path / "films")], Recipe("windows", 0.5, 0.5))
            )
        finally:
            done.set()

    def read():
        seen = []
        while not done.is_set():
            table = contents.clip_table(folder)
            assert set(table.groupby("video_id").size()) <= {2}  # both clips of a video, or none
            assert table["video"].notna().all()
            seen.append(len(table))
        return seen

    report, *readers = together([bring_in, *[read] * 7])
    assert report.count("ok") == 6
    for seen in readers:
        assert seen == sorted(seen)
    assert len(contents.clip_table(folder)) == 12


def test_eight_searches_bring_the_index_in_line_once(folder, fill, together, monkeypatch):
    ids = fill(folder, np.random.default_rng(0).normal(size=(20, 4)), labels=["left"] * 20)
    synced, real = [], freshness.sync_index

    def counted(*arguments):
        synced.append(arguments[0].name)
        return real(*arguments)

    monkeypatch.setattr(freshness, "sync_index", counted)
    search = partial(search_run.search_by_clip, folder, "", ids[0], 5)
    answers = together([search] * 8)
    assert len(synced) == 1
    assert {tuple(hit.clip_id for hit in answer.hits) for answer in answers} == {
        tuple(hit.clip_id for hit in search().hits)
    }
    clip_annotations.set_label(folder, ids, "right")
    answers = together([search] * 8)
    assert len(synced) == 2
    assert {hit.label for answer in answers for hit in answer.hits} == {"right"}
