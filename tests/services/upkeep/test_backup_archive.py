"""All that cannot be made again goes into one file, and comes out of it elsewhere."""

from __future__ import annotations

import shutil
import zipfile

import numpy as np
import pytest

from vidviz.errors import WorkspaceError
from vidviz.services.embedding.embed_run import EmbedRequest, embed_clips
from vidviz.services.importing.import_run import ImportRequest, import_videos, rebuild_previews
from vidviz.services.library import clip_annotations, contents, embedding_sets
from vidviz.services.library.workspaces import open_workspace
from vidviz.services.upkeep import backup_archive, removals
from vidviz.types import Recipe

SECOND = Recipe("windows", 1, 1)


@pytest.fixture
def packed(folder, make_video, tiny, tmp_path):
    """A workspace with a video of its own and one that lies elsewhere, embedded and labelled; and its backup."""
    for name, keep in (("a.mp4", False), ("b.mp4", True)):
        path = make_video(name, seconds=2.0, seed=int(keep))
        import_videos(folder, ImportRequest((str(path),), SECOND, keep=keep))
    embed_clips(folder, EmbedRequest("tiny", "random"))
    clip_annotations.set_label(folder, contents.clip_table(folder)["clip_id"][:1].tolist(), "jump")
    removals.remove(folder, removals.weigh(folder, "video", ["a.mp4"]))
    out = tmp_path / "disk" / "library.zip"
    backup_archive.write_archive(folder, out)
    return folder, out


def test_a_workspace_comes_out_as_it_went_in(packed, tmp_path):
    folder, out = packed
    before = contents.clip_table(folder)
    vectors = embedding_sets.load_embeddings(folder, "tiny").vectors
    shutil.rmtree(folder.path)
    done = backup_archive.read_archive(out, tmp_path / "new")
    made = open_workspace(tmp_path / "new")
    assert (done.videos, done.clips) == contents.count_library(made) == (1, 2)
    assert contents.clip_table(made).equals(before)
    np.testing.assert_array_equal(embedding_sets.load_embeddings(made, "tiny").vectors, vectors)
    (kept,) = made.videos.glob("*.mp4")
    assert contents.find_video(made, before["video_id"][0]).path == str(kept)
    assert [item.status for item in rebuild_previews(made).items] == ["ok"]  # from the video that it holds itself
    removals.take_back(made)
    assert contents.count_library(made) == (2, 4)
    assert "jump" in set(contents.clip_table(made)["label"])
    assert embedding_sets.count_embedded(made, embedding_sets.find_set(made).key) == 4


def test_what_can_be_made_again_is_not_packed(packed):
    folder, out = packed
    assert list(folder.previews.glob("*.webp"))
    with zipfile.ZipFile(out) as held:
        assert {name.split("/")[0] for name in held.namelist()} == {"catalogue.db", "vectors", "videos"}
        assert held.testzip() is None


def test_a_workspace_that_is_there_stays(packed):
    folder, out = packed
    with pytest.raises(WorkspaceError, match=r"a workspace .* already"):
        backup_archive.read_archive(out, folder.path)


def test_a_broken_off_reading_can_be_done_again(packed, tmp_path):
    _, out = packed

    def stop(done, _total, _message=""):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup_archive.read_archive(out, tmp_path / "new", stop)
    assert not (tmp_path / "new" / "catalogue.db").exists()
    assert backup_archive.read_archive(out, tmp_path / "new").videos == 1


def test_a_broken_off_packing_leaves_nothing(packed):
    folder, out = packed
    before = out.read_bytes()

    def stop(done, _total, _message=""):
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup_archive.write_archive(folder, out, stop)
    assert out.read_bytes() == before
    assert [path.name for path in out.parent.iterdir()] == [out.name]


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["catalogue.db", "../catalogue.db"],
        ["catalogue.db", "/etc/x"],
        ["catalogue.db", "videos/../../x"],
        ["catalogue.db", "catalogue.db"],
        ["catalogue.db", "vectors/0123456789abcdef/x.npz"],
        ["videos/" + "0" * 64 + ".mp4"],
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_other_archives_are_refused_before_anything_is_written(names, tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as packed:
        for name in names:
            packed.writestr(name, b"x")
    with pytest.raises(WorkspaceError, match="no backup of a workspace"):
        backup_archive.read_archive(tmp_path / "other.zip", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_what_is_no_archive_is_told(tmp_path, folder):
    (tmp_path / "text.zip").write_text("x")
    with pytest.raises(WorkspaceError, match=r"'text\.zip' cannot be read as a backup"):
        backup_archive.read_archive(tmp_path / "text.zip", tmp_path / "new")
    with pytest.raises(WorkspaceError, match="ends otherwise"):
        backup_archive.write_archive(folder, tmp_path / "library.tar")
