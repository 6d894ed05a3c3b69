"""Sentences with a log id where the log knows more, and none where they say it all."""

from __future__ import annotations

import re

import pytest

from vidviz.errors import BackboneError, LabelError, MediaError, UnknownNameError, VidvizError, WorkspaceError, is_bug
from vidviz.log import process_log
from vidviz.log.log_file import log_path
from vidviz.log.told_errors import sentence_of

WITH_ID = re.compile(r"^(.*) \(log id ([0-9a-f]{6})\)$")


def raised(error: Exception, cause: BaseException | None = None) -> Exception:
    try:
        raise error from cause
    except type(error) as caught:
        return caught


def incomplete() -> VidvizError:
    error = MediaError("Decoding failed.")
    error.incomplete, error.behind = True, "  ZeroDivisionError in the decoder"
    return error


@pytest.mark.parametrize(
    "error",
    [
        LabelError("A label is empty."),
        UnknownNameError("layer", "layer5", ["layer4"]),
        WorkspaceError("x cannot be read: No such file."),
        MediaError("x is damaged."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_refusal_that_says_all_has_no_id_and_no_traceback(workspace, logged, error):
    process_log.start(workspace)
    assert sentence_of(raised(error)) == str(error)
    assert "INFO" in logged()
    assert str(error) in logged()
    assert len(logged().splitlines()) == 1


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (WorkspaceError("x cannot be read: No such file."), FileNotFoundError(2, "No such file")),
        (MediaError("x is damaged."), ValueError("moov atom not found")),
        (LabelError("Two words."), LabelError("One word.")),
    ],
)
def test_a_cause_that_the_sentence_tells_is_logged_without_an_id(workspace, logged, error, cause):
    process_log.start(workspace)
    assert sentence_of(raised(error, cause)) == str(error)
    assert f"{type(cause).__name__}: ‹{cause}›" in logged()


@pytest.mark.parametrize(
    ("error", "begins", "in_log"),
    [
        (raised(BackboneError("net cannot run."), RuntimeError("shapes")), "net cannot run.", "RuntimeError: ‹shapes›"),
        (raised(WorkspaceError("disk is full."), OSError(28, "No space")), "disk is full.", "OSError: ‹[Errno 28]"),
        (incomplete(), "Decoding failed.", "  in another process:\n  ZeroDivisionError in the decoder"),
        (raised(MediaError("Decoding it failed."), incomplete()), "Decoding it failed.", "  ZeroDivisionError in the"),
        (raised(KeyError("x")), "Something unforeseen went wrong: KeyError: 'x'", "KeyError: ‹'x'›"),
    ],
)
def test_a_failure_whose_sentence_loses_something_has_the_id_of_its_traceback(workspace, logged, error, begins, in_log):
    process_log.start(workspace)
    sentence, log_id = WITH_ID.match(sentence_of(error)).groups()
    assert sentence == begins
    assert f"vidviz.log.told_errors [{log_id}] " in logged()
    assert in_log in logged()
    assert "ERROR" in logged()
    assert sentence_of(error) == f"{sentence} (log id {log_id})"  # the second who tells it
    assert logged().count("ERROR") == 1


def test_no_id_is_shown_that_nobody_finds(workspace, monkeypatch, capsys):
    assert sentence_of(KeyError("x")) == "Something unforeseen went wrong: KeyError: 'x'"
    monkeypatch.setenv("VIDVIZ_LOG_LEVEL", "CRITICAL")
    process_log.start(workspace)
    assert "log id" not in sentence_of(KeyError("x"))
    monkeypatch.delenv("VIDVIZ_LOG_LEVEL")
    log_path(workspace).parent.write_text("a file in the way")
    process_log.start(workspace)
    assert "log id" not in sentence_of(KeyError("x"))
    assert "cannot be written" in capsys.readouterr().err


def test_a_bug_is_a_slip_in_a_line_of_ours():
    with pytest.raises(TypeError) as ours:
        UnknownNameError("layer", "x", [1])  # difflib fails on it, called by us
    assert not is_bug(ours.value)
    with pytest.raises(TypeError) as called:
        WITH_ID.match(1)
    assert not is_bug(called.value)
    with pytest.raises(AttributeError) as slip:
        is_bug("no exception")
    assert is_bug(slip.value)
    assert not is_bug(KeyError("never raised"))


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("Unable to allocate 9 GiB"),
        MemoryError(),
        ImportError("libtorch_cuda.so: failed to map segment from shared object"),
        OSError(12, "Cannot allocate memory"),
    ],
)
def test_too_little_memory_is_told_as_that(error):
    sentence = sentence_of(raised(error))
    assert sentence.startswith("There is too little memory for this (")
    assert "Close other programs" in sentence


def test_a_module_that_is_not_there_is_no_want_of_memory():
    assert "unforeseen" in sentence_of(raised(ImportError("No module named 'x'")))
