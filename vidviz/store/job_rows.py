"""Jobs in the catalogue: long work in a process of its own, its progress, and its end."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from typing import Any

from vidviz.records import Job, JobItem
from vidviz.store.process_identity import identify_process


def add_job(db: sqlite3.Connection, kind: str, title: str, arguments: dict[str, Any]) -> int:
    """Store a job that waits for its process; returns its number."""
    cursor = db.execute(
        "INSERT INTO job (kind, title, arguments, state, created_at) VALUES (?, ?, ?, 'waiting', ?)",
        (kind, title, json.dumps(arguments), time.time()),
    )
    return int(cursor.lastrowid or 0)


def claim_job(db: sqlite3.Connection, job_id: int, pid: int | None = None) -> bool:
    """Give a waiting job to a process (this one unless named); whether it was still there to be taken."""
    pid = pid or os.getpid()
    claimed = db.execute(
        "UPDATE job SET state = 'running', pid = ?, process = ? WHERE id = ? AND state = 'waiting'",
        (pid, identify_process(pid), job_id),
    )
    return claimed.rowcount == 1


def expect_process(db: sqlite3.Connection, job_id: int, pid: int) -> None:
    """Say which process was started for a waiting job, in case that it ends before it claims the job."""
    db.execute(
        "UPDATE job SET pid = ?, process = ? WHERE id = ? AND state = 'waiting'",
        (pid, identify_process(pid), job_id),
    )


def report_progress(db: sqlite3.Connection, job_id: int, done: int, total: int, rate: float, message: str = "") -> bool:
    """Write progress; returns whether somebody asked to cancel."""
    db.execute(
        "UPDATE job SET done = ?, total = ?, rate = ?, message = ? WHERE id = ?",
        (done, total, rate, message, job_id),
    )
    return bool(db.execute("SELECT cancel_requested FROM job WHERE id = ?", (job_id,)).fetchone()[0])


def finish_job(db: sqlite3.Connection, job_id: int, state: str, message: str = "") -> None:
    """End a job as done, failed, cancelled or interrupted."""
    db.execute(
        "UPDATE job SET state = ?, message = ?, finished_at = ? WHERE id = ?",
        (state, message, time.time(), job_id),
    )


def request_cancel(db: sqlite3.Connection, job_id: int) -> None:
    """Ask a job to stop after the step in hand."""
    db.execute("UPDATE job SET cancel_requested = 1 WHERE id = ?", (job_id,))


def mark_read(db: sqlite3.Connection, job_id: int) -> None:
    """Put a finished job away."""
    db.execute("UPDATE job SET read = 1 WHERE id = ?", (job_id,))


def list_jobs(db: sqlite3.Connection, limit: int | None = 50) -> list[Job]:
    """The last jobs, newest first; all of them where there is no limit."""
    rows = db.execute("SELECT * FROM job ORDER BY id DESC LIMIT ?", (-1 if limit is None else limit,))
    return [_job(row) for row in rows]


def find_job(db: sqlite3.Connection, job_id: int) -> Job | None:
    """The job with this number, if there is one."""
    row = db.execute("SELECT * FROM job WHERE id = ?", (job_id,)).fetchone()
    return _job(row) if row else None


def add_job_item(db: sqlite3.Connection, job_id: int, position: int, item: JobItem) -> None:
    """Store what became of one file of an import."""
    db.execute(
        "INSERT OR REPLACE INTO job_item VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (job_id, position, item.path, item.name, item.status, item.reason, item.video_id, item.clips),
    )


def list_job_items(db: sqlite3.Connection, job_id: int) -> list[JobItem]:
    """The files of an import, in order."""
    rows = db.execute(
        "SELECT path, name, status, reason, video_id, clips FROM job_item WHERE job_id = ? ORDER BY position",
        (job_id,),
    )
    return [JobItem(**dict(row)) for row in rows]


def is_alive(job: Job) -> bool:
    """Whether the process that claimed the job still runs; a reused process id does not count."""
    return bool(job.pid and job.process) and identify_process(job.pid or 0) == job.process


def _job(row: sqlite3.Row) -> Job:
    values = dict(row)
    values["arguments"] = json.loads(values["arguments"])
    values["cancel_requested"] = bool(values["cancel_requested"])
    values["read"] = bool(values["read"])
    return Job(**values)
