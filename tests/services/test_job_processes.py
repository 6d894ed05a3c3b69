"""Jobs in processes of their own: progress, cancel, a killed one, and how each goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import psutil
import pytest

from vidviz.errors import JobError, MediaError
from vidviz.services import jobs
from vidviz.services.importing import import_run
from vidviz.services.library import contents
from vidviz.services.progress import JobCancelledError, JobProgress
from vidviz.store import job_rows as rows
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.types import Recipe

MANY = 40


@pytest.fixture
def ended(folder, until):
    """Waits for a job to end, and returns it."""
    return lambda job_id: until(lambda: (job := jobs.find_job(folder, job_id)) and not job.active and job)


def start_import(folder, path):
    request = import_run.request_paths([str(path)], Recipe("windows", 0.2, 0.2))
    return jobs.start_job(folder, "import", "Import", import_run.request_arguments(request))


@pytest.fixture(scope="module")
def many(tmp_path_factory, write_video):
    """A folder of videos, enough to be caught at on a fast machine."""
    folder = tmp_path_factory.mktemp("many")
    for seed in range(MANY):
        write_video(folder / f"{seed:02d}.mp4", seconds=2.0, seed=seed)
    return folder


def test_a_job_outlives_its_starter_and_shows_progress(folder, many, ended, until):
    job_id = start_import(folder, many)
    assert jobs.find_job(folder, job_id).active
    seen = until(lambda: (job := jobs.find_job(folder, job_id)).total and job)
    assert (seen.state, seen.total) == ("running", MANY)
    assert seen.pid not in (None, os.getpid())
    job = ended(job_id)
    assert (job.state, job.done, job.message) == ("done", MANY, f"{MANY} imported.")
    with read_catalogue(folder) as db:
        assert [item.status for item in rows.list_job_items(db, job_id)] == ["ok"] * MANY


def test_a_cancelled_job_keeps_what_it_did_and_goes_on(folder, many, ended, until):
    job_id = start_import(folder, many)
    until(lambda: contents.count_library(folder)[0] >= 1)
    jobs.cancel_job(folder, job_id)
    job = ended(job_id)
    assert job.state == "cancelled"
    kept = contents.count_library(folder)[0]
    assert 1 <= kept < MANY
    with pytest.raises(JobError, match=f"Job {job_id} has ended already \\(cancelled\\)"):
        jobs.cancel_job(folder, job_id)
    again = jobs.restart_job(folder, job_id)
    assert ended(again).message == f"{MANY - kept} imported, {kept} duplicate."
    assert jobs.find_job(folder, job_id).read


def test_a_killed_job_is_interrupted_leaves_no_decoder_and_goes_on(folder, many, ended, until):
    job_id = start_import(folder, many)
    job = until(lambda: contents.count_library(folder)[0] and jobs.find_job(folder, job_id))
    decoders = psutil.Process(job.pid).children(recursive=True)
    os.kill(job.pid, signal.SIGKILL)
    # Asked for by its number alone, before anybody listed the jobs.
    again = until(lambda: restart_if_dead(folder, job_id))
    assert jobs.find_job(folder, job_id).state == "interrupted"
    assert ended(again).state == "done"
    assert contents.count_library(folder)[0] == MANY
    until(lambda: not any(decoder.is_running() for decoder in decoders))


def restart_if_dead(folder, job_id):
    try:
        return jobs.restart_job(folder, job_id)
    except JobError:
        return None


def test_a_forced_cancel_ends_the_process_and_counts_as_cancelled(folder, many, ended, until):
    job_id = start_import(folder, many)
    until(lambda: jobs.find_job(folder, job_id).state == "running")
    jobs.cancel_job(folder, job_id, force=True)
    assert ended(job_id).state == "cancelled"


def test_a_process_that_dies_before_it_claims_its_job_is_noticed(folder, monkeypatch, ended):
    monkeypatch.setattr(jobs.sys, "executable", "/bin/false")
    job_id = jobs.start_job(folder, "import", "Import", {})
    assert ended(job_id).state == "interrupted"


def test_a_job_whose_starter_died_before_it_began_is_interrupted(folder):
    code = (
        "import sys; from pathlib import Path; from vidviz.services import jobs;"
        "from vidviz.services.library.workspaces import open_workspace;"
        "print(jobs.add_job(open_workspace(Path(sys.argv[1])), 'import', 'Import', {}))"
    )
    ended = subprocess.run([sys.executable, "-c", code, folder.path], capture_output=True, text=True, check=True)
    assert jobs.find_job(folder, int(ended.stdout)).state == "interrupted"
    mine = jobs.add_job(folder, "import", "Import", {})
    assert jobs.find_job(folder, mine).state == "waiting"


def test_a_process_that_cannot_be_started_is_told(folder, monkeypatch):
    monkeypatch.setattr(jobs.sys, "executable", "/no/such/python")
    with pytest.raises(JobError, match="could not be started: No such file"):
        jobs.start_job(folder, "import", "Import", {})
    assert jobs.list_jobs(folder)[0].state == "failed"


def test_a_process_that_ended_first_is_not_made_running_again(folder):
    job_id = jobs.add_job(folder, "import", "Import", {})
    with write_catalogue(folder) as db:
        rows.finish_job(db, job_id, "done", "quick")
        rows.expect_process(db, job_id, os.getpid())
    assert jobs.find_job(folder, job_id).state == "done"


def test_a_job_at_work_is_not_started_twice(folder):
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    job_id = jobs.add_job(folder, "import", "Import", {})
    with write_catalogue(folder) as db:
        rows.claim_job(db, job_id, other.pid)
    with pytest.raises(JobError, match=f"still at work, in process {other.pid}"):
        jobs.run_job(folder, job_id)
    with pytest.raises(JobError, match="still at work"):
        jobs.restart_job(folder, job_id)
    other.communicate(b"\n")


def test_an_unknown_job_is_told(folder):
    for act in (jobs.find_job, jobs.cancel_job, jobs.restart_job, jobs.run_job):
        with pytest.raises(JobError, match="There is no job 17"):
            act(folder, 17)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (MediaError("a sentence"), "a sentence"),
        (KeyError("a bug"), "Something unforeseen went wrong: KeyError: 'a bug'"),
    ],
)
def test_a_failure_is_kept_with_the_job(folder, monkeypatch, error, message):
    def fail(*_):
        raise error

    monkeypatch.setitem(jobs.WORK, "import", fail)
    job_id = jobs.add_job(folder, "import", "Import", {})
    with pytest.raises(type(error)):
        jobs.run_job(folder, job_id)
    job = jobs.find_job(folder, job_id)
    assert (job.state, job.message) == ("failed", message)


def test_ctrl_c_cancels_the_job_and_still_ends_the_command(folder, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setitem(jobs.WORK, "import", interrupt)
    job_id = jobs.add_job(folder, "import", "Import", {})
    with pytest.raises(KeyboardInterrupt):
        jobs.run_job(folder, job_id)
    job = jobs.find_job(folder, job_id)
    assert (job.state, job.message) == ("cancelled", "Cancelled. What was done is kept.")


def test_a_wish_to_cancel_that_comes_too_late_cancels_nothing(folder):
    job_id = jobs.add_job(folder, "import", "Import", {})
    tell = JobProgress(folder, job_id)
    with write_catalogue(folder) as db:
        rows.request_cancel(db, job_id)
    tell(10, 10)
    with pytest.raises(JobCancelledError, match=r"Cancelled after 9 of 10. What was done is kept."):
        JobProgress(folder, job_id)(9, 10)
