"""A full disk: told in a sentence, nothing stored is lost, and the same command goes on when there is room.

The disk is made full by the limit on the size of a file: writes beyond it fail as they do when no space is left.
"""

from __future__ import annotations

import errno

import pytest

from vidviz.errors import WorkspaceError
from vidviz.store.files import replace_file

PADDING_BYTES = 4_000_000
LIMIT_BYTES = 2_000_000


@pytest.fixture
def videos(copy_samples, tmp_path):
    """Three videos; the last is larger than the limit (an MP4 may hold free space)."""
    folder = copy_samples(tmp_path / "videos", 3)
    last = max(folder.iterdir())
    with last.open("ab") as file:
        file.write((PADDING_BYTES + 8).to_bytes(4, "big") + b"free" + bytes(PADDING_BYTES))
    return folder


def test_an_import_that_fills_the_disk_says_so_and_goes_on_later(vidviz, videos, tmp_path):
    workspace = tmp_path / "w"
    full = vidviz("import", videos, "--keep", "--workspace", workspace, file_bytes=LIMIT_BYTES)
    assert full.code == 1, full.stderr
    assert full.answer["kind"] == "WorkspaceError"
    assert full.answer["error"].startswith("The disk is full: ")
    assert "free some space and run the same command again" in full.answer["error"]
    assert "Traceback" not in full.stderr
    (job,) = vidviz("jobs", "--workspace", workspace).answer["jobs"]
    assert (job["state"], job["message"]) == ("failed", full.answer["error"])
    stored = sorted(path.name for path in (workspace / "videos").iterdir())
    assert all(not name.startswith(".") for name in stored)
    again = vidviz("import", videos, "--keep", "--workspace", workspace)
    assert again.code == 0
    assert [file["status"] for file in again.answer["files"]].count("ok") == 3 - len(stored)
    assert len(list((workspace / "videos").iterdir())) == 3


def write_until_full(path, number):
    with replace_file(path) as file:
        file.write(b"half")
        raise OSError(number, "full")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_every_way_of_being_full_leaves_the_old_file_whole(tmp_path, number):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(WorkspaceError, match="The disk is full"):
        write_until_full(path, number)
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["a.bin"]
