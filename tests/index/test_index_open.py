"""Opening Milvus: locked, damaged, unreachable, refused, gone and back; and no secret in any text."""

from __future__ import annotations

import fcntl
import logging
import os
import socket
import subprocess
import sys
import threading
from concurrent import futures

import numpy as np
import pytest

from vidviz.config import MilvusSettings
from vidviz.errors import IndexLockedError, SearchIndexError
from vidviz.index.milvus import client as milvus_client
from vidviz.index.milvus import connection as connections
from vidviz.index.milvus import lite_lock
from vidviz.index.milvus.failures import server_place
from vidviz.index.milvus.lite_folder import close_lite, delete_lite_folder
from vidviz.index.milvus.milvus_index import MilvusIndex
from vidviz.index.milvus.open import open_milvus
from vidviz.index.sync import sync_index

HOLDER = """
import fcntl, sys, time
handle = open(sys.argv[1], "w")
fcntl.flock(handle, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""
TOKEN = "root:s3cr3t-t0ken"


@pytest.fixture
def place(tmp_path):
    return tmp_path / "some where" / "milvus.db"


@pytest.fixture
def held(place):
    """A Lite folder that another process has open, and that process."""
    place.mkdir(parents=True)
    command = [sys.executable, "-c", HOLDER, str(place / "LOCK"), "two\nlines", "x" * 200]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield place, process
        process.kill()


def note_waits(monkeypatch):
    """The list of how long each connection that is tried from now on may take, in seconds."""
    waits, real = [], milvus_client._load_client_class()

    class Noted(real):
        def __init__(self, *args, timeout, **settings):
            waits.append(timeout)
            super().__init__(*args, timeout=timeout, **settings)

    monkeypatch.setattr(milvus_client, "_load_client_class", lambda: Noted)
    return waits


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.lite
def test_opening_the_local_file_twice_gives_one_connection(place):
    connection = open_milvus(MilvusSettings(), place)
    link = place.parent / "link.db"
    link.symlink_to(place)
    assert open_milvus(MilvusSettings(), link) is connection
    assert open_milvus(MilvusSettings(uri=str(place)), place.with_name("other.db")) is connection
    connection.close()
    connection.close()


@pytest.mark.lite
def test_closing_frees_the_lock_of_the_local_file(place):
    connection = open_milvus(MilvusSettings(), place)
    assert lite_lock.find_lock_holder(place).pid == os.getpid()
    connection.close()
    assert lite_lock.find_lock_holder(place) is None


@pytest.mark.lite
@pytest.mark.parametrize("leave", [close_lite, delete_lite_folder])
def test_a_folder_is_left_while_another_thread_writes(place, leave):
    connection = open_milvus(MilvusSettings(), place)
    writing, asked, written = threading.Event(), threading.Event(), []

    def write():
        with connection.writing:
            writing.set()
            asked.wait(10)
            written.append(connection.client.list_collections())

    writer = threading.Thread(target=write, daemon=True)
    leaver = threading.Thread(target=leave, args=(place,), daemon=True)
    writer.start()
    assert writing.wait(10)
    leaver.start()
    leaver.join(0.2)  # it waits for the writer now
    assert leaver.is_alive()
    asked.set()
    for thread in (writer, leaver):
        thread.join(10)
        assert not thread.is_alive()
    assert written == [[]]
    assert lite_lock.find_lock_holder(place) is None


@pytest.mark.lite
def test_a_held_folder_names_its_holder(held):
    place, process = held
    with pytest.raises(IndexLockedError) as caught:
        open_milvus(MilvusSettings(), place)
    text = str(caught.value)
    assert f"is open in process {process.pid} (" in text
    assert "\n" not in text
    assert len(text) < 400
    process.kill()
    process.wait()
    open_milvus(MilvusSettings(), place).close()


@pytest.mark.lite
@pytest.mark.parametrize("blinded", [("_holder_by_proc_locks",), ("_holder_by_proc_locks", "_holder_by_open_files")])
def test_the_holder_is_found_without_proc_locks_or_not_named(held, monkeypatch, blinded):
    place, process = held
    for name in blinded:
        monkeypatch.setattr(lite_lock, name, lambda path: 0)
    found = lite_lock.find_lock_holder(place)
    assert found.pid == (process.pid if len(blinded) == 1 else 0)
    assert str(found).startswith(f"process {process.pid}" if len(blinded) == 1 else "another process")


@pytest.mark.lite
def test_a_folder_that_another_process_only_looks_at_is_free(place):
    place.mkdir(parents=True)
    with (place / lite_lock.LOCK_NAME).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        assert lite_lock.find_lock_holder(place) is None


@pytest.mark.lite
def test_a_held_folder_is_not_deleted(held):
    with pytest.raises(IndexLockedError):
        delete_lite_folder(held[0])
    assert held[0].is_dir()


@pytest.mark.lite
@pytest.mark.parametrize("damage", ["a file", "manifest", "schema"])
def test_a_damaged_folder_says_rebuild_and_can_be_rebuilt(place, damage, new_spec, clip_rows, clip_vectors):
    spec, rows, vectors = new_spec(), clip_rows(5), clip_vectors(5)
    if damage == "a file":
        place.parent.mkdir()
        place.write_bytes(b"not a folder")
    else:
        connection = open_milvus(MilvusSettings(), place)
        sync_index(MilvusIndex(connection, spec, 16), rows, vectors)
        connection.close()
        for path in place.rglob(f"*{damage}*.json*"):
            path.write_bytes(b"{ garbage")
    with pytest.raises(SearchIndexError, match="vidviz index rebuild"):
        MilvusIndex(open_milvus(MilvusSettings(), place), spec, 16).search(vectors[0], 2)
    delete_lite_folder(place)
    connection = open_milvus(MilvusSettings(), place)
    assert sync_index(MilvusIndex(connection, spec, 16), rows, vectors).added == 5
    connection.close()


@pytest.mark.lite
def test_deleting_a_folder_that_is_not_there(place):
    delete_lite_folder(place)


@pytest.mark.lite
def test_a_folder_for_the_local_file_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SearchIndexError, match="cannot be made"):
        open_milvus(MilvusSettings(), tmp_path / "file" / "milvus.db")
    with pytest.raises(SearchIndexError, match=r"must end in \.db"):
        open_milvus(MilvusSettings(), tmp_path / "milvus")


@pytest.mark.parametrize("uri", ["http://127.0.0.1:{port}", "http://user:s3cr3t-t0ken@127.0.0.1:{port}/db?key=s3cr3t"])
def test_an_unreachable_server_is_told_soon_and_without_the_token(uri, place, monkeypatch, capfd, caplog):
    monkeypatch.setattr(milvus_client, "CONNECT_SECONDS", 0.5)
    waits = note_waits(monkeypatch)
    with pytest.raises(SearchIndexError, match=r"http://127\.0\.0\.1:\d+ does not answer") as caught:
        open_milvus(MilvusSettings(uri.format(port=free_port()), TOKEN), place)
    assert waits == [0.5]  # one attempt, of at most half a second
    everything = str(caught.value) + "".join(capfd.readouterr()) + caplog.text
    assert "s3cr3t" not in everything
    assert "Traceback" not in everything


@pytest.mark.parametrize("uri", ["nonsense", "ftp://127.0.0.1", "http://127.0.0.1:notaport"])
def test_a_senseless_address_gets_a_sentence(uri, place, monkeypatch):
    monkeypatch.setattr(milvus_client, "CONNECT_SECONDS", 0.5)
    with pytest.raises(SearchIndexError, match="Milvus at"):
        open_milvus(MilvusSettings(uri, TOKEN), place)


def test_a_refused_token_says_which_setting(place):
    import grpc

    class Refuse(grpc.GenericRpcHandler):
        def service(self, details):
            def refuse(request, context):
                context.abort(grpc.StatusCode.UNAUTHENTICATED, f"auth check failure, please check {TOKEN}")

            return grpc.unary_unary_rpc_method_handler(refuse)

    server = grpc.server(futures.ThreadPoolExecutor(1), handlers=[Refuse()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with pytest.raises(SearchIndexError, match="refuses the token; check VIDVIZ_MILVUS_TOKEN") as caught:
            open_milvus(MilvusSettings(f"http://127.0.0.1:{port}", TOKEN), place)
    finally:
        server.stop(grace=0)
    assert "s3cr3t" not in str(caught.value)


def test_a_server_that_goes_and_comes_back(tmp_path, place, monkeypatch, new_spec, clip_rows, clip_vectors):
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    monkeypatch.setattr(milvus_client, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(connections, "READ_SECONDS", 1.0)
    port, folder, vectors = free_port(), str(tmp_path / "data"), clip_vectors(5)
    server, database, _ = start_server_in_thread(folder, port=port)
    connection = open_milvus(MilvusSettings(f"http://127.0.0.1:{port}"), place)
    index = MilvusIndex(connection, new_spec(), 16)
    sync_index(index, clip_rows(5), vectors)
    server.stop(grace=0).wait()
    database.close()
    searches, search = [], connection.client.search
    monkeypatch.setattr(
        connection.client,
        "search",
        lambda *a, timeout, **b: searches.append(timeout) or search(*a, timeout=timeout, **b),
    )
    with pytest.raises(SearchIndexError, match="does not answer"):
        index.search(vectors[0], 2)
    assert searches == [1.0]  # one attempt, of at most a second
    server, database, _ = start_server_in_thread(folder, port=port)
    assert index.search(vectors[0], 1)[0][0].clip_id == 0
    connection.close()
    server.stop(grace=0)
    database.close()


def test_what_an_engine_says_is_not_printed_but_logged(milvus_index, capfd, caplog):
    milvus_index.drop()
    with pytest.raises(SearchIndexError):
        milvus_index.search(np.ones(16), 1)
    assert capfd.readouterr() == ("", "")
    assert any(record.name == "pymilvus.decorators" for record in caplog.records)  # to whom our logger's go
    assert not logging.getLogger("pymilvus.decorators").isEnabledFor(logging.INFO)


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("https://user:pass@host.example:443/db?token=abc", "https://host.example:443"),
        ("http://10.0.0.1:19530", "http://10.0.0.1:19530"),
        ("https://a@b:c@host", "https://host"),
    ],
)
def test_an_address_is_shown_without_its_secrets(uri, shown):
    place = server_place(uri, TOKEN)
    assert place.shown == shown
    assert place.redact(f"cannot reach {TOKEN} with s3cr3t-t0ken\nat all") == "cannot reach *** with *** at all"


def test_importing_the_index_does_not_import_pymilvus():
    code = """
import sys
import vidviz.index.milvus.open, vidviz.index.sync
print([name for name in ("pymilvus", "milvus_lite", "grpc", "psutil") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_opening_that_fails_late_lets_the_folder_go(place, monkeypatch):
    def slip(_connection):
        raise KeyError("slip")

    with monkeypatch.context() as patch:
        patch.setattr("vidviz.index.milvus.open.drop_left_trials", slip)
        with pytest.raises(KeyError, match="slip"):
            open_milvus(MilvusSettings(), place)
    assert lite_lock.find_lock_holder(place) is None
    open_milvus(MilvusSettings(), place).close()
