import os
import subprocess
import sys

import psutil
import pytest

from vidviz.services.library.workspaces import open_workspace
from vidviz.store import job_rows, process_identity
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.store.process_identity import HAS_PROC


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
    with write_catalogue(folder) as db:  # the number lives on in another process
        db.execute("UPDATE job SET pid = ?", (os.getpid(),))
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


def test_a_step_of_the_clock_ends_no_job(folder, monkeypatch):
    with write_catalogue(folder) as db:
        number = job_rows.add_job(db, "map", "Map", {})
        job_rows.claim_job(db, number)
        job = job_rows.find_job(db, number)
    # Where there is /proc, what psutil tells of a start is the moment of the boot by the clock of now, and the ticks.
    started, step = psutil.Process.create_time, 30.0 if HAS_PROC else 0.0
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: started(process) + step)
    monkeypatch.setattr(psutil, "boot_time", lambda: step)
    assert job_rows.is_alive(job)


def test_a_process_of_the_same_number_after_a_restart_of_the_machine_is_another(monkeypatch, tmp_path):
    before = process_identity.identify_process(os.getpid())
    assert before == process_identity.identify_process(os.getpid()) != ""
    fake = tmp_path / "proc"
    (fake / str(os.getpid())).mkdir(parents=True)
    (fake / "sys/kernel/random").mkdir(parents=True)
    stat = f"{os.getpid()} (a ) name (with) S) S {' '.join(str(number) for number in range(4, 53))}\n"
    monkeypatch.setattr(process_identity, "_PROC", fake)
    monkeypatch.setattr(process_identity, "HAS_PROC", True)
    (fake / str(os.getpid()) / "stat").write_text(stat)
    found = set()
    for boot in ("one", "two"):
        (fake / "sys/kernel/random/boot_id").write_text(f"{boot}\n")
        found.add(process_identity.identify_process(os.getpid()))
    assert found == {f"{os.getpid()} {boot} 22" for boot in ("one", "two")}
    assert process_identity.identify_process(1) == ""


def test_where_the_system_has_no_proc_the_moment_of_the_start_tells(monkeypatch):
    monkeypatch.setattr(process_identity, "HAS_PROC", False)
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    known = process_identity.identify_process(process.pid)
    assert known == process_identity.identify_process(process.pid) != process_identity.identify_process(os.getpid())
    process.communicate(b"\n")
    assert process_identity.identify_process(process.pid) == ""
