"""What commands refuse: one sentence each, as {"error", "kind"} and exit code 1."""

from __future__ import annotations

import os

import pytest


@pytest.mark.parametrize(
    ("arguments", "kind", "sentence"),
    [
        (["search", "--clip", "17"], "WorkspaceError", "There is no clip 17 in this workspace"),
        (["search"], "SearchIndexError", "Nothing is asked for: choose a clip, a video, a picture or a sentence"),
        (["search", "--image", "none.png"], "MediaError", "none.png cannot be read: No such file"),
        (["index", "bring-in", "none.npz", "--name", "x"], "WorkspaceError", "none.npz cannot be read"),
        (["search", "--clip", "17", "--set", "nope"], "WorkspaceError", "There is no embedding set 'nope'"),
        (["embed", "--backbone", "r3d18"], "UnknownNameError", "Nearest: r3d_18"),
        (["embed", "--backbone", "r3d_18", "--weights", "KINETICS_V1"], "UnknownNameError", "Nearest: KINETICS400_V1"),
        (["embed", "--backbone", "simple3d", "--recipe", "shots-9-9-keep"], "WorkspaceError", "There are clips by"),
        (["inspect", "--clip", "17", "--backbone", "simple3d"], "WorkspaceError", "There is no clip 17"),
        (["map", "--set", "nope"], "WorkspaceError", "There is no embedding set"),
        (["map", "--neighbours", "1"], "ProjectionError", "between 2 and 200"),
        (["export", "clips.xls"], "WorkspaceError", "should end in one of"),
        (["jobs", "cancel", "999"], "JobError", "There is no job 999"),
        (["jobs", "resume", "999"], "JobError", "There is no job 999"),
        (["jobs", "cancel", "1"], "JobError", "has ended already (done)"),
        (["index", "rebuild", "--set", "nope"], "WorkspaceError", "There is no embedding set"),
        (["import", "x", "--length", "0"], "RecipeError", "length_seconds must be between"),
        (["import", "x", "--stride", "0"], "RecipeError", "stride_seconds must be between"),
        (["import", "x", "--labels", "no.csv"], "LabelError", "'no.csv' cannot be read"),
    ],
)
def test_refusals(refusal, shelf, tmp_path, monkeypatch, arguments, kind, sentence):
    monkeypatch.chdir(tmp_path)
    answer = refusal(*arguments, "--workspace", shelf)
    assert answer["kind"] == kind
    assert sentence in answer["error"]
    assert "log_id" not in answer
    assert "log id" not in answer["error"]


def test_people_get_the_sentence_on_stderr(run, shelf):
    result = run("search", "--clip", "17", "--workspace", shelf)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("There is no clip 17 in this workspace.")


@pytest.mark.parametrize(
    "arguments",
    [
        ["search", "--clip", "x"],
        ["search", "--metric", "HAMMING"],
        ["index", "push"],
        ["import"],
        ["import", "a", "--recipe", "frames"],
        ["nonsense"],
    ],
)
def test_a_command_that_is_put_wrong_ends_with_code_2(run, tmp_path, arguments):
    result = run(*arguments, *(["--workspace", tmp_path] if arguments != ["nonsense"] else []))
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_a_bug_is_told_as_json_as_well(refusal, shelf, monkeypatch):
    def break_down(*_):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("vidviz.services.export.export_run.export_clips", break_down)
    answer = refusal("export", "clips.csv", "--workspace", shelf)
    log_id = answer["log_id"]
    assert answer == {
        "error": f"Something unforeseen went wrong: ZeroDivisionError: division by zero (log id {log_id})",
        "kind": "ZeroDivisionError",
        "log_id": log_id,
    }
    text = (shelf / "logs" / "vidviz.log").read_text()
    assert f"ERROR {os.getpid()} vidviz.log.told_errors [{log_id}] ‹division by zero›" in text
    assert "vidviz/cli/library_commands.py:" in text


def test_commands_that_read_make_no_workspace(refusal, tmp_path):
    for arguments in (
        ["jobs"],
        ["map"],
        ["search", "--clip", "1"],
        ["export", "a.csv"],
        ["embed", "--backbone", "r3d_18"],
    ):
        assert "There is no workspace in" in refusal(*arguments, "--workspace", tmp_path / "w")["error"]
    assert not (tmp_path / "w").exists()


def test_a_file_is_no_workspace(refusal, tmp_path):
    (tmp_path / "w").write_text("")
    assert "is a file, not a workspace folder" in refusal("jobs", "--workspace", tmp_path / "w")["error"]
