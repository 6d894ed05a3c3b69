"""A real server in trouble: a wrong token, hung, killed in mid-query and back, collections in other hands.

`.ci/milvus` starts it anew whenever it ends; its processes are those of the group VIDVIZ_TEST_MILVUS_GROUP.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import psutil
import pytest

from vidviz.errors import SearchIndexError
from vidviz.index.milvus.failures import NoAnswerError
from vidviz.index.milvus.milvus_index import MilvusIndex
from vidviz.index.milvus.open import open_milvus
from vidviz.index.rows import ClipRow
from vidviz.index.sync import check_index, sync_index
from vidviz.types import EmbeddingSetSpec

SECONDS_TO_COME_BACK = 120
SIZE, ROWS, ROWS_BEING_STORED = 16, 60, 20_000
RIGHT, WRONG = "VIDVIZ_MILVUS_TOKEN", "root:wr0ng-s3cret"


def find_server() -> psutil.Process:
    """The server's own process; there is none for a moment after it was killed."""
    group = int(os.environ["VIDVIZ_TEST_MILVUS_GROUP"])
    return next(one for one in psutil.process_iter(["name"]) if is_server(one, group))


def is_server(process: psutil.Process, group: int) -> bool:
    try:
        return process.info["name"] == "milvus" and os.getpgid(process.pid) == group
    except ProcessLookupError:
        return False


def wait_for_answer(ask: Callable[[], Any]) -> Any:
    """What is answered as soon as the server is back."""
    deadline = time.monotonic() + SECONDS_TO_COME_BACK
    while True:
        try:
            return ask()
        except SearchIndexError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def make_rows(count: int) -> list[ClipRow]:
    return [ClipRow(number, f"v{number % 7}", "", number, number + 2) for number in range(count)]


def make_vectors(count: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(count, SIZE)).astype(np.float32)


@pytest.fixture
def connection(real_server, tmp_path, monkeypatch):
    opened = open_milvus(real_server, tmp_path / "unused.db")
    monkeypatch.setattr(opened, "read_seconds", 2.0)
    return opened


@pytest.fixture
def index(connection):
    """Sixty clips on the server."""
    made = MilvusIndex(connection, EmbeddingSetSpec("trouble", "random", "fc", "mean", "searched"), SIZE)
    sync_index(made, make_rows(ROWS), make_vectors(ROWS))
    yield made
    made.drop()


def test_a_wrong_token_is_told_and_hidden(vidviz, library, clip):
    refused = vidviz("search", "--clip", str(clip), "--workspace", library, **{RIGHT: WRONG})
    assert refused.code == 1
    assert "refuses the token; check VIDVIZ_MILVUS_TOKEN" in refused.answer["error"]
    assert "s3cret" not in refused.stdout + refused.stderr
    assert "Traceback" not in refused.stderr
    right = vidviz("search", "--clip", str(clip), "-k", "3", "--workspace", library)
    assert (right.code, right.answer["engine"], right.answer["hits"][0]["clip_id"]) == (0, "Milvus", clip)


def test_a_server_that_hangs_is_told_soon_and_answers_when_it_goes_on(index):
    query = make_vectors(1)[0]
    expected = index.search(query, 5)
    server = find_server()
    server.suspend()
    try:
        with pytest.raises(NoAnswerError, match="does not answer; start it"):  # while it hangs, not when it goes on
            index.search(query, 5)
        assert server.status() == psutil.STATUS_STOPPED
    finally:
        server.resume()
    assert wait_for_answer(lambda: index.search(query, 5)) == expected


def test_a_collection_that_somebody_unloaded_is_loaded_again(index):
    query = make_vectors(1)[0]
    expected = index.search(query, 5)
    index.connection.client.release_collection(index.name)
    assert wait_for_answer(lambda: index.search(query, 5)) == expected


def test_killed_in_mid_query_and_mid_write_it_comes_back_with_every_acknowledged_row(index, connection, until):
    query, told = make_vectors(1)[0], []
    expected = index.search(query, 5)
    stored = MilvusIndex(connection, EmbeddingSetSpec("trouble", "random", "fc", "mean", "stored"), SIZE)
    rows, vectors = make_rows(ROWS_BEING_STORED), make_vectors(ROWS_BEING_STORED)
    failures: list[SearchIndexError] = []

    def until_it_fails(work: Callable[[], Any]) -> None:
        try:
            while True:
                work()
        except SearchIndexError as error:
            failures.append(error)

    busy = [
        threading.Thread(target=until_it_fails, args=(lambda: index.search(query, 5),)),
        threading.Thread(target=until_it_fails, args=(lambda: sync_index(stored, rows, vectors, note),)),
    ]

    def note(done: int, total: int) -> None:
        told.append(done)

    for thread in busy:
        thread.start()
    until(lambda: told)
    find_server().send_signal(signal.SIGKILL)
    for thread in busy:
        thread.join(SECONDS_TO_COME_BACK)
        assert not thread.is_alive()
    assert len(failures) == len(busy)
    assert all("Milvus at http://127.0.0.1" in str(failure) for failure in failures)
    assert wait_for_answer(lambda: index.search(query, 5)) == expected
    acknowledged = set(range(max(told)))
    assert acknowledged <= set(wait_for_answer(stored.ids).tolist())
    wait_for_answer(lambda: sync_index(stored, rows[:2000], vectors[:2000]))
    assert check_index(stored, range(2000)).in_line
    assert stored.count() == 2000  # none twice
    stored.drop()
