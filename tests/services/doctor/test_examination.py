"""Doctor: every line says what is, nothing that fails ends it, and no secret is told."""

from __future__ import annotations

import socket

import numpy as np

from vidviz.services.doctor.examination import examine
from vidviz.services.index import set_index
from vidviz.services.library import embedding_sets


def by_name(findings):
    return {finding.name: finding for finding in findings}


def test_a_healthy_workspace(folder, fill):
    fill(folder, np.ones((3, 4)))
    set_index.refresh_index(folder, "")
    found = by_name(examine(folder.path))
    assert {"vidviz", "torch", "device", "workspace", "milvus", "weights", "disk"} <= found.keys()
    assert "3 videos, 3 clips, 1 set" in found["workspace"].text
    assert all(found[name].fine for name in ("workspace", "milvus", "device"))


def test_without_a_workspace_it_says_so_and_goes_on(tmp_path):
    found = by_name(examine(tmp_path / "nowhere"))
    assert not found["workspace"].fine
    assert "There is no workspace" in found["workspace"].text
    assert found["disk"].fine
    assert not (tmp_path / "nowhere").exists()


def test_a_server_that_does_not_answer_is_told_without_the_token(folder, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    monkeypatch.setenv("VIDVIZ_MILVUS_URI", f"http://somebody:pa55word@127.0.0.1:{port}")
    monkeypatch.setenv("VIDVIZ_MILVUS_TOKEN", "t0ken-secret")
    found = examine(folder.path)
    assert not by_name(found)["milvus"].fine
    assert f"127.0.0.1:{port} does not answer" in by_name(found)["milvus"].text
    assert "pa55word" not in str(found)
    assert "t0ken" not in str(found)


def test_the_cache_is_told_with_its_bound_and_what_it_holds(folder, fill, monkeypatch):
    monkeypatch.setenv("VIDVIZ_CACHE_MB", "512")
    fill(folder, np.ones((1000, 400)))
    embedding_sets.load_embeddings(folder, "")
    told = by_name(examine(folder.path))["cache"]
    assert told.fine
    assert "at most 512 MB of derived arrays and tables (VIDVIZ_CACHE_MB); this one 1.5 MB" in told.text
    assert "library.embedding_sets._load 1.5 MB" in told.text
    monkeypatch.setenv("VIDVIZ_CACHE_MB", "some")
    told = by_name(examine(folder.path))["cache"]
    assert not told.fine
    assert told.text.startswith("VIDVIZ_CACHE_MB is 'some'; set it to")
