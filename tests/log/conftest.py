"""A workspace to log into, and this process's log as it was afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vidviz.log import process_log
from vidviz.log.log_file import log_path


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    """A folder that counts as a workspace; what a test began to log is ended."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "catalogue.db").touch()
    yield tmp_path / "work"
    process_log.stop()


@pytest.fixture
def logged(workspace: Path) -> Callable[[], str]:
    """What the log holds."""
    return lambda: log_path(workspace).read_text(encoding="utf-8") if log_path(workspace).exists() else ""
