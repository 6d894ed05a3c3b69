"""Logging of this process: begun by entry points, never on import."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from vidviz.config import LOG_LEVEL, VERBOSE, log_level, verbose_wanted
from vidviz.log.log_file import LogFile
from vidviz.log.record_text import OURS, RecordText
from vidviz.log.redaction import hide_settings

logger = logging.getLogger(OURS)
_begun: list[logging.Handler] = []


def start(workspace: Path, *, verbose: bool = False) -> None:
    """Write the log of a workspace from this process, instead of any it wrote before.

    Args:
        workspace: its folder, which need not exist yet.
        verbose: tell everything on stderr as well; so does `VIDVIZ_VERBOSE`.
    """
    workspace = workspace.resolve()
    verbose = verbose or verbose_wanted()
    stop()
    hide_settings()
    level, unknown = log_level()
    file = LogFile(workspace)
    file.setLevel(level)
    _begun.append(file)
    if verbose:
        terminal = logging.StreamHandler(sys.stderr)
        terminal.setFormatter(RecordText())
        _begun.append(terminal)
    for handler in _begun:
        logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if verbose else level)
    if unknown:
        logger.warning("%s is %s, which is no level; INFO is taken", LOG_LEVEL, unknown)


def stop() -> None:
    """End the logging that `start` began; nothing where it did not."""
    while _begun:
        handler = _begun.pop()
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(logging.NOTSET)


def log_file() -> LogFile | None:
    """The file that this process writes, if it writes one."""
    return next((handler for handler in list(_begun) if isinstance(handler, LogFile)), None)


def is_verbose() -> bool:
    """Whether this process tells everything on stderr."""
    return any(not isinstance(handler, LogFile) for handler in list(_begun))


def child_environment() -> dict[str, str]:
    """The environment for a process of ours that logs as this one does."""
    return {**os.environ, **({VERBOSE: "1"} if is_verbose() else {})}


class _ToOurs(logging.Handler):
    """Hands the records of another library to the handlers of our logger."""

    def emit(self, record: logging.LogRecord) -> None:
        logger.handle(record)


_to_ours = _ToOurs(logging.WARNING)


def adopt(*names: str) -> None:
    """Take other libraries' loggers off the terminal; their warnings go to our log, where one is written."""
    for name in names:
        other = logging.getLogger(name)
        other.handlers[:] = [_to_ours]
        other.propagate = False
        other.setLevel(logging.WARNING)


def listen_to(*names: str) -> None:
    """Have other libraries' warnings in our log as well."""
    for name in names:
        logging.getLogger(name).addHandler(_to_ours)
