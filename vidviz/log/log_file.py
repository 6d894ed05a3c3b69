"""The log file of a workspace: shared by all processes that work on it, bounded, and never in the way of the work."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from vidviz.log.record_text import RecordText

MOST_BYTES = 1_000_000
OLD_FILES = 4
"""So many full files are kept beside the one that is written: vidviz.log.1 (the newest) to vidviz.log.4."""
CATALOGUE = "catalogue.db"
"""What makes a folder a workspace; elsewhere nothing is written."""


def log_path(workspace: Path) -> Path:
    """Where the log of a workspace is."""
    return workspace / "logs" / "vidviz.log"


class LogFile(logging.Handler):
    """Writes records to the log of a workspace, once there is a workspace.

    Dashboard, jobs and commands write to one file at once: each record is written whole, under a lock that is shared
    between the processes, and so is the file's turn when it is full. A folder that cannot be written, or a full disk,
    is told once on stderr and hinders nothing.

    Attributes:
        failed: whether the last record could not be written.
    """

    def __init__(self, workspace: Path) -> None:
        super().__init__()
        self.workspace = workspace
        self.path = log_path(workspace)
        self.failed = False
        self._told = False
        self.setFormatter(RecordText())

    @property
    def keeps(self) -> bool:
        """Whether a person finds in the file what was logged last."""
        return not self.failed and (self.workspace / CATALOGUE).exists()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; nothing while the workspace is not there."""
        if not (self.workspace / CATALOGUE).exists():
            return
        self.failed = False
        try:
            self.path.parent.mkdir(exist_ok=True)
            self._rotating.emit(record)
        except Exception:  # a full disk, a folder that is read-only or gone: the work goes on
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name that logging calls
        """Tell once why the log is not written."""
        self.failed = True
        if self._told or sys.stderr is None:
            return
        self._told = True
        print(
            f"vidviz: the log {self.path} cannot be written ({sys.exc_info()[1]}); the work goes on.", file=sys.stderr
        )

    def close(self) -> None:
        """Close the file."""
        if "_rotating" in self.__dict__:
            with suppress(OSError):  # a full disk, which was told already
                self._rotating.close()
        super().close()

    @cached_property
    def _rotating(self) -> Any:
        from concurrent_log_handler import ConcurrentRotatingFileHandler

        failed = self.handleError

        class Quiet(ConcurrentRotatingFileHandler):
            """Fails to us instead of to the terminal: what is printed may be JSON for a program."""

            def _console_log(self, msg: str, stack: bool = False) -> None:
                """Say nothing."""

            def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
                """Hand it on."""
                failed(record)

        rotating = Quiet(
            self.path, maxBytes=MOST_BYTES, backupCount=OLD_FILES, encoding="utf-8", unicode_error_policy="replace"
        )
        rotating.setFormatter(self.formatter)
        return rotating
