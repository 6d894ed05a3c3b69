"""Backups of the catalogue: whole, few, made when there is something new, and put back with nothing lost."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from vidviz.errors import DamagedCatalogueError, JobError, WorkspaceError
from vidviz.services.library.workspaces import open_workspace
from vidviz.store import job_rows
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.store.files import holding
from vidviz.store.recovery import backups
from vidviz.store.recovery.backup_files import list_backups


@pytest.fixture
def folder(tmp_path):
    return open_workspace(tmp_path / "w")


def add_job(folder, title):
    with write_catalogue(folder) as db:
        job_rows.add_job(db, "map", title, {})


def titles(path):
    with sqlite3.connect(path) as db:
        found = [title for (title,) in db.execute("SELECT title FROM job ORDER BY id")]
    db.close()
    return found


def age(folder, seconds):
    for backup in list_backups(folder.path):
        os.utime(backup.path, (backup.made_at - seconds,) * 2)


def ruin(path):
    """Zero the last page but one, as a failing disk does."""
    content = bytearray(path.read_bytes())
    content[-8192:] = bytes(8192)
    path.write_bytes(content)


def test_a_backup_is_whole_and_holds_what_was_not_yet_in_the_file_itself(folder):
    with read_catalogue(folder) as held:  # which keeps SQLite from moving the change out of its log
        held.execute("SELECT * FROM job").fetchall()
        add_job(folder, "one")
        backup = backups.make_backup(folder)
    assert titles(backup.path) == ["one"]
    assert {path.name for path in folder.backups.iterdir()} == {backup.path.name, "backup.lock"}


def test_few_are_kept_the_newest(folder):
    made = []
    for number in range(backups.KEPT_BACKUPS + 2):
        add_job(folder, str(number))
        made.append(backups.make_backup(folder).path)
        os.utime(made[-1], (number, number))
    assert [backup.path for backup in list_backups(folder.path)] == made[: -backups.KEPT_BACKUPS - 1 : -1]


def test_one_is_made_when_there_is_something_new_and_the_last_is_an_hour_old(folder):
    def count():
        backups.keep_backup(folder)
        return len(list_backups(folder.path))

    assert count() == 1
    add_job(folder, "soon after")
    assert count() == 1
    age(folder, backups.OFTEN_SECONDS + 5)
    assert count() == 2
    age(folder, backups.OFTEN_SECONDS + 5)
    os.utime(folder.catalogue, (1, 1))
    assert count() == 2


def test_a_clock_that_was_set_back_does_not_put_it_off(folder):
    backups.keep_backup(folder)
    age(folder, -10 * backups.OFTEN_SECONDS)
    os.utime(folder.catalogue, (time.time() + 11 * backups.OFTEN_SECONDS,) * 2)
    backups.keep_backup(folder)
    assert len(list_backups(folder.path)) == 2


def test_a_damaged_catalogue_is_never_copied_over_good_ones(folder):
    for number in range(40):
        add_job(folder, f"{number} " + "x" * 400)
    good = [backups.make_backup(folder).path for _ in range(backups.KEPT_BACKUPS)]
    ruin(folder.catalogue)
    with pytest.raises(WorkspaceError, match="damaged"):
        backups.make_backup(folder)
    assert {backup.path for backup in list_backups(folder.path)} == set(good)
    assert all(len(titles(path)) == 40 for path in good)


def test_what_hinders_a_backup_hinders_nothing_else(folder, caplog):
    folder.backups.write_text("in the way")
    backups.keep_backup(folder)
    assert "no backup of the catalogue could be made" in caplog.text


def test_one_process_at_a_time_makes_one(folder):
    backups.make_backup(folder)
    with holding(folder.backups / "backup.lock", JobError), pytest.raises(JobError, match=f"Process {os.getpid()}"):
        backups.make_backup(folder)


def test_what_is_put_back_is_the_backup_and_what_was_there_is_kept(folder):
    add_job(folder, "before")
    backup = backups.make_backup(folder)
    add_job(folder, "after")
    aside = backups.restore_backup(folder, backup)
    assert titles(folder.catalogue) == ["before"]
    assert titles(aside) == ["before", "after"]
    assert titles(backup.path) == ["before"]


def test_a_log_of_the_lost_catalogue_is_not_played_into_the_one_that_is_put_back(folder):
    add_job(folder, "before")
    backup = backups.make_backup(folder)
    with read_catalogue(folder) as held:
        held.execute("SELECT * FROM job").fetchall()
        add_job(folder, "after")
        kept = shutil.copy(folder.path / "catalogue.db-wal", folder.path / "copy")
    folder.catalogue.unlink()
    shutil.move(kept, folder.path / "catalogue.db-wal")
    with pytest.raises(DamagedCatalogueError, match="is missing"):
        open_workspace(folder.path)
    assert backups.restore_backup(folder, backup) is None
    assert titles(folder.catalogue) == ["before"]


def test_a_damaged_backup_is_not_put_back(folder):
    for number in range(40):
        add_job(folder, f"{number} " + "x" * 400)
    backup = backups.make_backup(folder)
    ruin(backup.path)
    before = folder.catalogue.read_bytes()
    with pytest.raises(WorkspaceError, match="damaged"):
        backups.restore_backup(folder, backup)
    assert folder.catalogue.read_bytes() == before


PAUSE = """
import sqlite3, sys, time
from pathlib import Path
from vidviz.store import files
from vidviz.store.recovery import backup_files, backups
from vidviz.workspace_folder import WorkspaceFolder
folder = WorkspaceFolder(Path(sys.argv[1]))
stop, action = int(sys.argv[2]), sys.argv[3]
def pause(at, before):
    def paused(*args, **options):
        if at == stop:
            print("here", flush=True)
            time.sleep(60)
        return before(*args, **options)
    return paused
backups.find_damage = pause(0, backups.find_damage)
files._sync = pause(1, files._sync)
files.sync_folder = pause(2, files.sync_folder)
backups.sync_folder = pause(3, backups.sync_folder)
if action == "make":
    backups.make_backup(folder)
else:
    backups.restore_backup(folder, backup_files.list_backups(folder.path)[0])
"""


@pytest.mark.parametrize(("action", "moments"), [("make", 3), ("restore", 4)])
def test_killed_at_any_moment_it_leaves_whole_files(folder, action, moments):
    add_job(folder, "one")
    backups.make_backup(folder)
    for moment in range(moments):
        command = [sys.executable, "-c", PAUSE, folder.path, str(moment), action]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": ":".join(sys.path)}
        )
        assert process.stdout.readline() == b"here\n"
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert all(titles(backup.path) == ["one"] for backup in list_backups(folder.path))
        if not folder.catalogue.exists():  # the one was put aside, the other is not yet in its place
            with pytest.raises(DamagedCatalogueError, match=r"is missing, .* `vidviz restore"):
                open_workspace(folder.path)
            backups.restore_backup(folder, list_backups(folder.path)[0])
        assert titles(folder.catalogue) == ["one"]
    backups.restore_backup(folder, backups.make_backup(folder))
    assert list(folder.path.rglob(".writing-*")) == []
