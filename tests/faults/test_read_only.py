"""A read-only workspace, and one on a full disk: all that only reads works, and the rest is refused in a sentence."""

from __future__ import annotations

import json
import shutil

import pytest

import vidviz as api
from vidviz.services import jobs
from vidviz.services.library.workspaces import is_writable, open_workspace
from vidviz.services.maps import map_build
from vidviz.store import connections, job_rows
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.types import MapSpec

PCA = ("--method", "pca")


def make_read_only(workspace):
    for path in [*workspace.rglob("*"), workspace]:
        path.chmod(0o555 if path.is_dir() else 0o444)


@pytest.fixture
def archive(library, tmp_path):
    """A library with a map of it that is kept, copied as people copy folders."""
    map_build.build_map(open_workspace(library), "", MapSpec("pca"))
    shutil.rmtree(library / "uploads")
    copy = shutil.copytree(library, tmp_path / "w", ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    yield copy
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.fixture(params=["read-only", "full"])
def ask(request, archive):
    """Runs a command on the archive where nothing can be written."""
    if request.param == "read-only":
        make_read_only(archive)
    run = request.getfixturevalue("vidviz_without_rights" if request.param == "read-only" else "vidviz_on_full_disk")
    return lambda *arguments: run(*arguments, "--workspace", archive)


def list_files(workspace):
    return {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file() and path.stat().st_size}


def test_what_only_reads_works(ask, vidviz, archive, library, clip):
    before = list_files(archive)
    for command in (["jobs"], ["map", *PCA], ["map", "--method", "pca", "--dims", "3"]):
        ended = ask(*command)
        assert ended.code == 0, ended.stderr
        assert ended.answer == vidviz(*command, "--workspace", library).answer
    hits = ask("search", "--clip", clip)
    assert hits.code == 0, hits.stderr
    assert hits.answer["engine"] == "stored vectors"
    assert "Nothing can be written to this workspace" in hits.answer["note"]
    wanted = vidviz("search", "--clip", clip, "--workspace", library).answer["hits"]
    assert [hit["clip_id"] for hit in hits.answer["hits"]] == [hit["clip_id"] for hit in wanted]
    assert list_files(archive) == before


@pytest.mark.parametrize(
    "command", [["import", "a.mp4"], ["embed", "--backbone", "simple3d"], ["label", "--clip", "CLIP", "--value", "x"]]
)
def test_what_writes_is_refused_in_a_sentence(ask, clip, command):
    ended = ask(*(str(clip) if word == "CLIP" else word for word in command))
    assert (ended.code, ended.answer["kind"]) == (1, "WorkspaceError")
    assert "cannot be written" in ended.answer["error"] or "is full or failing" in ended.answer["error"]
    assert "Traceback" not in ended.stderr


def test_labels_are_taken_away_from_a_read_only_workspace(vidviz_without_rights, archive, clip, tmp_path):
    make_read_only(archive)
    ended = vidviz_without_rights("export", tmp_path / "out.json", "--workspace", archive)
    assert ended.code == 0, ended.stderr
    assert clip in [row["clip_id"] for row in json.loads((tmp_path / "out.json").read_text())]


def test_what_a_killed_process_left_in_the_log_is_read_too(vidviz_without_rights, archive, tmp_path):
    folder = open_workspace(archive)
    with read_catalogue(folder) as held:  # which keeps SQLite from moving the change out of its log
        held.execute("SELECT * FROM job").fetchall()
        with write_catalogue(folder) as db:
            number = job_rows.add_job(db, "map", "The last one", {})
            job_rows.expect_process(db, number, 2**22 + 1)  # a number that no process has
        left = shutil.copytree(archive, tmp_path / "left", ignore=shutil.ignore_patterns("*-shm"))
    make_read_only(left)
    listed = vidviz_without_rights("jobs", "--workspace", left)
    assert listed.code == 0, listed.stderr
    job = listed.answer["jobs"][0]
    assert (job["title"], job["state"], job["message"]) == ("The last one", "interrupted", jobs.DIED)


def test_files_that_sqlite_left_beside_a_read_only_catalogue_do_not_make_it_writable(vidviz_without_rights, archive):
    for ending in ("-wal", "-shm"):
        (archive / f"catalogue.db{ending}").touch()
    make_read_only(archive)
    finding = next(
        finding
        for finding in vidviz_without_rights("doctor", "--workspace", archive).answer["findings"]
        if finding["name"] == "workspace"
    )
    assert not finding["fine"]
    assert "read-only" in finding["text"]


@pytest.fixture
def unwritable(archive, monkeypatch):
    """The archive where SQLite cannot write a byte, for this process."""
    real = connections._open

    def open_unless_written(address, busy_seconds):
        db = real(address, busy_seconds)
        if "mode=rw" in address:
            db.close()
            db = Refusing()
        return db

    monkeypatch.setattr(connections, "_open", open_unless_written)
    return archive


class Refusing:
    """A connection that finds its place read-only with the first word."""

    def execute(self, *_arguments):
        error = connections.sqlite3.OperationalError("unable to open database file")
        error.sqlite_errorname = "SQLITE_CANTOPEN"
        raise error

    def close(self):
        pass


def test_the_python_api_reads_a_read_only_workspace(unwritable, clip):
    workspace = api.Workspace(unwritable)
    assert not is_writable(workspace.folder)
    assert clip in workspace.clips()["clip_id"].tolist()
    assert workspace.search(clip, k=2)["clip_id"][0] == clip
    assert len(workspace.map(spec=MapSpec("pca", dims=3))) == len(workspace.clips())
    with pytest.raises(api.errors.WorkspaceError, match="cannot be written"):
        workspace.label(clip, "x")


def test_a_workspace_that_somebody_writes_to_right_now_is_not_read_only(archive):
    folder = open_workspace(archive)
    with write_catalogue(folder):
        assert is_writable(folder)
    assert is_writable(folder)
