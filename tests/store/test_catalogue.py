import os
import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from vidviz.errors import WorkspaceError
from vidviz.services.library.workspaces import open_workspace
from vidviz.store import job_rows
from vidviz.store.catalogue import Catalogue, read_catalogue, write_catalogue
from vidviz.store.files import replace_file
from vidviz.store.schema import SCHEMA_VERSION


def test_a_new_catalogue_has_this_version(tmp_path):
    catalogue = Catalogue(tmp_path / "catalogue.db")
    catalogue.create_or_upgrade()
    with catalogue.read() as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_a_newer_catalogue_is_refused_and_left_alone(tmp_path):
    folder = open_workspace(tmp_path / "w")
    with write_catalogue(folder) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(WorkspaceError, match=f"newer vidviz .format {SCHEMA_VERSION + 1}"):
        open_workspace(tmp_path / "w")


def test_a_workspace_is_opened_while_somebody_writes(tmp_path, monkeypatch):
    monkeypatch.setattr("vidviz.store.connections.BUSY_SECONDS", 0.1)
    folder = open_workspace(tmp_path / "w")
    with write_catalogue(folder) as db:
        job_rows.add_job(db, "map", "Map", {})
        open_workspace(tmp_path / "w")


def test_a_failed_write_leaves_nothing(tmp_path):
    folder = open_workspace(tmp_path / "w")

    def write_and_fail():
        with write_catalogue(folder) as db:
            job_rows.add_job(db, "map", "Map", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with read_catalogue(folder) as db:
        assert db.execute("SELECT count(*) FROM job").fetchone()[0] == 0


def test_a_read_within_a_read_shares_its_connection_in_one_thread_only(tmp_path):
    folder = open_workspace(tmp_path / "w")
    again = Catalogue(folder.catalogue)
    with read_catalogue(folder) as outer:
        with again.read() as inner:
            assert inner is outer
        with write_catalogue(folder) as db:
            job_rows.add_job(db, "map", "Map", {})
        assert outer.execute("SELECT count(*) FROM job").fetchone()[0] == 1  # what was written meanwhile is seen
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(read_by_another_thread, again).result() is not outer
        with pytest.raises(WorkspaceError, match="cannot be used"), again.read() as inner:
            inner.execute("SELECT nothing FROM nowhere")
    with again.read() as later:
        assert later is not outer


def read_by_another_thread(catalogue):
    with catalogue.read() as db:
        return db


def test_a_damaged_catalogue_is_told(tmp_path):
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "catalogue.db").write_bytes(b"this is not a database, whatever its name says" * 40)
    with pytest.raises(WorkspaceError, match="damaged"):
        open_workspace(tmp_path / "w")


def test_a_file_is_no_workspace(tmp_path):
    (tmp_path / "w").write_text("hello")
    with pytest.raises(WorkspaceError, match="is a file"):
        open_workspace(tmp_path / "w")


def test_a_missing_workspace_is_not_made_unless_asked_for(tmp_path):
    with pytest.raises(WorkspaceError, match="There is no workspace"):
        open_workspace(tmp_path / "w", create=False)
    assert not (tmp_path / "w").exists()


def test_sqlite_errors_become_sentences(tmp_path):
    folder = open_workspace(tmp_path / "w")
    for cause, sentence in {
        "attempt to write a readonly database": "cannot be written",
        "database or disk is full": "is full",
        "database is locked": "is busy",
    }.items():
        with pytest.raises(WorkspaceError, match=sentence), read_catalogue(folder):
            raise sqlite3.OperationalError(cause)


def test_a_read_only_workspace_is_read_and_refuses_changes(open_to_all, as_nobody):
    folder = open_workspace(open_to_all / "w")
    with write_catalogue(folder) as db:
        job_rows.add_job(db, "map", "Map", {})
    folder.path.chmod(0o555)
    with as_nobody():
        again = open_workspace(open_to_all / "w")
        with read_catalogue(again) as db:
            assert [job.title for job in job_rows.list_jobs(db)] == ["Map"]
    with as_nobody(), pytest.raises(WorkspaceError, match="cannot be written"), write_catalogue(folder) as db:
        job_rows.add_job(db, "map", "Map", {})
    with as_nobody(), pytest.raises(WorkspaceError, match="cannot be written"), replace_file(folder.path / "new"):
        pass


@pytest.fixture
def open_to_all():
    """A folder that other users may enter: pytest's own may not be."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def as_nobody():
    """Without the powers of root, who may write everywhere."""

    @contextmanager
    def lowered():
        if os.geteuid() != 0:
            yield
            return
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)

    return lowered
