"""Workspaces that cannot be used: read-only, of a newer version, damaged, busy."""

from __future__ import annotations

import sqlite3
import sys

import pytest

from vidviz.errors import WorkspaceError
from vidviz.services.library.workspaces import open_workspace
from vidviz.store import connections
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.store.map_files import MapFiles
from vidviz.store.schema import SCHEMA_VERSION
from vidviz.store.vectors import VectorShards


@pytest.fixture
def read_only(tmp_path):
    """A workspace that may be read and not written."""
    workspace = tmp_path / "w"
    open_workspace(workspace)
    for path in [*workspace.rglob("*"), workspace]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield workspace
    for path in [workspace, *workspace.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.skipif(sys.platform != "linux", reason="rights that bind root as well can only be had on Linux")
@pytest.mark.parametrize("command", [["import", "a.mp4"], ["embed", "--backbone", "simple3d"]])
def test_a_read_only_workspace_is_told(vidviz_without_rights, read_only, command):
    ended = vidviz_without_rights(*command, "--workspace", read_only)
    assert ended.code == 1, ended.stdout
    assert ended.answer["kind"] == "WorkspaceError"
    assert "cannot be written. Check its permissions." in ended.answer["error"]
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="rights that bind root as well can only be had on Linux")
def test_a_workspace_that_may_not_be_made_is_told(vidviz_without_rights, tmp_path):
    tmp_path.chmod(0o555)
    ended = vidviz_without_rights("import", "a.mp4", "--workspace", tmp_path / "w")
    tmp_path.chmod(0o755)
    assert ended.code == 1
    assert "cannot be written. Check its permissions." in ended.answer["error"]


def test_a_workspace_of_a_newer_version_is_left_alone(vidviz, tmp_path):
    workspace = tmp_path / "w"
    open_workspace(workspace)
    with sqlite3.connect(workspace / "catalogue.db") as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 98}")
        before = db.execute("SELECT sql FROM sqlite_master").fetchall()
    db.close()
    for command in (["jobs"], ["import", "a.mp4"], ["map"]):
        ended = vidviz(*command, "--workspace", workspace)
        assert "was written by a newer vidviz" in ended.stdout
    with sqlite3.connect(workspace / "catalogue.db") as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION + 98
        assert db.execute("SELECT sql FROM sqlite_master").fetchall() == before
    db.close()


def test_a_damaged_catalogue_is_told(tmp_path):
    open_workspace(tmp_path)
    (tmp_path / "catalogue.db").write_bytes(b"SQLite format 4\0" + bytes(5000))
    with pytest.raises(WorkspaceError, match="is damaged"):
        open_workspace(tmp_path)


def test_a_busy_catalogue_is_told_and_readers_do_not_wait(tmp_path, monkeypatch):
    folder = open_workspace(tmp_path)
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.2)
    with write_catalogue(folder) as db:
        db.execute("INSERT INTO job (kind, title, arguments, state, created_at) VALUES ('map', '', '{}', 'done', 0)")
        with read_catalogue(folder) as other:
            assert other.execute("SELECT count(*) FROM job").fetchone()[0] == 0
        with pytest.raises(WorkspaceError, match="busy: another process is writing"), write_catalogue(folder):
            pass


def test_a_damaged_shard_is_told_by_name_and_a_damaged_map_is_made_again(tmp_path):
    folder = open_workspace(tmp_path)
    shards = VectorShards(folder.vectors("abc"))
    shards.folder.mkdir(parents=True)
    folder.maps.mkdir()
    for content in (b"", b"garbage", b"PK\x03\x04broken"):
        (shards.folder / "00000001.npz").write_bytes(content)
        with pytest.raises(WorkspaceError, match=r"'00000001.npz'.* damaged"):
            shards.load()
        (folder.maps / "abc-1-pca-2.npz").write_bytes(content)
        assert MapFiles(folder.maps).find("abc", "1", "pca-2") is None
