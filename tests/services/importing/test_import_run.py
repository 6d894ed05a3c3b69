"""Imports in this process: duplicates, labels, where bytes lie, and what a stop leaves."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from vidviz.errors import LabelError
from vidviz.services.importing.import_run import ImportRequest, import_videos, rebuild_previews, run_import_job
from vidviz.services.library import clip_annotations, contents
from vidviz.services.progress import JobCancelledError
from vidviz.store import videos
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.types import Recipe

SHORT = Recipe("windows", 0.5, 0.5)


def add(folder, *paths, **settings):
    return import_videos(folder, ImportRequest(tuple(map(str, paths)), **settings))


def statuses(report):
    return {item.name: item.status for item in report.items}


def labels_of(folder, column="label"):
    table = contents.clip_table(folder)
    return dict(zip(table["video"], table[column], strict=True))


def source_table(folder):
    with read_catalogue(folder) as db:
        return {source.name: source for source in videos.list_sources(db)}


def test_every_clip_gets_its_pictures(folder, make_video):
    report = add(folder, make_video(seconds=1.2), recipe=SHORT)
    table = contents.clip_table(folder)
    assert list(table["start_seconds"]) == [0.0, 0.5, 1.0]
    assert report.items[0].clips == 3
    for clip in table["clip_id"]:
        assert folder.poster(clip).stat().st_size > 0
        assert folder.strip(clip).stat().st_size > 0


def test_what_is_told_of_a_good_file_comes_with_it(folder, make_video, monkeypatch):
    monkeypatch.setattr("vidviz.decode.workers.worker.DecodeWorker.call", told_of_a_pause)
    (item,) = add(folder, make_video()).items
    assert (item.status, item.reason) == ("ok", "One picture stands still.")
    assert source_table(folder)[item.name].reason == "One picture stands still."


def told_of_a_pause(_worker, function, *args, timeout_seconds):
    return replace(function(*args), note="One picture stands still.")


def test_the_same_content_is_one_video_in_a_batch_later_and_by_another_name(folder, make_video):
    first = make_video("a.mp4")
    copy = shutil.copy(first, first.with_name("b.mp4"))
    report = add(folder, first, copy)
    assert sorted(statuses(report).values()) == ["duplicate", "ok"]
    duplicate = next(item for item in report.items if item.status == "duplicate")
    kept = next(item for item in report.items if item.status == "ok")
    assert duplicate.reason == f"The same content is in the library already, as '{kept.name}'."
    assert (duplicate.video_id, duplicate.clips) == (kept.video_id, 1)
    assert set(statuses(add(folder, first)).values()) == {"duplicate"}
    third = shutil.copy(first, first.with_name("c.mp4"))
    assert statuses(add(folder, third)) == {"c.mp4": "duplicate"}
    assert contents.count_library(folder) == (1, 1)
    # That a file was offered again does not take its first state away.
    assert source_table(folder)[kept.name].status == "ok"


def test_another_recipe_cuts_a_known_video_anew_and_keeps_its_clips(folder, make_video):
    path = make_video(seconds=1.0)
    add(folder, path)
    assert statuses(add(folder, path, recipe=SHORT)) == {"video.mp4": "ok"}
    assert sorted(contents.clip_table(folder)["recipe"]) == ["windows-0.5-0.5-keep"] * 2 + ["windows-2-2-keep"]
    assert contents.count_library(folder)[0] == 1


def test_a_video_that_was_moved_is_found_again_even_by_another_recipe(folder, make_video):
    path = make_video("old.mp4")
    add(folder, path)
    moved = path.rename(path.with_name("new.mp4"))
    add(folder, moved, recipe=SHORT)
    with read_catalogue(folder) as db:
        assert [video.path for video in videos.list_videos(db)] == [str(moved)]


def test_a_kept_video_survives_its_original(folder, make_video):
    path = make_video("../name with 'quotes'.MP4")
    content = path.read_bytes()
    report = add(folder, path, keep=True)
    path.unlink()
    video = contents.find_video(folder, report.items[0].video_id)
    assert video.kept
    assert Path(video.path).parent == folder.videos
    assert Path(video.path).name == f"{video.id}.mp4"
    assert Path(video.path).read_bytes() == content


def test_a_video_known_in_place_is_copied_when_asked(folder, make_video):
    path = make_video()
    add(folder, path)
    item = add(folder, path, keep=True).items[0]
    path.unlink()
    assert item.status == "duplicate"
    assert Path(contents.find_video(folder, item.video_id).path).is_file()


def test_labels_come_from_folders_and_from_a_table_with_further_columns(folder, make_video, tmp_path):
    make_video("cats/tom.mp4", seed=1)
    make_video("dogs/rex.mp4", seed=2)
    make_video("loose.mp4", seed=3)
    add(folder, tmp_path / "videos")
    assert labels_of(folder) == {"tom.mp4": "cats", "rex.mp4": "dogs", "loose.mp4": None}
    table = tmp_path / "labels.csv"
    table.write_text("video,label,motion\ntom.mp4,tomcat,run\nnobody.mp4,x,y\n")
    report = add(folder, tmp_path / "videos", labels=str(table))
    assert labels_of(folder) == {"tom.mp4": "tomcat", "rex.mp4": "dogs", "loose.mp4": None}
    assert labels_of(folder, "motion") == {"tom.mp4": "run", "rex.mp4": None, "loose.mp4": None}
    assert list(report.notes) == ["labels.csv names 1 video not among these files: 'nobody.mp4'."]


def test_a_table_in_a_folder_speaks_of_that_folder_only(folder, make_video, tmp_path):
    make_video("one/x.mp4", seed=1)
    make_video("two/y.mp4", seed=2)
    (tmp_path / "videos/one/labels.csv").write_text("video,label\nx.mp4,first\ny.mp4,wrong\n")
    report = add(folder, tmp_path / "videos/one", tmp_path / "videos/two")
    assert labels_of(folder) == {"x.mp4": "first", "y.mp4": None}
    assert any("'y.mp4'" in note for note in report.notes)
    assert not any("labels.csv)" in note for note in report.notes)  # it was used, not left out


def test_a_broken_table_found_in_a_folder_is_noted_and_one_that_was_asked_for_ends_the_import(
    folder, make_video, tmp_path
):
    make_video("x.mp4")
    table = tmp_path / "videos/labels.csv"
    table.write_text("first,second\nx.mp4,a\n")
    report = add(folder, tmp_path / "videos")
    assert statuses(report) == {"x.mp4": "ok"}
    assert any("names no videos" in note for note in report.notes)
    with pytest.raises(LabelError, match="names no videos"):
        add(folder, tmp_path / "videos", labels=str(table))


def test_hidden_files_and_folders_without_videos(folder, make_video, tmp_path):
    make_video(".hidden.mp4", seed=1)
    make_video(".git/object.mp4", seed=2)
    (tmp_path / "videos/readme.md").write_text("nothing to see")
    report = add(folder, tmp_path / "videos")
    assert report.items == ()
    assert report.notes == (
        "The folder 'videos' holds no videos.",
        "Left out by their ending: 1 other files (readme.md).",
    )


def test_odd_names_are_names(folder, make_video):
    names = {"-dash.mp4", 'it\'s "q".mp4', "two\nlines.mp4", "<img src=x onerror=alert(1)>.mp4"}
    paths = [make_video(name, seed=seed) for seed, name in enumerate(names)]
    assert statuses(add(folder, *paths)) == dict.fromkeys(names, "ok")
    assert set(contents.clip_table(folder)["video"]) == names


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS refuses such names itself")
def test_a_name_that_is_no_text_is_refused_and_the_rest_goes_on(folder, make_video, tmp_path):
    good = make_video("good.mp4", seed=1)
    bad = os.fsencode(good.parent) + b"/b\xffd.mp4"
    shutil.copy(make_video("other.mp4", seed=2), bad)
    (good.parent / "other.mp4").unlink()
    report = add(folder, good.parent)
    found = {item.name: item for item in report.items}
    assert found["good.mp4"].status == "ok"
    assert found["b\\udcffd.mp4"].status == "failed"
    assert "not valid UTF-8" in found["b\\udcffd.mp4"].reason


def test_paths_that_lead_to_no_file_fail_alone(folder, make_video):
    report = add(folder, "/no/such/file.mp4", "/dev/zero", "x" * 5000, "nul\0nul.mp4", make_video())
    assert [item.status for item in report.items] == ["failed"] * 4 + ["ok"]


def test_a_cancelled_import_blames_no_file_and_goes_on_later(folder, make_video, tmp_path):
    for seed in range(4):
        make_video(f"{seed}.mp4", seed=seed)

    def cancel_after_one(done, total, message=""):
        if done:
            raise JobCancelledError("stop")

    with pytest.raises(JobCancelledError):
        import_videos(folder, ImportRequest((str(tmp_path / "videos"),)), cancel_after_one)
    assert {source.status for source in source_table(folder).values()} == {"ok"}
    assert set(statuses(add(folder, tmp_path / "videos")).values()) <= {"ok", "duplicate"}
    assert contents.count_library(folder) == (4, 4)


def test_what_killed_imports_left_is_cleared(folder, make_video):
    left = [folder.previews / ".17.poster.webp.99.part", folder.videos / ".writing-0123"]
    for path in left:
        path.write_bytes(b"half")
    add(folder, make_video())
    assert not any(path.exists() for path in left)


def test_previews_can_be_made_again(folder, make_video):
    report = add(folder, make_video(seconds=1.0), recipe=SHORT)
    before = {path.name for path in folder.previews.iterdir()}
    for path in folder.previews.iterdir():
        path.unlink()
    assert [item.clips for item in rebuild_previews(folder).items] == [report.items[0].clips]
    assert {path.name for path in folder.previews.iterdir()} == before


def test_whether_a_browser_plays_a_video_is_looked_at_anew(folder, make_video):
    add(folder, make_video(seconds=1.0))
    with write_catalogue(folder) as db:
        db.execute("UPDATE video SET browser_playable = 0")  # as an older version may have taken it
    rebuild_previews(folder)
    with read_catalogue(folder) as db:
        assert [video.probe.browser_playable for video in videos.list_videos(db)] == [True]


def test_the_message_of_a_job_counts_every_status(folder, make_video):
    good = make_video("good.mp4", seed=1)
    text = good.with_name("text.mp4")
    text.write_text("hello")
    arguments = {
        "paths": [str(good), str(good), str(text)],
        "recipe": SHORT.key,
        "labels": None,
        "keep": False,
        "names": {},
    }
    message = run_import_job(folder, None, arguments, lambda done, total, message="": None)  # type: ignore[arg-type]
    assert message == "1 imported, 1 duplicate, 1 failed."


def spans_of(folder, column="label"):
    table = contents.clip_table(folder, "segments")
    return [(row["video"], row["start_seconds"], row["end_seconds"], row[column]) for row in table.to_dict("records")]


def test_a_table_with_times_makes_labelled_clips(folder, make_video, tmp_path):
    films = [make_video(f"films/{name}.mp4", seconds=3.0, seed=seed) for seed, name in enumerate("abc")]
    table = tmp_path / "times.csv"
    table.write_text(
        "video,start,end,label\na.mp4,0.5,1.25,run\na.mp4,1,2,jump\na.mp4,2.5,3.4,rest\na.mp4,2.5,3.2,sit\na.mp4,7,8,late\n"
        "b.mp4,12,15,trimmed\n"
    )
    report = add(folder, tmp_path / "videos/films", labels=str(table))
    assert spans_of(folder) == [
        ("a.mp4", 0.5, 1.25, "run"),
        ("a.mp4", 1.0, 2.0, "jump"),
        ("a.mp4", 2.5, 3.0, "sit, rest"),
        ("b.mp4", 0.0, 3.0, "trimmed"),
        ("c.mp4", 0.0, 3.0, None),
    ]
    assert {item.name: item.clips for item in report.items} == {"a.mp4": 3, "b.mp4": 1, "c.mp4": 1}
    assert "Left out, as they begin after the end of 'a.mp4': 1 segment." in report.notes
    assert "No label table has times for 'c.mp4': one clip each." in report.notes
    for number in contents.clip_table(folder)["clip_id"]:
        assert folder.poster(number).stat().st_size > 0
    assert statuses(add(folder, *films, labels=str(table))) == dict.fromkeys(("a.mp4", "b.mp4", "c.mp4"), "duplicate")


def test_a_longer_table_adds_clips_and_keeps_the_labels_that_a_person_gave(folder, make_video, tmp_path):
    film, table = make_video("a.mp4", seconds=3.0), tmp_path / "times.csv"
    table.write_text("video,start,end,label\na.mp4,0,1,run\n")
    add(folder, film, labels=str(table))
    (first,) = contents.clip_table(folder, "segments")["clip_id"]
    clip_annotations.set_label(folder, [first], "walk")
    table.write_text("video,start,end,label\na.mp4,0,1,run\na.mp4,1,2,jump\n")
    report = add(folder, film, labels=str(table))
    assert statuses(report) == {"a.mp4": "ok"}
    assert spans_of(folder) == [("a.mp4", 0.0, 1.0, "walk"), ("a.mp4", 1.0, 2.0, "jump")]
    assert "Left with other labels that they had before: 1 clip of 'a.mp4'." in report.notes
    before = {path.name for path in folder.previews.iterdir()}
    shutil.rmtree(folder.previews)
    rebuild_previews(folder)
    assert {path.name for path in folder.previews.iterdir()} == before


def test_another_recipe_leaves_the_times_aside(folder, make_video, tmp_path):
    film, table = make_video("a.mp4", seconds=3.0), tmp_path / "times.csv"
    table.write_text("video,start,end,label\na.mp4,0,1,run\na.mp4,1,2,jump\n")
    add(folder, film, labels=str(table), recipe=Recipe())
    assert contents.clip_table(folder)["recipe"].unique().tolist() == ["windows-2-2-keep"]
    assert set(labels_of(folder).values()) == {None}
