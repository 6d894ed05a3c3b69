"""How long work tells how far it is, and hears that it should stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from vidviz.errors import VidvizError
from vidviz.store import job_rows
from vidviz.store.catalogue import write_catalogue
from vidviz.workspace_folder import WorkspaceFolder

WRITE_EVERY_SECONDS = 0.3
RATE_OVER_SECONDS = 10.0


class JobCancelledError(VidvizError):
    """Somebody asked the job to stop; what was done until then is kept."""


class Progress(Protocol):
    """What long work calls now and then."""

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """Tell that `done` of `total` steps are done.

        Raises:
            JobCancelledError: the work should stop here.
        """


def ignore_progress(done: int, total: int, message: str = "") -> None:
    """The progress of work that nobody watches."""


class Pace:
    """Steps a second, over the last ten seconds."""

    def __init__(self) -> None:
        self._marks: list[tuple[float, int]] = []

    def add(self, done: int) -> float:
        """Note that `done` steps are done now; returns steps a second."""
        now = time.monotonic()
        self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[0][0] > RATE_OVER_SECONDS:
            self._marks.pop(0)
        first_time, first_done = self._marks[0]
        return (done - first_done) / (now - first_time) if now > first_time else 0.0


class JobProgress:
    """Progress that is written to the catalogue, at most a few times a second, and to `echo` as well."""

    def __init__(
        self, folder: WorkspaceFolder, job_id: int, echo: Callable[[int, int, float, str], None] | None = None
    ) -> None:
        self._folder = folder
        self._job_id = job_id
        self._echo = echo
        self._pace = Pace()
        self._total = 0
        self._written_at = 0.0

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """See `Progress`."""
        now = time.monotonic()
        if total != self._total:  # another kind of work, at another pace
            self._pace, self._total = Pace(), total
        if now - self._written_at < WRITE_EVERY_SECONDS and done < total:
            return
        self._written_at = now
        rate = self._pace.add(done)
        with write_catalogue(self._folder) as db:
            cancel = job_rows.report_progress(db, self._job_id, done, total, rate, message)
        if self._echo:
            self._echo(done, total, rate, message)
        if cancel and (done < total or not total):  # when all is done, there is nothing to cancel
            raise JobCancelledError(f"Cancelled after {done} of {total}. What was done is kept.")
