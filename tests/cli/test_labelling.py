"""vidviz label: labels and tags from the command line, and the way back."""

from __future__ import annotations

import json
import shutil

import pytest


@pytest.fixture
def workspace(shelf, tmp_path):
    """A workspace of this test's own."""
    return shutil.copytree(shelf, tmp_path / "w")


@pytest.fixture
def rows(workspace, tmp_path, ask):
    """What the table of clips says now, by clip."""

    def read():
        ask("export", tmp_path / "clips.json", "--workspace", workspace)
        return {row["clip_id"]: row for row in json.loads((tmp_path / "clips.json").read_text())}

    return read


@pytest.fixture
def clips(rows):
    """Two of its clips."""
    return list(rows())[:2]


def test_labels_and_tags_are_given_and_taken_back(ask, run, workspace, clips, rows):
    named = [word for clip in clips for word in ("--clip", clip)]
    before = rows()
    answer = ask("label", *named, "--value", "jump", "--workspace", workspace)
    assert answer["edit"] == {"kind": "label", "column": "label", "value": "jump", "clips": 2}
    assert answer["message"] == "Done: label 'jump' on 2 clips."
    ask("label", *named[:2], "--value", "7", "--column", "rating", "--workspace", workspace)
    ask("label", *named, "--tag", "seen", "--workspace", workspace)
    ask("label", *named[:2], "--untag", "seen", "--workspace", workspace)
    now = rows()
    assert [(now[clip]["label"], now[clip]["rating"], now[clip]["tags"]) for clip in clips] == [
        ("jump", "7", ""),
        ("jump", None, "seen"),
    ]
    text = run("label", "--undo", "--workspace", workspace).stdout
    assert text == "Undone: tag 'seen' off 1 clip.\n"
    assert ask("label", "--redo", "--workspace", workspace)["message"] == "Done again: tag 'seen' off 1 clip."
    for _ in range(4):
        ask("label", "--undo", "--workspace", workspace)
    assert rows() == before
    assert ask("label", "--undo", "--workspace", workspace) == {"edit": None, "message": "There is nothing to undo."}


def test_an_empty_value_takes_the_label_away(ask, workspace, clips, rows):
    answer = ask("label", "--clip", clips[0], "--value", "", "--workspace", workspace)
    assert answer["message"] == "Done: label taken away from 1 clip."
    assert rows()[clips[0]]["label"] is None
    assert ask("label", "--clip", clips[0], "--value", "", "--workspace", workspace)["edit"] is None


def test_what_cannot_be_done_is_refused(refusal, workspace, clips):
    def refuse(*words):
        return refusal("label", *words, "--workspace", workspace)["error"]

    assert "There is no clip 5 " in refuse("--clip", "5", "--value", "x")
    assert "a column 'cluster' of their own" in refuse("--clip", clips[0], "--value", "x", "--column", "cluster")
    assert "no comma" in refuse("--clip", clips[0], "--tag", "a,b")
    assert "There is no workspace" in refusal("label", "--undo", "--workspace", workspace / "nowhere")["error"]


@pytest.mark.parametrize(
    "words", [(), ("--value", "x"), ("--clip", "1"), ("--clip", "1", "--undo"), ("--value", "x", "--tag", "y")]
)
def test_half_a_command_is_explained(run, workspace, words):
    result = run("label", *words, "--workspace", workspace)
    assert result.exit_code == 2
    assert "--value" in result.output or "--clip" in result.output


def test_hostile_texts_do_not_reach_the_terminal(run, workspace, clips):
    result = run("label", "--clip", clips[0], "--value", "a\u202eb", "--workspace", workspace)
    assert result.stdout == "Done: label 'a?b' on 1 clip.\n"
