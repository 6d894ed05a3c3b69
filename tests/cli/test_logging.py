"""Logging from the command line: --verbose, ids in answers, a failed job's id, and the report of doctor."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

from vidviz.log.log_file import log_path
from vidviz.services import jobs
from vidviz.services.library.workspaces import open_workspace
from vidviz.store.catalogue import read_catalogue

LOG_ID = re.compile(r"\(log id ([0-9a-f]{6})\)$")


@pytest.fixture
def own(shelf, tmp_path):
    """A copy of the workspace, to break."""
    return shutil.copytree(shelf, tmp_path / "own")


@pytest.mark.parametrize("arguments", [["-v", "search"], ["search", "--verbose"]])
def test_verbose_tells_what_is_done_on_stderr_and_leaves_the_answer_alone(run, own, arguments):
    folder = open_workspace(own)
    with read_catalogue(folder) as db:
        clip = db.execute("SELECT id FROM clip").fetchone()[0]
    told = run(*arguments, "--clip", str(clip), "--workspace", own, "--json")
    assert len(json.loads(told.stdout)["hits"]) > 1
    assert re.search(r" DEBUG \d+ vidviz\.services\.search\.search_run search took [\d.]+ ms", told.stderr)
    quiet = run("search", "--clip", str(clip), "--workspace", own, "--json")
    assert json.loads(quiet.stdout)["hits"] == json.loads(told.stdout)["hits"]
    assert quiet.stderr == ""


def test_a_failure_shows_the_id_of_its_traceback_in_both_kinds_of_answer(run, refusal, own):
    [shard] = (own / "vectors").rglob("*.npz")
    shard.write_bytes(b"damaged")
    told = run("map", "--workspace", own)
    assert told.exit_code == 1
    log_id = LOG_ID.search(told.stderr.strip())[1]
    assert "Traceback" not in told.stderr
    assert told.stderr.count("\n") == 1
    answer = refusal("map", "--workspace", own)
    assert answer["kind"] == "WorkspaceError"
    assert LOG_ID.search(answer["error"])[1] == answer["log_id"]
    text = log_path(own).read_text()
    assert f"[{log_id}] ‹The vectors in '{shard.name}'" in text
    assert f"[{answer['log_id']}] ‹The vectors in " in text
    assert "vidviz/store/vectors.py:" in text


def test_a_job_that_fails_shows_the_same_id_in_the_catalogue_and_in_its_log(own):
    folder = open_workspace(own)
    job_id = jobs.add_job(folder, "embed", "Embed", {"no_such_argument": 1})
    command = [sys.executable, "-m", "vidviz", "jobs", "run", str(job_id), "--workspace", str(own)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    message = jobs.find_job(folder, job_id).message
    assert message.startswith("Something unforeseen went wrong: TypeError: ")
    log_id = LOG_ID.search(message)[1]
    assert ended.stderr.strip().endswith(f"(log id {log_id})")
    assert "vidviz/services/embedding/embed_run.py:" in ended.stderr  # which is jobs/N.log, as ever
    text = log_path(own).read_text()
    assert text.count(f"[{log_id}]") == 1
    assert f"job {job_id} (embed) begins" in text
    assert f"job {job_id} ends as failed" in text


def test_a_command_on_no_workspace_leaves_no_log_and_shows_no_id(run, tmp_path):
    told = run("jobs", "--workspace", tmp_path)
    assert "There is no workspace" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_doctor_says_where_the_log_is_and_packs_a_report(run, ask, own, tmp_path, monkeypatch):
    findings = {found["name"]: found["text"] for found in ask("doctor", "--workspace", own)["findings"]}
    assert str(log_path(own)) in findings["log"]
    monkeypatch.chdir(tmp_path)
    told = run("doctor", "--workspace", own, "--bundle")
    assert told.exit_code == 0
    assert "vidviz-doctor.zip holds\n  about.json: versions, platform" in told.stdout
    assert "Names, paths, labels and sentences are left out; --with-names keeps them." in told.stdout
    with zipfile.ZipFile("vidviz-doctor.zip") as packed:
        whole = "".join(packed.read(name).decode() for name in packed.namelist())
    assert str(tmp_path) not in whole
    assert "slide-left" not in whole
    assert "exists already" in run("doctor", "--workspace", own, "--bundle").stderr
    named = run("doctor", "--workspace", own, "--bundle", "named.zip", "--with-names")
    assert "look through it before you pass it on" in named.stdout
    with zipfile.ZipFile("named.zip") as packed:
        assert str(own) in packed.read("about.json").decode()
