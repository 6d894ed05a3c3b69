"""Every kind of broken file through `vidviz import`: a status and a sentence each, and the rest goes on."""

from __future__ import annotations

import shutil

import pytest

FAILED = {
    "empty.mp4": "empty.mp4 is empty (0 bytes)",
    "garbage.mp4": "garbage.mp4 is not a video that can be read",
    "text.mp4": "text.mp4 is not a video that can be read",
    "playlist.mp4": "playlist.mp4 is not a video that can be read",
    "absurd.y4m": "absurd.y4m claims pictures of 12336 x 12336 pixels",
    "sound.mp4": "sound.mp4 has only sound, no picture",
    "unknown-codec.mp4": "unknown-codec.mp4 is coded in a way that no decoder here can read",
}
FINE = {
    "good.mp4",
    "one-frame.mp4",
    "pixel.mkv",
    "raw.h264",
    "order.avi",
    "live.mkv",
    "latin.mkv",
    "-dash-.mp4",
    "'; DROP TABLE video; --.mp4",
    'two\nlines "quoted".mp4',
    "<script>alert(1)<.mp4",
}


@pytest.fixture(scope="module")
def imported(vidviz, broken_videos, tmp_path_factory):
    """The answer of an import of all of them, and the workspace."""
    workspace = tmp_path_factory.mktemp("broken") / "w"
    ended = vidviz("import", broken_videos, "--workspace", workspace)
    assert ended.code == 0, ended.stderr
    return ended.answer, workspace


def entry(imported, name):
    (found,) = [file for file in imported[0]["files"] if file["name"] == name]
    return found


def test_every_file_has_an_entry(imported, broken_videos):
    assert sorted(file["name"] for file in imported[0]["files"]) == sorted(
        path.name for path in broken_videos.iterdir()
    )
    for file in imported[0]["files"]:
        assert file["status"] in ("ok", "duplicate", "partial", "failed")
        assert ("reason" in file) == (file["status"] != "ok")
        assert (file["clips"] > 0) == (file["status"] != "failed")


@pytest.mark.parametrize(("name", "sentence"), FAILED.items())
def test_what_is_no_video_says_why(imported, name, sentence):
    found = entry(imported, name)
    assert (found["status"], found["clips"]) == ("failed", 0)
    assert found["reason"].startswith(sentence)
    assert found["reason"].endswith(".")
    assert "/" not in found["reason"]


@pytest.mark.parametrize("name", sorted(FINE))
def test_what_only_looks_broken_is_imported(imported, name):
    found = entry(imported, name)
    assert (found["status"], found["clips"]) == ("ok", 1), found


def test_good_frames_of_a_truncated_file_are_kept_and_the_loss_is_told(imported):
    found = entry(imported, "truncated.mkv")
    assert found["status"] == "partial"
    assert found["clips"] >= 1
    assert "frames were read" in found["reason"]


def test_the_same_content_by_another_name_is_a_duplicate(imported):
    states = {entry(imported, name)["status"] for name in ("good.mp4", "zz-same-again.mp4")}
    assert states == {"ok", "duplicate"}
    assert entry(imported, "good.mp4")["video"] == entry(imported, "zz-same-again.mp4")["video"]


def test_importing_all_again_adds_nothing(vidviz, imported, broken_videos):
    ended = vidviz("import", broken_videos, "--workspace", imported[1])
    for file in ended.answer["files"]:
        assert file["status"] == ("failed" if file["name"] in FAILED else "duplicate")
    assert ended.answer["message"] == f"0 imported, {len(FINE) + 2} duplicate, {len(FAILED)} failed."


def test_a_table_of_labels_that_names_unknown_videos_is_used_and_told(vidviz, sample, tmp_path):
    shutil.copy(sample, tmp_path / "a.mp4")
    table = tmp_path / "table.csv"
    table.write_text("video,label,motion\na.mp4,disc,left\nghost.mp4,x,y\n")
    ended = vidviz("import", tmp_path / "a.mp4", "--labels", table, "--workspace", tmp_path / "w")
    assert ended.answer["message"] == ("1 imported. table.csv names 1 video not among these files: 'ghost.mp4'.")


def test_nothing_to_import_is_told(vidviz, tmp_path):
    (tmp_path / "empty").mkdir()
    ended = vidviz("import", tmp_path / "empty", tmp_path / "missing.mp4", "--workspace", tmp_path / "w")
    assert (ended.code, ended.answer["kind"]) == (1, "NothingImportedError")
    assert [(file["status"], file["reason"]) for file in ended.answer["files"]] == [
        ("failed", "missing.mp4 does not exist (any more).")
    ]
    assert ended.answer["error"] == (
        "Nothing was imported, 1 file failed: missing.mp4 does not exist (any more). "
        "The folder 'empty' holds no videos."
    )


@pytest.mark.parametrize("what", ["empty", "missing.mp4", "garbage.mp4", "texts"])
def test_an_import_that_brings_nothing_in_fails_and_leaves_no_workspace_that_was_not_there(
    vidviz, sample, tmp_path, what
):
    (tmp_path / "empty").mkdir()
    (tmp_path / "garbage.mp4").write_bytes(bytes(1000))
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/notes.txt").write_text("no video")
    ended = vidviz("import", tmp_path / what, "--workspace", tmp_path / "w")
    assert (ended.code, ended.answer["kind"]) == (1, "NothingImportedError")
    assert ended.answer["error"].startswith("Nothing was imported")
    assert not (tmp_path / "w").exists()
    assert vidviz("import", sample, "--workspace", tmp_path / "w").code == 0
    again = vidviz("import", tmp_path / what, "--workspace", tmp_path / "w")
    assert (again.code, again.answer["error"]) == (1, ended.answer["error"])
    jobs = vidviz("jobs", "--workspace", tmp_path / "w").answer["jobs"]
    assert [job["state"] for job in jobs] == ["failed", "done"]
    assert jobs[0]["message"] == again.answer["error"]
    assert vidviz("import", sample, tmp_path / what, "--workspace", tmp_path / "w").code == 0


def test_a_label_table_that_cannot_be_read_leaves_no_workspace_either(vidviz, sample, tmp_path):
    ended = vidviz("import", sample, "--labels", tmp_path / "no.csv", "--workspace", tmp_path / "w")
    assert (ended.code, ended.answer["kind"]) == (1, "LabelError")
    assert not (tmp_path / "w").exists()
