"""A file that grew or was exported anew under its name: no dead video stays without a word."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from vidviz.services import jobs
from vidviz.services.embedding import embed_run
from vidviz.services.embedding.embed_run import EmbedRequest
from vidviz.services.importing import file_importer
from vidviz.services.importing.import_run import ImportRequest, import_videos
from vidviz.services.library import clip_annotations, contents, embedding_sets
from vidviz.types import Recipe

SHORT = Recipe("windows", 0.5, 0.5)


def add(folder, *paths, **settings):
    return import_videos(folder, ImportRequest(tuple(map(str, paths)), SHORT, **settings)).items


def embed(folder):
    request = embed_run.request_arguments(EmbedRequest("tiny", precision="float32", device="cpu"))
    return jobs.run_here(folder, "embed", "Embed", request).message


@pytest.fixture
def exported(folder, make_video):
    """A file that was imported, and then exported anew under its name, twice as long; and its first video's id."""
    path = make_video("film.mp4", seconds=1.0)
    (item,) = add(folder, path)
    make_video("film.mp4", seconds=2.0, seed=7)
    return path, item.video_id


def test_the_new_content_takes_the_place_and_the_old_one_is_told_as_replaced(folder, exported, tiny):
    path, old = exported
    assert embed_fails(folder)
    (item,) = add(folder, path)
    assert (item.status, item.clips) == ("ok", 4)
    assert item.reason == "It takes the place of an older file, whose 2 clips are kept as replaced."
    assert contents.find_video(folder, old).replaced_by == item.video_id
    table = contents.clip_table(folder)
    assert dict(table.groupby("video").size()) == {"film.mp4": 4, "film.mp4 (replaced)": 2}
    assert embed(folder).startswith("4 clips embedded, 2 of replaced files left out")
    assert embed(folder).startswith("0 clips embedded, 4 were there already, 2 of replaced files left out")
    (described,) = embedding_sets.describe_sets(folder)
    assert (described.clips, described.embedded, described.failed) == (4, 4, 0)
    listed = contents.video_table(folder).set_index("status")
    assert listed["clips"].to_dict() == {"replaced": 2, "ok": 4}
    assert "Another file lies in its place now" in listed["reason"]["replaced"]


def embed_fails(folder):
    with pytest.raises(Exception, match=r"film\.mp4 has changed since it was imported"):
        embed(folder)
    return embedding_sets.list_sets(folder) == []


def test_labels_of_the_replaced_one_stay_and_come_back_with_its_content(folder, exported, make_video, tmp_path):
    path, old = exported
    clips = contents.clip_table(folder)["clip_id"].tolist()
    clip_annotations.set_label(folder, clips, "jump")
    shutil.copy(path, tmp_path / "new.mp4")
    (new,) = add(folder, path)
    make_video("film.mp4", seconds=1.0)
    (item,) = add(folder, path)
    assert item.video_id == old
    assert contents.find_video(folder, old).replaced_by == ""
    assert contents.find_video(folder, new.video_id).replaced_by == old
    table = contents.clip_table(folder).set_index("clip_id")
    assert set(table.loc[clips, "label"]) == {"jump"}
    assert set(table.loc[clips, "video"]) == {"film.mp4"}
    add(folder, tmp_path / "new.mp4")  # and the other, from where it lies now
    assert contents.find_video(folder, new.video_id).path == str(tmp_path / "new.mp4")
    assert {video.rsplit("/")[-1] for video in contents.clip_table(folder)["video"]} == {"film.mp4"}


def test_one_that_was_found_elsewhere_too_is_read_from_there(folder, make_video):
    path = make_video("film.mp4", seconds=1.0)
    other = Path(shutil.copy(path, path.with_name("copy.mp4")))
    ids = {item.video_id for item in add(folder, path, other)}
    assert len(ids) == 1
    old = ids.pop()
    for place in (path, other):
        if contents.find_video(folder, old).path == str(place):
            shutil.copy(make_video("new.mp4", seconds=2.0, seed=7), place)
            (item,) = add(folder, place)
            break
    assert item.reason is None
    video = contents.find_video(folder, old)
    assert (video.replaced_by, video.path) == ("", str(path if place == other else other))


def test_one_that_the_workspace_keeps_is_not_replaced(folder, make_video):
    path = make_video("film.mp4", seconds=1.0)
    (first,) = add(folder, path, keep=True)
    make_video("film.mp4", seconds=2.0, seed=7)
    (second,) = add(folder, path, keep=True)
    assert second.reason is None
    assert [contents.find_video(folder, item.video_id).replaced_by for item in (first, second)] == ["", ""]


def test_a_file_known_from_elsewhere_takes_a_place_too(folder, make_video):
    path, other = make_video("film.mp4", seconds=1.0), make_video("other.mp4", seconds=2.0, seed=7)
    ids = {item.name: item.video_id for item in add(folder, path, other)}
    shutil.copy(other, path)
    (item,) = add(folder, path)
    assert item.status == "duplicate"
    assert "It takes the place of an older file, whose 2 clips" in item.reason
    assert contents.find_video(folder, ids["film.mp4"]).replaced_by == ids["other.mp4"]


@pytest.mark.parametrize("keep", [False, True])
def test_a_file_that_grows_while_it_is_imported_fails_and_comes_in_later(folder, make_video, monkeypatch, keep):
    path = make_video("film.mp4", seconds=1.0)
    whole = make_video("whole.mp4", seconds=2.0, seed=7).read_bytes()
    real = file_importer.FileImporter._ingest

    def grow_first(importer, found):
        if not keep:
            path.write_bytes(whole)
        ingested = real(importer, found)
        path.write_bytes(whole)
        return ingested

    monkeypatch.setattr(file_importer.FileImporter, "_ingest", grow_first)
    (item,) = add(folder, path, keep=keep)
    assert (item.status, item.reason) == (
        "failed",
        "film.mp4 changed while it was imported; import it again when it is whole.",
    )
    assert contents.count_library(folder) == (0, 0)
    assert list(folder.videos.iterdir()) == []
    (item,) = add(folder, path, keep=keep)
    assert (item.status, item.clips) == ("ok", 4)
