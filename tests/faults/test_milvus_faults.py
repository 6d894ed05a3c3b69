"""Milvus in other hands, out of reach, or damaged; a real server in trouble is in `test_real_server`."""

from __future__ import annotations

import os
import socket

import pytest

from vidviz.config import MilvusSettings
from vidviz.index.milvus.open import open_milvus
from vidviz.services.library.workspaces import open_workspace
from vidviz.services.search import search_run

EMBED = ["embed", "--backbone", "simple3d", "--layer", "conv1", "--workspace"]


@pytest.fixture
def holder(library):
    """A process that has the local Milvus open: this one."""
    connection = open_milvus(MilvusSettings(), library / "index/milvus.db")
    yield os.getpid()
    connection.close()


@pytest.mark.lite
def test_a_search_is_answered_from_stored_vectors_while_another_holds_the_local_file(vidviz, library, clip, holder):
    held = vidviz("search", "--clip", str(clip), "-k", "3", "--workspace", library)
    assert held.code == 0
    assert held.answer["engine"] == "stored vectors"
    assert f"is open in process {holder} (" in held.answer["note"]
    assert held.answer["note"].endswith("Answered from the stored vectors.")
    refused = vidviz("index", "rebuild", "--workspace", library)
    assert refused.code == 1
    assert refused.answer["kind"] == "IndexLockedError"
    assert f"process {holder} (" in refused.answer["error"]
    # Embedding goes on as well, and the index is left to whoever holds it.
    assert vidviz(*EMBED, library).answer["state"] == "done"


def test_the_engine_finds_the_same_as_plain_arithmetic(vidviz, library, clip, usual_engine):
    free = vidviz("search", "--clip", str(clip), "-k", "3", "--workspace", library)
    assert (free.answer["engine"], free.answer["note"]) == (usual_engine, "")
    exact = search_run.nearest_exactly(open_workspace(library), "", clip, 2)
    assert [hit["clip_id"] for hit in free.answer["hits"][1:]] == [hit.clip_id for hit in exact]


@pytest.mark.lite
def test_a_proxy_in_the_environment_does_not_part_us_from_the_local_milvus(vidviz, library, clip):
    proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "https_proxy", "grpc_proxy"), "http://127.0.0.1:9")
    found = vidviz("search", "--clip", str(clip), "--workspace", library, **proxies)
    assert (found.code, found.answer["engine"]) == (0, "Milvus Lite"), found.stdout


def test_a_server_out_of_reach_is_told_without_secrets(vidviz, library, clip):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    settings = {
        "VIDVIZ_MILVUS_URI": f"http://user:pa55word@127.0.0.1:{port}",
        "VIDVIZ_MILVUS_TOKEN": "user:t0p-secret",
    }
    ended = vidviz("search", "--clip", str(clip), "--workspace", library, **settings)
    assert ended.code == 1
    assert ended.answer["kind"] == "NoAnswerError"
    assert f"Milvus at http://127.0.0.1:{port} does not answer; start it" in ended.answer["error"]
    embedded = vidviz(*EMBED, library, **settings)
    assert embedded.answer["state"] == "done"
    assert "The index waits: Milvus at" in embedded.answer["message"]
    for text in (ended.stdout, ended.stderr, embedded.stdout, embedded.stderr):
        assert "secret" not in text
        assert "pa55word" not in text
        assert "Traceback" not in text


@pytest.mark.lite
@pytest.mark.parametrize("name", ["manifest", "schema"])
def test_a_damaged_local_index_is_told_and_rebuilt(vidviz, library, clip, name):
    damaged = list((library / "index/milvus.db").rglob(f"*{name}*.json*"))
    assert damaged
    for path in damaged:
        path.write_bytes(b"{ garbage")
    ended = vidviz("search", "--clip", str(clip), "--workspace", library)
    assert ended.code == 1
    assert "vidviz index rebuild" in ended.answer["error"]
    rebuilt = vidviz("index", "rebuild", "--workspace", library)
    assert [row["rows"] for row in rebuilt.answer["rebuilt"]] == [4]
    assert len(vidviz("search", "--clip", str(clip), "--workspace", library).answer["hits"]) == 4
