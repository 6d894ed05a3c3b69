"""What commands answer as JSON, and that what they print for people says the same."""

from __future__ import annotations

import json

import click
import numpy as np
import pandas as pd
import pytest

from vidviz.cli import main
from vidviz.cli.output import Answer

CONFTEST_EMBED = ("embed", "--backbone", "simple3d", "--layer", "conv1", "--precision", "float32", "--device", "cpu")


def leaves(command, name=""):
    """Every command that does something, with its path."""
    if not isinstance(command, click.Group):
        return [(name, command)]
    own = [(name, command)] if command.invoke_without_command else []
    return own + [leaf for key, sub in command.commands.items() for leaf in leaves(sub, f"{name} {key}".strip())]


@pytest.mark.parametrize(("name", "command"), leaves(main))
def test_every_command_has_json_workspace_and_a_sentence(name, command):
    options = {option for parameter in command.params for option in parameter.opts}
    assert {"--json", "--workspace"} <= options
    assert (command.help or "").rstrip().endswith(".")


def test_search_gives_hits_with_the_clip_itself_first(ask, library, clip):
    answer = ask("search", "--clip", clip, "-k", "5", "--workspace", library)
    assert len(answer["hits"]) == 5
    for hit in answer["hits"]:
        assert {"clip_id", "video", "start_seconds", "end_seconds", "score", "label"} <= hit.keys()
        assert isinstance(hit["clip_id"], int)
        assert hit["start_seconds"] < hit["end_seconds"]
    assert (answer["hits"][0]["clip_id"], answer["hits"][0]["score"]) == (clip, 1.0)
    scores = [hit["score"] for hit in answer["hits"]]
    assert scores == sorted(scores, reverse=True)
    left = ask("search", "--clip", clip, "-k", "4", "--leave-out-self", "--workspace", library)
    assert [hit["clip_id"] for hit in left["hits"]] == [hit["clip_id"] for hit in answer["hits"][1:]]


def test_labels_of_the_samples_come_with_the_hits(ask, library, clip):
    hits = ask("search", "--clip", clip, "-k", "100", "--workspace", library)["hits"]
    labels = {hit["video"]: hit["label"] for hit in hits}
    assert labels["slide-left_blue-disc_gradient.mp4"] == "slide left"


def test_search_for_people_shows_the_same_clips(run, ask, library, clip):
    text = run("search", "--clip", clip, "-k", "3", "--workspace", library).stdout
    hits = ask("search", "--clip", clip, "-k", "3", "--workspace", library)["hits"]
    *lines, last = text.splitlines()
    assert [line.split()[1] for line in lines] == [str(hit["clip_id"]) for hit in hits]
    assert last == "Random weights: this network was never trained."


@pytest.mark.parametrize(("method", "dims"), [("pca", 2), ("pca", 3)])
def test_map_gives_a_place_to_every_clip(ask, library, method, dims):
    answer = ask("map", "--method", method, "--dims", str(dims), "--workspace", library)
    assert answer["method"] == method
    clips = {point["clip_id"] for point in answer["points"]}
    assert len(clips) == len(answer["points"]) > 4
    assert all(isinstance(point[axis], float) for point in answer["points"] for axis in "xyz"[:dims])


def test_backbones_say_what_one_must_know_before_loading(ask):
    rows = {row["name"]: row for row in ask("backbones")["backbones"]}
    assert {"simple3d", "r3d_18", "resnet50"} <= rows.keys()
    assert rows["r3d_18"]["state"] == "to download"
    assert rows["r3d_18"]["weights"][0]["licence"]
    assert {"embedding_size", "parameters_millions", "gmacs", "memory_gib", "frames"} <= rows["r3d_18"].keys()


def test_inspect_tells_the_layers_and_writes_their_activations(ask, library, clip, tmp_path):
    out = tmp_path / "layers.npz"
    answer = ask(
        "inspect", "--clip", clip, "--backbone", "simple3d", "--layer", "conv1", "--out", out, "--workspace", library
    )
    assert (answer["clip_id"], answer["backbone"], answer["weights"]) == (clip, "simple3d", "random")
    (layer,) = answer["layers"]
    assert layer["layer"] == "conv1"
    with np.load(out) as file:
        assert list(file["conv1"].shape) == layer["shape"]
        assert file["conv1"].mean() == pytest.approx(layer["mean"], abs=1e-4)


