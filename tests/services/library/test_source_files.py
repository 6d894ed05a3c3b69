"""Whether a video's file is still what was imported: seen by its state, and read where that leaves a doubt."""

from __future__ import annotations

import os
import shutil

import pytest

from vidviz.errors import MediaError
from vidviz.services.importing.import_run import ImportRequest, import_videos
from vidviz.services.library import contents, source_files
from vidviz.services.library.source_files import intact_path, is_unchanged, say_changed
from vidviz.store import videos
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.ui.components.media import WorkspaceMedia

CHANGED = r"film\.mp4 has changed since it was imported; import it again\."


@pytest.fixture
def path(make_video):
    return make_video("film.mp4", seconds=1.0)


@pytest.fixture
def find(folder, path):
    """The imported video, as the catalogue has it at the moment."""
    (item,) = import_videos(folder, ImportRequest((str(path),))).items
    return lambda: contents.find_video(folder, item.video_id)


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    return bytes(content)


def overwrite(path):
    path.write_bytes(flip(path))


def overwrite_and_set_its_time_back(path):
    before = path.stat()
    path.write_bytes(flip(path))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def swap(path):
    other = path.with_name("other")
    other.write_bytes(flip(path))
    shutil.copystat(path, other)
    other.replace(path)


def point_elsewhere(path):
    other = path.with_name("other")
    other.write_bytes(flip(path))
    shutil.copystat(path, other)
    path.unlink()
    path.symlink_to(other)


def grow(path):
    with path.open("ab") as file:
        file.write(b"more")


@pytest.mark.parametrize("change", [overwrite, overwrite_and_set_its_time_back, swap, point_elsewhere, grow])
def test_another_file_in_the_place_of_a_video_is_noticed_and_not_played(folder, path, find, change, monkeypatch):
    monkeypatch.setattr(WorkspaceMedia, "_folder", folder)
    assert WorkspaceMedia().video_path(find().id) == path
    change(path)
    assert not is_unchanged(folder, find())
    with pytest.raises(MediaError, match=CHANGED):
        intact_path(folder, find())
    assert WorkspaceMedia().video_path(find().id) is None


def rewrite(path):
    path.write_bytes(path.read_bytes())


def move_there_and_back(path):
    path.rename(path.with_name("away")).rename(path)


def copy_over(path):
    shutil.copyfile(path, path.with_name("copy"))
    path.with_name("copy").replace(path)


def look_at(path):
    path.chmod(0o600)
    os.utime(path)


@pytest.mark.parametrize("touch", [rewrite, move_there_and_back, copy_over, look_at])
def test_the_same_content_in_another_state_is_read_once_and_remembered(folder, path, find, touch, monkeypatch):
    touch(path)
    assert is_unchanged(folder, find())
    assert find().file_state == source_files.file_state(path)
    monkeypatch.setattr(source_files, "_hash_in", lambda *_: pytest.fail("it was read again"))
    assert is_unchanged(folder, find())
    assert intact_path(folder, find()) == path


def test_a_video_of_an_older_catalogue_is_read_once_and_changes_nothing_that_people_see(folder, path, find):
    with write_catalogue(folder) as db:
        videos.note_state(db, find().id, "")
    before = contents.read_revision(folder)
    assert is_unchanged(folder, find())
    assert find().file_state == source_files.file_state(path)
    assert contents.read_revision(folder) == before


def test_a_missing_file_is_no_changed_one(folder, path, find):
    path.unlink()
    assert not is_unchanged(folder, find())
    assert say_changed(folder, find()) == ""
    with read_catalogue(folder) as db:
        assert videos.count_videos(db) == 1
