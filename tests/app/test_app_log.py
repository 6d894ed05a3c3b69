"""What a page shows of a failure: its sentence, and the id of its traceback in the log."""

from __future__ import annotations

import logging
import re
import runpy
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from vidviz.log import process_log
from vidviz.log.log_file import log_path
from vidviz.ui import messages

SITE = Path(__file__).parents[2]


@pytest.fixture
def logging_page(prepared):
    """Pages log as those of a dashboard do."""
    process_log.start(prepared.folder.path)
    yield lambda: log_path(prepared.folder.path).read_text()
    process_log.stop()


def test_a_page_shows_the_id_of_a_failure_and_none_of_a_refusal(prepared, show, logging_page):
    key, _ = prepared.fill()
    [shard] = (prepared.folder.path / "vectors" / key).glob("*.npz")
    shard.write_bytes(b"damaged")
    [error] = show("map").errors
    log_id = re.search(r"damaged.* \(log id ([0-9a-f]{6})\)$", error)[1]
    assert f"[{log_id}] ‹The vectors in " in logging_page()
    assert "vidviz/store/vectors.py:" in logging_page()


def test_an_unforeseen_error_is_a_sentence_with_its_id(prepared, logging_page):
    def script():
        from vidviz.ui.messages import tell_unforeseen

        caught = None
        try:
            {}["a *typo*"]
        except KeyError as error:
            caught = error
        assert tell_unforeseen(caught)

    [error] = AppTest.from_function(script).run().error
    said = error.value.replace("\\", "")
    log_id = re.fullmatch(r"Something unforeseen went wrong: KeyError: 'a \*typo\*' \(log id ([0-9a-f]{6})\)", said)[1]
    assert f"[{log_id}]" in logging_page()


def test_the_launcher_logs_and_hands_unforeseen_errors_to_the_page(prepared):
    try:
        made = runpy.run_path(str(SITE / "app.py"))["app"]
        assert made._on_script_error is messages.tell_unforeseen
        assert "the dashboard starts" in log_path(prepared.folder.path).read_text()
        logging.getLogger("streamlit").error("what Streamlit says of %s", "itself")
        assert "streamlit ‹what Streamlit says of itself›" in log_path(prepared.folder.path).read_text()
    finally:
        process_log.stop()
