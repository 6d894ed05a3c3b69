"""The log file: shared by processes without loss, bounded, and never in the way."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from collections import Counter

import pytest

from vidviz.log import log_file, process_log
from vidviz.log.log_file import log_path

logger = logging.getLogger("vidviz.tests")
LINES = 4000  # of two processes more than one file holds, and less than all keep
WRITER = """
import logging, sys
from pathlib import Path
from vidviz.log import process_log
process_log.start(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range({lines}):
    logging.getLogger("vidviz.tests").info("line %s-%d of %s", sys.argv[2], number, "x" * 100)
"""


def test_two_processes_at_once_lose_no_line(workspace):
    command = [sys.executable, "-c", WRITER.format(lines=LINES), str(workspace)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    writers = [subprocess.Popen([*command, name], **pipes) for name in "ab"]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    told = [writer.communicate(timeout=120) for writer in writers]
    assert told == [("", ""), ("", "")]
    files = sorted(log_path(workspace).parent.glob("vidviz.log*"))
    assert len(files) == 2
    lines = [line for file in files for line in file.read_text().splitlines()]
    seen = Counter(re.search(r"line ‹(.)›-(\d+) of ‹x{100}›$", line).groups() for line in lines)
    assert seen == Counter((name, str(number)) for name in "ab" for number in range(LINES))


def test_the_log_is_bounded(workspace, monkeypatch):
    monkeypatch.setattr(log_file, "MOST_BYTES", 2000)
    process_log.start(workspace)
    for number in range(500):
        logger.info("%d %s", number, "x" * 80)
    files = {file.name: file.stat().st_size for file in log_path(workspace).parent.glob("vidviz.log*")}
    assert sorted(files) == ["vidviz.log", *(f"vidviz.log.{number}" for number in range(1, 5))]
    assert max(files.values()) < 2000 + 200
    assert "499" in log_path(workspace).read_text()


def test_nothing_is_written_where_there_is_no_workspace(tmp_path):
    process_log.start(tmp_path / "nowhere")
    process_log.start(tmp_path)
    logger.error("lost")
    process_log.stop()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("obstacle", ["full disk", "no folder"])
def test_a_log_that_cannot_be_written_is_told_once_and_hinders_nothing(workspace, capsys, obstacle):
    if obstacle == "full disk":
        log_path(workspace).parent.mkdir()
        log_path(workspace).symlink_to("/dev/full")
    else:
        log_path(workspace).parent.write_text("a file")
    process_log.start(workspace)
    for number in range(3):
        logger.error("line %d", number)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert told.err.startswith(f"vidviz: the log {log_path(workspace)} cannot be written (")
    assert not process_log.log_file().keeps
    log_path(workspace).unlink() if obstacle == "full disk" else log_path(workspace).parent.unlink()
    logger.error("there is room again")
    assert "there is room again" in log_path(workspace).read_text()
    assert process_log.log_file().keeps


def test_levels(workspace, logged, monkeypatch, capsys):
    for named, kept in (("", ["INFO", "ERROR"]), ("debug", ["DEBUG", "INFO", "ERROR"]), ("ERROR", ["ERROR"])):
        monkeypatch.setenv("VIDVIZ_LOG_LEVEL", named)
        process_log.start(workspace)
        for level in (logging.DEBUG, logging.INFO, logging.ERROR):
            logger.log(level, "words")
        process_log.stop()
        assert [line.split()[2] for line in logged().splitlines()] == kept
        log_path(workspace).unlink()
    monkeypatch.setenv("VIDVIZ_LOG_LEVEL", "loud")
    process_log.start(workspace)
    assert "VIDVIZ_LOG_LEVEL› is ‹LOUD›, which is no level" in logged()
    assert capsys.readouterr() == ("", "")


def test_verbose_tells_all_on_stderr_and_leaves_the_file_as_it_is(workspace, logged, capsys):
    process_log.start(workspace, verbose=True)
    logger.debug("a detail")
    logger.info("a fact")
    assert "DEBUG" in (told := capsys.readouterr().err)
    assert "a detail" in told
    assert "a fact" in told
    assert "a detail" not in logged()
    assert "a fact" in logged()
    assert process_log.child_environment()["VIDVIZ_VERBOSE"] == "1"
    process_log.start(workspace)
    assert "VIDVIZ_VERBOSE" not in process_log.child_environment()


def test_other_libraries_warn_into_the_log_and_not_on_the_terminal(workspace, logged, capsys):
    other = logging.getLogger("some_engine.part")
    process_log.adopt("some_engine")
    process_log.start(workspace)
    other.warning("no answer from %s", "here")
    other.info("a detail")
    assert "WARNING" in logged()
    assert "some_engine.part ‹no answer from here›" in logged()
    assert "a detail" not in logged()
    process_log.stop()
    other.error("nobody listens")
    assert capsys.readouterr() == ("", "")


def test_importing_sets_nothing_up():
    code = """
import logging
before = dict(logging.root.__dict__, handlers=list(logging.root.handlers))
import vidviz, vidviz.cli, vidviz.services.jobs, vidviz.index.milvus.open, vidviz.workspace
import vidviz.decode.workers.worker
assert dict(logging.root.__dict__, handlers=list(logging.root.handlers)) == before
ours = {name: logger for name, logger in logging.root.manager.loggerDict.items()
        if name.partition(".")[0] == "vidviz" and isinstance(logger, logging.Logger)}
assert len(ours) > 3
print({(name, type(handler).__name__) for name, logger in ours.items() for handler in logger.handlers},
      {logger.level for logger in ours.values()})
logging.getLogger("vidviz").error("unheard")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "{('vidviz', 'NullHandler')} {0}\n"
    assert done.stderr == ""
