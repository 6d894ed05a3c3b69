import os
import subprocess
import sys

import psutil
import pytest

from vidviz.services.library.workspaces import open_workspace
from vidviz.store import job_rows
from vidviz.store.catalogue import read_catalogue, write_catalogue


@pytest.fixture
def folder(tmp_path):
    return open_workspace(tmp_path / "w")


def test_progress_is_kept_and_a_wish_to_cancel_is_heard(folder):
    with write_catalogue(folder) as db:
        number = job_rows.add_job(db, "embed", "Embed", {"backbone": "r3d_18"})
        job_rows.claim_job(db, number)
        assert not job_rows.report_progress(db, number, 3, 10, 1.5, "clips")
        job_rows.request_cancel(db, number)
        assert job_rows.report_progress(db, number, 4, 10, 1.5, "clips")
        job = job_rows.find_job(db, number)
    assert (job.done, job.total, job.state, job.pid) == (4, 10, "running", os.getpid())
    assert job.arguments == {"backbone": "r3d_18"}
    assert job.seconds_left == pytest.approx(4.0)
    assert job_rows.is_alive(job)


def test_a_job_whose_process_died_is_not_alive_even_if_its_number_is_used_again(folder):
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with write_catalogue(folder) as db:
        number = job_rows.add_job(db, "map", "Map", {})
        job_rows.claim_job(db, number, process.pid)
    with read_catalogue(folder) as db:
        job = job_rows.find_job(db, number)
    assert job_rows.is_alive(job)
    process.communicate(b"\n")
    assert not job_rows.is_alive(job)
    with write_catalogue(folder) as db:  # the number lives on in a process that started at another time
        db.execute("UPDATE job SET pid = ?, pid_started = 1.0", (os.getpid(),))
        assert not job_rows.is_alive(job_rows.find_job(db, number))


def test_a_process_that_ended_and_was_not_yet_reaped_is_not_alive(folder):
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with write_catalogue(folder) as db:
        number = job_rows.add_job(db, "map", "Map", {})
        job_rows.claim_job(db, number, process.pid)
        job = job_rows.find_job(db, number)
    process.stdin.close()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and is left as the zombie that it is
    assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
    assert not job_rows.is_alive(job)
    process.wait()
