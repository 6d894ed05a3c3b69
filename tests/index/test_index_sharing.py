"""Connections shared by all threads: made once, and one place that does not answer holds no other one back."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from vidviz import single_flight
from vidviz.errors import SearchIndexError
from vidviz.index.milvus import connection as connections
from vidviz.index.milvus.connection import MilvusConnection, share_connection
from vidviz.index.milvus.failures import server_place

WAIT_SECONDS = 20


class Client:
    """What `MilvusClient` is here."""

    def close(self) -> None:
        """Nothing to do."""


def make(connect=Client) -> MilvusConnection:
    return MilvusConnection(connect, server_place("http://127.0.0.1:1", ""), None)


def wait_until_waiting(count: int) -> None:
    for _ in range(WAIT_SECONDS * 100):
        if sum(not flight.ended.is_set() for flight in list(single_flight._waits_for.values())) == count:
            return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waits")


@pytest.fixture
def pool():
    with ThreadPoolExecutor(8) as made:
        yield made
    assert not single_flight._waits_for


@pytest.fixture
def place(tmp_path):
    """The name of a place that no other test has; its connection is closed afterwards."""
    yield str(tmp_path)
    for where in (str(tmp_path), f"{tmp_path} again"):
        connections.close_shared(where)


def test_threads_share_one_connection_and_connect_once(place, pool):
    together, made = threading.Barrier(8), []

    def slowly() -> MilvusConnection:
        made.append(make())
        threading.Event().wait(0.05)
        return made[-1]

    def ask() -> MilvusConnection:
        together.wait(WAIT_SECONDS)
        return share_connection(place, "", slowly)

    answers = [asked.result(WAIT_SECONDS) for asked in [pool.submit(ask) for _ in range(8)]]
    assert len(made) == 1
    assert set(answers) == set(made)


def test_a_server_that_does_not_answer_holds_no_other_place_back(place, pool):
    """Those that ask for it wait for one attempt and get its error; the next one that asks tries again."""
    trying, gives_up, attempts = threading.Event(), threading.Event(), []

    def try_in_vain() -> MilvusConnection:
        attempts.append(1)
        trying.set()
        assert gives_up.wait(WAIT_SECONDS)
        raise SearchIndexError("does not answer")

    asked = [pool.submit(share_connection, "dead", "", try_in_vain) for _ in range(4)]
    assert trying.wait(WAIT_SECONDS)
    other = pool.submit(share_connection, place, "", make).result(WAIT_SECONDS)
    assert pool.submit(share_connection, place, "", make).result(WAIT_SECONDS) is other
    pool.submit(other.close).result(WAIT_SECONDS)
    assert pool.submit(share_connection, place, "", make).result(WAIT_SECONDS) is not other
    assert not any(one.done() for one in asked)
    wait_until_waiting(3)
    gives_up.set()
    assert [str(one.exception(WAIT_SECONDS)) for one in asked] == ["does not answer"] * 4
    assert len(attempts) == 1
    with pytest.raises(SearchIndexError):
        share_connection("dead", "", try_in_vain)
    assert len(attempts) == 2


def test_closing_a_place_that_is_reconnecting_holds_no_other_place_back(place, pool):
    reconnecting, gives_up = threading.Event(), threading.Event()
    clients = iter([Client()])

    def connect() -> Client:
        if (client := next(clients, None)) is None:
            reconnecting.set()
            assert gives_up.wait(WAIT_SECONDS)
            raise SearchIndexError("does not answer")
        return client

    gone = share_connection(place, "", lambda: make(connect))
    gone.reconnect_later()
    user = pool.submit(lambda: gone.client)
    assert reconnecting.wait(WAIT_SECONDS)
    closing = pool.submit(gone.close)
    other = pool.submit(share_connection, f"{place} again", "", make)
    assert isinstance(other.result(WAIT_SECONDS), MilvusConnection)
    assert not closing.done()
    gives_up.set()
    assert isinstance(user.exception(WAIT_SECONDS), SearchIndexError)
    closing.result(WAIT_SECONDS)
    assert gone.closed


def test_a_place_is_opened_again_when_it_has_been_closed_and_not_before(place, pool):
    """The files of Lite are locked until then."""
    closing, may_close = threading.Event(), threading.Event()

    class Slow(Client):
        def close(self) -> None:
            closing.set()
            assert may_close.wait(WAIT_SECONDS)

    first = share_connection(place, "", lambda: make(Slow))
    closed = pool.submit(first.close)
    assert closing.wait(WAIT_SECONDS)
    found = []

    def make_after() -> MilvusConnection:
        found.append(first.closed)
        return make()

    opening = pool.submit(share_connection, place, "", make_after)
    wait_until_waiting(1)
    may_close.set()
    closed.result(WAIT_SECONDS)
    assert opening.result(WAIT_SECONDS) is not first
    assert found == [True]


def test_a_place_that_is_kept_closed_is_opened_by_nobody_until_the_block_ends(place, pool):
    first = share_connection(place, "", make)
    with connections.keep_closed(place):
        assert first.closed
        opening = pool.submit(share_connection, place, "", make)
        wait_until_waiting(1)
        other = pool.submit(share_connection, f"{place} again", "", make)
        assert isinstance(other.result(WAIT_SECONDS), MilvusConnection)
        assert not opening.done()
    assert not opening.result(WAIT_SECONDS).closed


def test_a_writer_may_close_and_is_not_closed_meanwhile(place, pool):
    """Whoever closes waits for the writer; a writer that closes itself waits for nobody."""
    shared = share_connection(place, "", make)

    def delete() -> bool:
        with connections.keep_closed(place):
            return shared.closed

    with shared.writing:
        closing, deleting = pool.submit(shared.close), pool.submit(delete)
        shared.close()
    closing.result(WAIT_SECONDS)
    assert deleting.result(WAIT_SECONDS)
    assert shared.closed
