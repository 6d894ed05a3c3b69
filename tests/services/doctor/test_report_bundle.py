"""The report for those who help: what is in it, and what must not be."""

from __future__ import annotations

import json
import logging
import zipfile

import numpy as np
import pytest

from vidviz.errors import MediaError, WorkspaceError
from vidviz.log import process_log
from vidviz.log.told_errors import sentence_of
from vidviz.services.doctor.examination import Finding
from vidviz.services.doctor.report_bundle import pack_bundle
from vidviz.store.catalogue import write_catalogue
from vidviz.store.schema import SCHEMA_VERSION

SECRETS = ("pa55word", "t0ken-secret")
PERSONAL = ("holiday", "grandma", "my host", "a dog jumps", "host.example")
FINDINGS = [Finding("disk", True, "free for /home/grandma"), Finding("milvus", False, "my host is gone")]


@pytest.fixture
def lived_in(folder, fill, monkeypatch):
    """A workspace with videos, jobs and a log in which secrets and names were said."""
    monkeypatch.setenv("VIDVIZ_MILVUS_URI", f"http://somebody:{SECRETS[0]}@host.example:1")
    monkeypatch.setenv("VIDVIZ_MILVUS_TOKEN", SECRETS[1])
    monkeypatch.setenv("VIDVIZ_WORKSPACE", "/home/grandma")
    monkeypatch.setenv("VIDVIZ_LOG_LEVEL", "DEBUG")
    fill(folder, np.ones((3, 4)))
    (folder.videos / "holiday.mp4").write_bytes(b"12345")
    (folder.path / "grandma.txt").write_text("notes")
    (folder.jobs / "1.log").write_text(f"importing holiday.mp4 with {SECRETS[1]}")
    process_log.start(folder.path)
    logger = logging.getLogger("vidviz.tests")
    logger.info("imported %s for %s with %s", "holiday.mp4", "grandma's film", SECRETS[1])
    logging.getLogger("pymilvus").error("no answer from my host with %s", SECRETS[0])
    try:
        raise KeyError("a dog jumps")
    except KeyError as error:
        sentence_of(error)
    sentence_of(MediaError("holiday.mp4 is damaged"))
    process_log.stop()
    return folder


def unpack(path):
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


def test_it_holds_no_secret_and_no_name(lived_in, tmp_path):
    made = pack_bundle(lived_in.path, tmp_path / "report.zip", FINDINGS)
    parts = unpack(made.path)
    assert parts.keys() == made.entries.keys() == {"about.json", "log/vidviz.log"}
    whole = made.path.name + "".join(parts) + "".join(parts.values())
    assert not [word for word in (*SECRETS, *PERSONAL, str(tmp_path)) if word in whole]
    assert "vidviz.tests imported ‹…› for ‹…› with ‹…›" in parts["log/vidviz.log"]
    assert "KeyError: ‹…›" in parts["log/vidviz.log"]
    about = json.loads(parts["about.json"])
    assert about["catalogue"]["schema"] == about["catalogue"]["newest_schema"] == SCHEMA_VERSION
    assert about["catalogue"]["rows"] | {"video": 3, "clip": 3, "embedding_set": 1} == about["catalogue"]["rows"]
    assert about["folders"]["videos"] == {"files": 1, "bytes": 5}
    assert about["folders"]["other"] == {"files": 1, "bytes": 5}
    settings = {
        name: value for name, value in about["settings"].items() if name not in ("TORCH_HOME", "OMP_NUM_THREADS")
    }
    assert settings == {
        "VIDVIZ_LOG_LEVEL": "DEBUG",
        "VIDVIZ_WORKSPACE": "(set)",
        "VIDVIZ_MILVUS_URI": "(set)",
        "VIDVIZ_MILVUS_TOKEN": "(set)",
        "index": "a Milvus server",
    }
    assert about["checks"] == [{"name": "disk", "fine": True}, {"name": "milvus", "fine": False}]
    assert about["packages"]["torch"]
    assert "pytest" not in about["packages"]


def test_with_names_it_holds_them_and_no_secret(lived_in, tmp_path):
    parts = unpack(pack_bundle(lived_in.path, tmp_path / "report.zip", FINDINGS, with_names=True).path)
    assert parts.keys() == {"about.json", "log/vidviz.log", "jobs/1.log"}
    whole = "".join(parts.values())
    assert not [word for word in SECRETS if word in whole]
    assert all(word in whole for word in PERSONAL)
    assert json.loads(parts["about.json"])["workspace"] == str(lived_in.path)
    assert parts["jobs/1.log"] == "importing holiday.mp4 with ***"


def test_a_file_that_is_there_is_not_overwritten(lived_in, tmp_path):
    (tmp_path / "report.zip").write_text("mine")
    with pytest.raises(WorkspaceError, match="exists already"):
        pack_bundle(lived_in.path, tmp_path / "report.zip", [])
    assert (tmp_path / "report.zip").read_text() == "mine"


def test_it_is_made_of_a_workspace_in_any_state(folder, tmp_path):
    with write_catalogue(folder) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    newer = json.loads(unpack(pack_bundle(folder.path, tmp_path / "newer.zip", []).path)["about.json"])
    assert newer["catalogue"]["schema"] == SCHEMA_VERSION + 1
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "catalogue.db").write_bytes(b"no database at all" * 100)
    broken = json.loads(unpack(pack_bundle(tmp_path / "broken", tmp_path / "broken.zip", []).path)["about.json"])
    assert broken["catalogue"] == {"there": True, "error": "DatabaseError"}
    none = json.loads(unpack(pack_bundle(tmp_path / "none", tmp_path / "none.zip", []).path)["about.json"])
    assert (none["catalogue"], none["folders"]) == ({"there": False}, {})
    with pytest.raises(WorkspaceError, match="could not be written"):
        pack_bundle(folder.path, tmp_path / "no" / "folder.zip", [])
