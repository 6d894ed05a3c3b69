"""A catalogue that is damaged or gone: told as that by whatever meets it, and put back from its backup."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path

import pytest

import vidviz as api
from vidviz.errors import DamagedCatalogueError, WorkspaceError
from vidviz.services.doctor.examination import examine
from vidviz.services.library import contents
from vidviz.services.library.workspaces import open_workspace
from vidviz.store import catalogue, connections, job_rows
from vidviz.store.catalogue import read_catalogue
from vidviz.store.recovery.backup_files import list_backups

PAGE = 4096
OFFER = "`vidviz restore --workspace"


@pytest.fixture
def copy(library, tmp_path):
    """A library of its own for a test to ruin, with a backup."""
    return shutil.copytree(library, tmp_path / "w")


def ruin(workspace, table):
    """Zero the page where the rows of a table begin."""
    path = workspace / "catalogue.db"
    db = sqlite3.connect(path)
    (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    db.close()
    content = bytearray(path.read_bytes())
    content[(page - 1) * PAGE : page * PAGE] = bytes(PAGE)
    path.write_bytes(content)


@pytest.mark.parametrize("table", ["clip", "label", "source"])
def test_a_damaged_page_is_told_as_damage_by_every_command_and_put_back(vidviz, copy, clip, tmp_path, table):
    wanted = contents.clip_table(open_workspace(copy))
    ruin(copy, table)
    damaged = (copy / "catalogue.db").read_bytes()
    out = tmp_path / "out.csv"
    for command in (["export", out], ["search", "--clip", clip], ["jobs"], ["embed", "--backbone", "simple3d"]):
        ended = vidviz(*map(str, command), "--workspace", copy)
        assert (ended.code, ended.answer["kind"]) == (1, "DamagedCatalogueError")
        assert "is damaged" in ended.answer["error"]
        assert OFFER in ended.answer["error"]
    assert not out.exists()
    with pytest.raises(DamagedCatalogueError, match="is damaged"):
        api.Workspace(copy)
    (finding,) = [finding for finding in examine(copy) if finding.name == "catalogue"]
    assert not finding.fine
    assert OFFER in finding.text
    restored = vidviz("restore", "--workspace", copy).answer
    assert restored["clips"] == len(wanted)
    assert Path(restored["put_aside"]).read_bytes() == damaged
    assert contents.clip_table(open_workspace(copy)).equals(wanted)


def test_damage_that_comes_while_the_workspace_is_open_is_told_as_such(copy):
    folder = open_workspace(copy)
    ruin(copy, "clip")
    with pytest.raises(DamagedCatalogueError, match=r"is damaged.*vidviz restore"):
        contents.clip_table(folder)


def test_a_large_catalogue_is_looked_through_after_an_unclean_end_and_by_doctor(copy, monkeypatch):
    monkeypatch.setattr(catalogue, "ALWAYS_CHECKED_BYTES", 0)
    ruin(copy, "clip")
    folder = open_workspace(copy)
    assert not next(finding.fine for finding in examine(copy) if finding.name == "catalogue")
    with read_catalogue(folder) as held:  # as a process that was killed, it leaves SQLite's log
        held.execute("SELECT * FROM job").fetchall()
        with catalogue.write_catalogue(folder) as db:
            job_rows.add_job(db, "map", "Map", {})
        with pytest.raises(DamagedCatalogueError, match="is damaged"):
            open_workspace(copy)


@pytest.mark.parametrize("left", ["vectors", "previews", "maps", "videos", "backups"])
@pytest.mark.parametrize("empty", [True, False])
def test_a_catalogue_that_is_gone_from_among_its_workspace_is_told_and_no_new_one_made(tmp_path, left, empty):
    kept = {
        "vectors": "s/1.npz",
        "previews": "1.poster.webp",
        "maps": "m.npz",
        "videos": "v",
        "backups": "catalogue-1.db",
    }
    workspace = tmp_path / "w"
    place = workspace / left / kept[left]
    place.parent.mkdir(parents=True)
    place.touch()
    if empty:
        (workspace / "catalogue.db").touch()
    for create in (True, False):
        with pytest.raises(DamagedCatalogueError, match="is empty" if empty else "is missing"):
            open_workspace(workspace, create=create)
    assert (workspace / "catalogue.db").exists() == empty
    assert [finding.fine for finding in examine(workspace) if finding.name == "workspace"] == [False]


def test_an_empty_file_in_an_empty_folder_becomes_a_workspace(tmp_path):
    (tmp_path / "catalogue.db").touch()
    assert contents.count_library(open_workspace(tmp_path)) == (0, 0)


def test_a_catalogue_that_goes_while_the_workspace_is_open_is_told_and_not_made_anew(copy):
    folder = open_workspace(copy)
    folder.catalogue.unlink()
    with pytest.raises(DamagedCatalogueError, match=r"is missing.*vidviz restore"):
        contents.count_library(folder)
    assert not folder.catalogue.exists()
    shutil.rmtree(copy)
    with pytest.raises(WorkspaceError, match="is gone: it was moved or deleted"):
        contents.count_library(folder)


def test_too_many_open_files_are_told_as_that(copy, monkeypatch):
    folder = open_workspace(copy)

    def refuse(*_arguments, **_options):
        raise OSError(errno.EMFILE, "Too many open files")

    def cannot_open(*_arguments, **_options):
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(connections.sqlite3, "connect", cannot_open)
    monkeypatch.setattr("vidviz.store.sqlite_errors.os.open", refuse)
    with pytest.raises(WorkspaceError, match="too many files are open"):
        contents.count_library(folder)


def test_restore_says_what_it_does_and_leaves_a_whole_catalogue_alone(vidviz, copy, tmp_path):
    whole = vidviz("restore", "--workspace", copy)
    assert (whole.code, whole.answer["kind"]) == (1, "WorkspaceError")
    assert "is whole" in whole.answer["error"]
    (backup,) = vidviz("restore", "--list", "--workspace", copy).answer["backups"]
    assert backup["file"] == str(list_backups(copy)[0].path)
    unknown = vidviz("restore", "--from", "catalogue-1", "--workspace", copy)
    assert "There is no backup called 'catalogue-1'" in unknown.answer["error"]
    assert vidviz("restore", "--from", backup["backup"], "--workspace", copy).answer["videos"] == 4
    nothing = vidviz("restore", "--workspace", tmp_path / "elsewhere")
    assert "There are no backups" in nothing.answer["error"]
    assert not (tmp_path / "elsewhere").exists()