@pytest.mark.parametrize(
    ("arguments", "offer"),
    [
        (["embed", "--backbone", "simple3d", "--layer", "conv3"], "Nearest: conv2, conv1"),
        (["embed", "--backbone", "simple3d", "--layer", "pool2", "--device", "cpuu"], "Nearest: cpu"),
        (["inspect", "--clip", "CLIP", "--backbone", "simple3d", "--layer", "conv3"], "Nearest: conv2, conv1"),
    ],
)
def test_names_that_only_the_network_knows_offer_the_nearest(refusal, library, clip, arguments, offer):
    answer = refusal(*[str(clip) if part == "CLIP" else part for part in arguments], "--workspace", library)
    assert answer["kind"] == "UnknownNameError"
    assert offer in answer["error"]


def test_export_names_what_it_wrote(ask, library, tmp_path):
    answer = ask("export", tmp_path / "clips.parquet", "--set", "simple3d", "--workspace", library)
    assert answer == {"files": [str(tmp_path / "clips.parquet"), str(tmp_path / "clips.npz")]}
    assert len(pd.read_parquet(tmp_path / "clips.parquet")) > 4


def test_index_is_checked_and_rebuilt(ask, library):
    rows = ask("index", "check", "--workspace", library)["sets"]
    assert [(row["missing"], row["extra"]) for row in rows] == [(0, 0)]
    rebuilt = ask("index", "rebuild", "--set", "simple3d", "--workspace", library)["rebuilt"]
    assert rebuilt == [{"set": rows[0]["set"], "rows": rows[0]["stored"]}]


def test_jobs_are_listed_wherever_the_workspace_is_named(ask, library):
    listed = ask("jobs", "--workspace", library)["jobs"]
    assert {"import", "embed"} <= {job["kind"] for job in listed}
    assert [job["state"] for job in listed[-2:]] == ["done", "done"]
    assert ask("jobs", "list", "--workspace", library)["jobs"] == listed
    assert ask("jobs", "--workspace", library, "list")["jobs"] == listed


def test_embedding_again_names_the_same_set_and_computes_nothing(ask, library):
    answer = ask(*CONFTEST_EMBED, "--workspace", library)
    assert answer["state"] == "done"
    assert answer["message"].startswith("0 clips embedded")
    # Nobody asked for random weights, but this network has no others.
    assert answer["message"].endswith(" Random weights: this network was never trained.")
    assert answer["set"] == ask("index", "check", "--workspace", library)["sets"][0]["set"]


def test_doctor_finds_the_workspace(ask, library):
    findings = {row["name"]: row for row in ask("doctor", "--workspace", library)["findings"]}
    assert findings["workspace"]["fine"]
    assert "4 videos" in findings["workspace"]["text"]


def test_json_is_strict_whatever_the_numbers(capsys):
    answer = Answer(True, None)
    answer.give({"a": [float("nan"), 1.0], "b": (float("inf"),), "c": {"d": float("-inf")}, "e": "NaN"}, "")
    text = capsys.readouterr().out

    def refuse(name):
        raise AssertionError(name)

    assert json.loads(text, parse_constant=refuse) == {"a": [None, 1.0], "b": [None], "c": {"d": None}, "e": "NaN"}


def test_names_from_files_do_not_drive_the_terminal(run, ask, videos, tmp_path):
    hostile = tmp_path / "in/\x1b[2J\u202egp4.mp4"
    hostile.parent.mkdir()
    hostile.write_bytes(next(videos.glob("*.mp4")).read_bytes())
    result = run("import", hostile.parent, "--workspace", tmp_path / "w")
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    assert "\u202e" not in result.stdout
    again = ask("import", hostile.parent, "--workspace", tmp_path / "w")
    assert again["files"][0]["name"] == hostile.name


def test_what_is_removed_is_told_and_taken_back(ask, library, clip):
    there = ["--workspace", library]
    doomed = ask("remove", "clip", clip, "--dry-run", *there)
    assert doomed["counts"]["clip"] == 1
    assert ask("take-back", "--list", *there)["removals"] == []
    removed = ask("remove", "clip", clip, *there)
    assert removed["counts"] == doomed["counts"]
    assert [one["id"] for one in ask("take-back", "--list", *there)["removals"]] == [removed["id"]]
    swept = ask("gc", "--dry-run", "--days", "0", *there)
    assert [one["id"] for one in swept["removals"]] == [removed["id"]]
    assert swept["counts"]["pictures"] == 2
    assert ask("take-back", removed["id"], *there)["title"] == removed["title"]
    assert ask("search", "--clip", clip, "-k", "1", *there)["hits"][0]["clip_id"] == clip
