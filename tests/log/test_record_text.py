"""What a record looks like, and what is left of it without names."""

from __future__ import annotations

import io
import logging

import pytest

from vidviz.errors import SearchIndexError
from vidviz.index.milvus.failures import Place, explain_failures
from vidviz.log.record_text import Plain, RecordText, failure_text, without_names


@pytest.fixture
def written():
    """A logger of ours and one of another library, and what their records look like."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RecordText())
    loggers = [logging.getLogger("vidviz.tests.text"), logging.getLogger("elsewhere")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield *loggers, stream
    for logger in loggers:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


def test_what_is_a_persons_own_stands_in_marks_and_can_be_left_out(written):
    ours, other, stream = written
    ours.info("%s read %d frames of %s in %.1f s", Plain("read_clips"), 12, "/home/me/holi‹day›.mp4", 0.25)
    ours.info("%(name)s", {"name": "me"})
    other.info("plain words with holiday.mp4")
    lines = stream.getvalue().splitlines()
    assert lines[0].endswith("vidviz.tests.text read_clips read 12 frames of ‹/home/me/holi<day>.mp4› in 0.2 s")
    assert lines[1].endswith("vidviz.tests.text ‹me›")
    assert lines[2].endswith("elsewhere ‹plain words with holiday.mp4›")
    bare = without_names(stream.getvalue())
    assert "read_clips read 12 frames of ‹…› in 0.2 s" in bare
    assert not [word for word in ("holi", "home", "‹me›", "plain words") if word in bare]


def test_a_name_cannot_pass_for_a_record_or_steer_a_terminal(written):
    ours, _, stream = written
    ours.info("%s", "a\n2026-11-26 01:00:00,000 ERROR 1 vidviz forged\x1b[2J\x00")
    first, second = stream.getvalue().splitlines()
    assert first.endswith("‹a")
    assert second.startswith("    2026-11-26")
    assert "\x1b" not in second
    assert without_names(stream.getvalue()).endswith("vidviz.tests.text ‹…›\n")


def test_a_failure_is_told_with_what_it_came_of_and_without_folders_of_this_machine():
    with pytest.raises(SearchIndexError) as caught, explain_failures(Place("here", lite=True)):
        raise OSError(5, "holiday.mp4")
    text = failure_text(caught.value)
    assert text.index("OSError: ‹[Errno 5] holiday.mp4›") < text.index("SearchIndexError: ‹The index here")
    assert "    vidviz/index/milvus/failures.py:" in text
    assert " explain_failures: raise _failure(" in text
    assert f"    ‹{__file__}›:" in text
    assert "    contextlib.py:" in text
    assert not [
        word for word in ("holiday", "/tests/", "The index here", "/home", "/lib/") if word in without_names(text)
    ]


def test_endless_recursion_is_cut():
    def again(depth):
        return again(depth + 1)

    with pytest.raises(RecursionError) as caught:
        again(0)
    lines = failure_text(caught.value).splitlines()
    assert len(lines) == 1 + 60 + 1
    assert "further frames" in lines[31]


def test_causes_in_a_circle_end():
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    assert failure_text(first).count("ValueError") == 2
