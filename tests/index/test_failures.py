"""What counts as a failure of the engine, and what as a slip of ours."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vidviz.errors import SearchIndexError
from vidviz.index.milvus import survey
from vidviz.index.milvus.failures import GoneError, NoAnswerError, Place, explain_failures
from vidviz.log import process_log
from vidviz.log.log_file import log_path
from vidviz.log.told_errors import sentence_of

LITE = Place("/w/index/milvus.db", lite=True)
SERVER = Place("http://host", lite=False, secrets=("pa55word",))


def answer_of(module: str, error: Exception):
    """A function of another package that raises an error."""
    functions = {"__name__": module, "error": error, "json": json}
    exec("def ask(*_):\n    if error:\n        raise error\n    return json.loads('{ garbage')", functions)
    return functions["ask"]


@pytest.mark.parametrize("error", [KeyError("a typo"), TypeError("slip"), AttributeError("slip"), ValueError("slip")])
def test_a_slip_in_a_line_of_ours_goes_through_as_it_is(milvus_index, monkeypatch, tmp_path, error):
    monkeypatch.setattr(survey, "collection_dimension", answer_of("vidviz.index.milvus.collection", error))
    with pytest.raises(type(error)) as caught:
        survey.survey(milvus_index.connection)
    assert caught.value is error
    (tmp_path / "catalogue.db").touch()
    process_log.start(tmp_path)
    try:
        sentence = sentence_of(caught.value)
        text = log_path(tmp_path).read_text()
    finally:
        process_log.stop()
    assert "index rebuild" not in sentence
    assert sentence.startswith(f"Something unforeseen went wrong: {type(error).__name__}")
    assert f"[{error.log_id}]" in text
    assert "vidviz/index/milvus/survey.py:" in text


@pytest.mark.parametrize("module", ["pymilvus.client.grpc_handler", "milvus_lite.storage.manifest", "grpc._channel"])
@pytest.mark.parametrize("error", [KeyError("segments"), ValueError("not 4 bytes"), AttributeError("None"), None])
def test_what_the_engine_raises_on_damaged_files_says_rebuild(module, error):
    with pytest.raises(SearchIndexError, match="`vidviz index rebuild`") as caught, explain_failures(LITE):
        answer_of(module, error)()
    assert caught.value.incomplete


@pytest.mark.parametrize(
    ("place", "said", "kind", "more_in_log"),
    [
        (LITE, "broken", SearchIndexError, True),
        (LITE, "no space left on device", SearchIndexError, False),
        (SERVER, "broken by pa55word", SearchIndexError, True),
        (SERVER, "deadline exceeded", NoAnswerError, True),
        (SERVER, "auth check failure", SearchIndexError, False),
        (SERVER, "can't find collection", GoneError, False),
    ],
)
def test_the_log_knows_more_where_the_sentence_is_vague(place, said, kind, more_in_log):
    with pytest.raises(kind) as caught, explain_failures(place, "vv_set"):
        raise OSError(said)
    assert caught.value.incomplete == more_in_log
    assert "pa55word" not in str(caught.value)


def test_a_wrong_call_of_the_engine_is_a_slip_of_ours(milvus_index):
    with pytest.raises(TypeError), milvus_index._collection.using() as client:
        client.search()
    with pytest.raises(ValueError, match="reshape"), milvus_index._collection.using():
        np.zeros(4).reshape(3)


def test_a_damaged_file_of_lite_is_not_told_as_a_collection_that_is_gone():
    said = OSError("Could not open Parquet input source: Parquet magic bytes not found in footer.")
    with pytest.raises(SearchIndexError, match="cannot be read or written") as caught, explain_failures(LITE, "vv_c"):
        answer_of("milvus_lite.storage.segment", said)()
    assert not isinstance(caught.value, GoneError)
    assert "`vidviz index rebuild`" in str(caught.value)
