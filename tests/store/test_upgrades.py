"""A catalogue of an older version is brought up to date with all that is in it."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3

import pytest

from vidviz.errors import WorkspaceError
from vidviz.services.backbones.fed_frames import say_set_frames
from vidviz.services.library import contents, embedding_sets
from vidviz.services.library.workspaces import open_workspace
from vidviz.store import edits
from vidviz.store.catalogue import write_catalogue
from vidviz.store.recovery.backup_files import list_backups
from vidviz.store.schema import SCHEMA_VERSION, TABLES, UPGRADES

VIDEO = (
    "INSERT INTO video VALUES ('{id}', '{id}.mp4', '/videos/{id}.mp4', 0, 10, 'h264', 'mp4', 64, 48, 0, 25.0, 0, 100, "
    "4.0, 0.0, 0, 1, NULL, 1.0)"
)


@pytest.fixture
def version_1(tmp_path):
    """A workspace as version 1 left it: two clips of two videos, and a label column that is called tags."""
    path = tmp_path / "w"
    path.mkdir()
    db = sqlite3.connect(path / "catalogue.db")
    db.executescript(TABLES)
    for video in "ab":
        db.execute(VIDEO.format(id=video))
        db.execute("INSERT INTO clip VALUES (?, ?, 'windows-2-2-keep', 0.0, 2.0)", (ord(video), video))
    db.executemany("INSERT INTO label VALUES (?, ?, ?)", [("a", "label", "cat"), ("a", "tags", "old, words")])
    db.execute("INSERT INTO job (kind, title, arguments, state, created_at) VALUES ('map', 'Map', '{}', 'done', 1.0)")
    db.execute("PRAGMA user_version = 1")
    db.commit()
    db.close()
    return path


@pytest.fixture
def version_2(version_1):
    """A workspace as version 2 left it, with a set whose precision was recorded and whose sampling was not."""
    db = sqlite3.connect(version_1 / "catalogue.db")
    db.executescript(UPGRADES[1])
    fields = ("r3d_18", "random", "avgpool", "mean", "windows-2-2-keep")
    db.execute("INSERT INTO embedding_set VALUES ('d5cefe21977303d7', ?, ?, ?, ?, ?, 3, 'bfloat16', 1.0)", fields)
    db.execute("PRAGMA user_version = 2")
    db.commit()
    db.close()
    return version_1


def describe_tables(path):
    """Every table, index and trigger, as it was made."""
    db = sqlite3.connect(path / "catalogue.db")
    rows = db.execute(
        "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name"
    ).fetchall()
    db.close()
    return rows


def test_what_version_1_wrote_is_never_changed():
    # Catalogues out there were made by exactly this text: a change of the tables is a step in UPGRADES.
    assert hashlib.sha256(TABLES.encode()).hexdigest()[:16] == "c220b765bf3063be"


def test_what_an_older_catalogue_holds_is_kept(version_1):
    folder = open_workspace(version_1)
    table = contents.clip_table(folder).set_index("clip_id")
    assert table["label"].to_dict() == {ord("a"): "cat", ord("b"): None}
    assert table["video tags"].to_dict() == {ord("a"): "old, words", ord("b"): None}
    assert table["tags"].tolist() == ["", ""]
    with write_catalogue(folder) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
        assert db.execute("SELECT title FROM job").fetchall()[0][0] == "Map"
        assert edits.make_edit(db, "label", [ord("a"), ord("b")], "dog", "label").num_clips == 2
    assert contents.clip_table(folder)["label"].tolist() == ["dog", "dog"]


def test_a_set_of_before_keeps_its_key_and_is_said_to_be_spread(version_2):
    """So that its vectors, maps and index stay its own."""
    (found,) = embedding_sets.list_sets(open_workspace(version_2))
    assert found.key == "d5cefe21977303d7"
    assert (found.spec.sampling, found.spec.precision, found.spec.preprocessing) == ("spread", "bfloat16", "")
    assert say_set_frames(found.spec) == (
        "16 frames spread over the clip, made before sampling and preprocessing were recorded"
    )


def test_an_upgraded_catalogue_is_as_a_new_one(version_1, tmp_path):
    open_workspace(version_1)
    new = open_workspace(tmp_path / "new")
    assert describe_tables(version_1) == describe_tables(new.path)


def test_an_upgrade_that_fails_leaves_the_old_catalogue(version_1, monkeypatch):
    before = describe_tables(version_1)
    broken = {1: "CREATE TABLE half (id INTEGER) STRICT;\nCREATE TABLE clip (id INTEGER) STRICT;\n"}
    monkeypatch.setattr("vidviz.store.catalogue.UPGRADES", broken)
    with pytest.raises(Exception, match="already exists"):
        open_workspace(version_1)
    assert describe_tables(version_1) == before


def test_an_upgrade_keeps_a_copy_of_the_catalogue_as_it_was(version_1):
    before = describe_tables(version_1)
    open_workspace(version_1)
    (backup,) = list_backups(version_1)
    shutil.copy(backup.path, version_1 / "catalogue.db")
    assert describe_tables(version_1) == before


def test_no_upgrade_is_made_without_a_copy(version_1):
    before = describe_tables(version_1)
    (version_1 / "backups").write_text("in the way")
    with pytest.raises(WorkspaceError, match="backups"):
        open_workspace(version_1)
    assert describe_tables(version_1) == before
