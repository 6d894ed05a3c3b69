"""Jobs: long work in a process of its own, started the same way by a page and by the CLI.

A job is a row in the catalogue first. Whoever runs it (`run_job`) writes progress there, so the page that
started it may be left, reloaded or closed.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from vidviz.errors import DamagedCatalogueError, JobError, VidvizError, WorkspaceError
from vidviz.log.process_log import child_environment
from vidviz.log.record_text import Plain
from vidviz.log.told_errors import sentence_of
from vidviz.records import Job, JobItem
from vidviz.services.embedding import embed_run
from vidviz.services.importing import import_run
from vidviz.services.maps import map_build
from vidviz.services.progress import JobCancelledError, JobProgress, Progress
from vidviz.store import job_rows
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.store.recovery.backups import keep_backup
from vidviz.workspace_folder import WorkspaceFolder

log = logging.getLogger(__name__)

Work = Callable[[WorkspaceFolder, int, dict[str, Any], Progress], str]

WORK: dict[str, Work] = {
    "import": import_run.run_import_job,
    "embed": embed_run.run_embed_job,
    "map": map_build.run_map_job,
}
"""What each kind of job does; the text it returns is the message that stays."""

READS_PATHS = frozenset({"import", "embed"})
"""The kinds whose arguments name files; those that a page starts keep to `within`."""

DIED = "Its process ended early. Start it again: it goes on there."


def add_job(folder: WorkspaceFolder, kind: str, title: str, arguments: dict[str, Any]) -> int:
    """Put a job into the catalogue, as one that waits for this process to begin it; returns its number."""
    with write_catalogue(folder) as db:
        job_id = job_rows.add_job(db, kind, title, arguments)
        job_rows.expect_process(db, job_id, os.getpid())
        return job_id


def start_job(folder: WorkspaceFolder, kind: str, title: str, arguments: dict[str, Any]) -> int:
    """Start a job in a process of its own that outlives this one; returns its number.

    Raises:
        WorkspaceError: the catalogue cannot be written.
        JobError: the process cannot be started.
    """
    job_id = add_job(folder, kind, title, arguments)
    command = [sys.executable, "-m", "vidviz", "jobs", "run", str(job_id), "--workspace", str(folder.path)]
    try:
        with (folder.jobs / f"{job_id}.log").open("ab") as log_file:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                env=child_environment(),
                start_new_session=True,
            )
    except OSError as error:
        sentence = f"The job could not be started: {error.strerror}. Free some memory or disk and start it again."
        _finish(folder, job_id, "failed", sentence)
        raise JobError(sentence) from error
    with write_catalogue(folder) as db:
        job_rows.expect_process(db, job_id, process.pid)
    threading.Thread(target=process.wait, daemon=True).start()  # so that it leaves no zombie behind
    return job_id


def run_here(
    folder: WorkspaceFolder,
    kind: str,
    title: str,
    arguments: dict[str, Any],
    echo: Callable[[int, int, float, str], None] | None = None,
) -> Job:
    """Do a new job's work in this process, before somebody's eyes: it counts as read; see `run_job`."""
    job_id = add_job(folder, kind, title, arguments)
    try:
        return run_job(folder, job_id, echo)
    finally:
        mark_read(folder, job_id)


def run_job(folder: WorkspaceFolder, job_id: int, echo: Callable[[int, int, float, str], None] | None = None) -> Job:
    """Do a job's work in this process; returns the job as it ended.

    Raises:
        JobError: there is no such job, it has ended, or somebody works on it already.
        VidvizError: the work failed, in the sentence that the catalogue keeps as well.
    """
    job = _claim(folder, job_id)
    log.info("job %d (%s) begins", job_id, Plain(job.kind))
    try:
        if job.cancel_requested:
            raise JobCancelledError("Cancelled before it began.")
        message = WORK[job.kind](folder, job_id, job.arguments, JobProgress(folder, job_id, echo))
    except (JobCancelledError, KeyboardInterrupt) as stop:
        _finish(folder, job_id, "cancelled", str(stop) or "Cancelled. What was done is kept.")
        if isinstance(stop, KeyboardInterrupt):
            raise
    except Exception as error:
        _finish(folder, job_id, "failed", sentence_of(error))
        raise
    else:
        _finish(folder, job_id, "done", message)
    return find_job(folder, job_id)


def _claim(folder: WorkspaceFolder, job_id: int) -> Job:
    """Take a waiting job, which only one can; returns it as it is now."""
    find_job(folder, job_id)
    with write_catalogue(folder) as db:
        claimed = job_rows.claim_job(db, job_id)
    job = find_job(folder, job_id)
    if not claimed:
        if job.active:
            raise JobError(f"Job {job_id} is still at work, in process {job.pid}.")
        raise JobError(f"Job {job_id} has ended already ({job.state}). `vidviz jobs resume {job_id}` starts it again.")
    return job


def find_job(folder: WorkspaceFolder, job_id: int) -> Job:
    """The job with this number; see `list_jobs`.

    Raises:
        JobError: there is none.
    """
    with read_catalogue(folder) as db:
        job = job_rows.find_job(db, job_id)
    if job is not None and _mark_dead(folder, [job]):
        with read_catalogue(folder) as db:
            job = job_rows.find_job(db, job_id)
    if job is None:
        raise JobError(f"There is no job {job_id} in this workspace. `vidviz jobs` lists them.")
    return job


def list_jobs(folder: WorkspaceFolder, limit: int = 50) -> list[Job]:
    """The last jobs, newest first; those whose process died are marked as interrupted on the way."""
    with read_catalogue(folder) as db:
        found = job_rows.list_jobs(db, limit)
    try:
        if _mark_dead(folder, found):
            with read_catalogue(folder) as db:
                found = job_rows.list_jobs(db, limit)
    except DamagedCatalogueError:
        raise
    except WorkspaceError:  # read-only, say: then they are told as ended, if not marked
        found = [replace(job, state="interrupted", message=DIED) if _is_dead(job) else job for job in found]
    return found


def list_items(folder: WorkspaceFolder, job_id: int) -> list[JobItem]:
    """What an import did with each of its files, in order."""
    with read_catalogue(folder) as db:
        return job_rows.list_job_items(db, job_id)


def _mark_dead(folder: WorkspaceFolder, found: Iterable[Job]) -> bool:
    """End the jobs whose process is gone (as cancelled, where somebody asked for that); whether there were any."""
    dead = [job.id for job in found if _is_dead(job)]
    if dead:
        with write_catalogue(folder) as db:
            for job_id in dead:
                job = job_rows.find_job(db, job_id)
                if job is None or not _is_dead(job):
                    continue
                state = "cancelled" if job.cancel_requested else "interrupted"
                job_rows.finish_job(db, job_id, state, DIED)
    return bool(dead)


def _is_dead(job: Job) -> bool:
    return job.active and not job_rows.is_alive(job)


def cancel_job(folder: WorkspaceFolder, job_id: int, *, force: bool = False) -> None:
    """Ask a job to stop after the step in hand; with `force`, end its process at once.

    A job that nobody has begun is not begun then. Its process is left alone: until it begins, that is its starter's.

    Raises:
        JobError: there is no such job, or it has ended.
    """
    job = find_job(folder, job_id)
    if not job.active:
        raise JobError(f"Job {job_id} has ended already ({job.state}).")
    with write_catalogue(folder) as db:
        job_rows.request_cancel(db, job_id)
    if force and job.state == "running" and job.pid and job_rows.is_alive(job):
        os.kill(job.pid, signal.SIGTERM)


def restart_job(folder: WorkspaceFolder, job_id: int, within: Iterable[str] | None = None) -> int:
    """Start a job that ended again with the same arguments; what it finished is not done twice.

    `within` are the folders that it may read now, where a page restarts what was begun elsewhere or when more was
    allowed; None leaves it what it might before.
    """
    job = find_job(folder, job_id)
    if job.active:
        raise JobError(f"Job {job_id} is still at work.")
    mark_read(folder, job_id)
    bounds = {"within": list(within)} if within is not None and job.kind in READS_PATHS else {}
    return start_job(folder, job.kind, job.title, job.arguments | bounds)


def mark_read(folder: WorkspaceFolder, job_id: int) -> None:
    """Put a finished job away."""
    with write_catalogue(folder) as db:
        job_rows.mark_read(db, job_id)


def _finish(folder: WorkspaceFolder, job_id: int, state: str, message: str) -> None:
    log.info("job %d ends as %s: %s", job_id, Plain(state), message)
    try:
        with write_catalogue(folder) as db:
            job_rows.finish_job(db, job_id, state, message)
        keep_backup(folder)
    except VidvizError as error:  # told as interrupted, then, once its process is gone
        log.warning("The end of job %d could not be written: %s", job_id, error)
