"""The Library page: ways in, what became of every file, embedding, and the sets."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
import streamlit as st

from vidviz.services import jobs
from vidviz.services.importing import import_run
from vidviz.services.importing.upload_desk import desk_of
from vidviz.services.library import embedding_sets
from vidviz.services.library.workspaces import open_workspace
from vidviz.services.upkeep import removals
from vidviz.store import sets
from vidviz.store.catalogue import write_catalogue

NEVER_TRAINED = "random weights"


def list_jobs(prepared):
    return jobs.list_jobs(prepared.folder)


def test_empty_library_offers_the_ways_in(prepared, show):
    page = show("library")
    assert "Drop in videos, or start with the samples" in page.words
    assert {"Add the sample videos", "Import"} <= {button.label for button in page.app.button}
    assert "Embed" not in {button.label for button in page.app.button}
    assert page.errors == []


def test_samples_in_one_click(prepared, show):
    show("library").press("Add the sample videos")
    [job] = list_jobs(prepared)
    assert job.kind == "import"
    request = import_run.request_from_arguments(job.arguments)
    assert [Path(path).name for path in request.paths] == ["sample_videos"]
    assert Path(request.paths[0]).is_dir()


def test_a_folder_of_this_machine_is_imported_by_the_chosen_recipe(prepared, show, allowed):
    page = show("library")
    next(field for field in page.app.number_input if "Length" in field.label).set_value(1.0)
    next(field for field in page.app.number_input if "From window" in field.label).set_value(0.5)
    next(field for field in page.app.text_input if "folder or file" in field.label).input(f"  {allowed}  ")
    page.press("Import")
    [job] = list_jobs(prepared)
    request = import_run.request_from_arguments(job.arguments)
    assert request.paths == (str(allowed),)
    assert request.recipe.key == "windows-1-0.5-keep"
    assert not request.keep


def test_uploads_are_kept_under_names_that_are_no_paths(prepared, show, real_videos):
    page = show("library")
    video = (real_videos / "right" / "square.mp4").read_bytes()
    desk, [drawn] = desk_of(prepared.folder), page.drawn("video_upload")
    for number, (name, content) in enumerate([("../../evil <b>.mp4", video), ("b.mp4", b"x")]):
        arrival = desk.begin(drawn["token"], number, name, len(content))
        arrival.write(content)
        if number:
            assert next(button for button in page.again().app.button if button.label == "Import 1 file").disabled
        arrival.finish()
    page = page.again().press("Import 2 files")
    assert page.drawn("video_upload")[0]["token"] != drawn["token"]
    [job] = list_jobs(prepared)
    request = import_run.request_from_arguments(job.arguments)
    assert request.keep
    assert sorted(request.names.values()) == ["../../evil <b>.mp4", "b.mp4"]
    written = [path for path in prepared.folder.uploads.rglob("*") if path.is_file()]
    assert {path.read_bytes() for path in written} == {video, b"x"}
    assert not any("evil" in path.name for path in written)
    assert list(prepared.folder.path.parent.rglob("*evil*")) == []
    assert "Import 2 files" not in {button.label for button in page.app.button}


@pytest.fixture
def allowed(monkeypatch, tmp_path):
    """The one folder whose files pages may read."""
    folder = tmp_path / "allowed"
    folder.mkdir()
    monkeypatch.setenv("VIDVIZ_ALLOWED_FOLDERS", str(folder))
    return folder


@pytest.mark.parametrize("outside", ["/etc/passwd", "/etc/no such file", "../passwd", "~nobody such/x", "link"])
def test_a_path_outside_is_refused_in_one_sentence_that_says_what_is_allowed(prepared, show, allowed, outside):
    (allowed / "link").symlink_to("/etc/passwd")
    path = str(allowed / outside) if outside == "link" else outside
    page = show("library")
    next(field for field in page.app.text_input if "folder or file" in field.label).input(path)
    [error] = page.press("Import").errors
    assert error == (
        f"{path!r} cannot be named here: files are read in {str(allowed)!r} alone. Whoever runs the server allows a "
        "folder with `vidviz serve --allow-folder DIR` or VIDVIZ_ALLOWED_FOLDERS."
    )
    assert list_jobs(prepared) == []


def test_what_a_page_starts_may_read_what_was_allowed_and_no_more(prepared, show, allowed):
    page = show("library")
    next(field for field in page.app.text_input if "folder or file" in field.label).input(str(allowed))
    page = page.press("Import").press("Add the sample videos")
    for job in list_jobs(prepared):
        samples = str(Path(__file__).parents[2] / "sample_videos")
        assert job.arguments["within"] == [str(allowed), samples]


def test_where_others_reach_the_server_nothing_is_named_by_path(prepared, show, monkeypatch):
    prepared.add_video("a.mp4")
    told = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: "192.0.2.7" if name == "server.address" else told(name))
    page = show("library")
    assert [field.label for field in page.app.text_input] == []
    assert "Upload videos: others can reach this server" in page.words
    assert "vidviz serve --allow-folder DIR" in page.words
    assert "a file of your own" not in next(box for box in page.app.selectbox if box.label == "Weights").options
    page.press("Add the sample videos")
    assert [Path(path).name for path in list_jobs(prepared)[0].arguments["within"]] == ["sample_videos"]


def test_every_file_is_a_row_with_its_reason(imported, show):
    table = show("library").app.dataframe[0].value.set_index("name")
    assert set(table.index) == {"square.mp4", "garbage <b>.mp4"}
    good, bad = table.loc["square.mp4"], table.loc["garbage <b>.mp4"]
    assert (good["status"], good["label"], good["clips"], good["reason"]) == ("ok", "right", 1, "")
    assert good["poster"].startswith("/vidviz/poster/")
    assert bad["status"] == "failed"
    assert "garbage <b>.mp4" in bad["reason"]


def test_what_was_added_meanwhile_shows_on_the_next_run(prepared, show):
    prepared.add_video("first.mp4", "left")
    page = show("library")
    prepared.add_video("second.mp4", "right")
    assert set(page.again().app.dataframe[0].value["name"]) == {"first.mp4", "second.mp4"}
    assert len(show("inside").drawn("clip_gallery")[0]["cards"]) == 4


def test_embed_button_starts_the_chosen_work(prepared, show):
    prepared.fill()
    page = show("library")
    next(box for box in page.app.selectbox if box.label == "Backbone").select("simple3d").run()
    next(box for box in page.app.selectbox if box.label == "Layer").select("conv1").run()
    page.press("Embed")
    [job] = list_jobs(prepared)
    assert job.kind == "embed"
    wanted = {"backbone": "simple3d", "weights": "random", "layer": "conv1", "pooling": "mean"}
    assert wanted.items() <= job.arguments.items()


def test_sets_say_what_they_cover_and_that_weights_are_random(prepared, show):
    key, ids = prepared.fill()
    with write_catalogue(prepared.folder) as db:
        sets.record_failures(db, key, {ids[0]: "The video 'v0.mp4' has no frame there."})
    prepared.add_set(ids[:3], np.eye(3, 8), layer="conv1")
    page = show("library")
    assert "3 of 12 clips" in page.words
    assert "12 of 12 clips" in page.words
    assert "The video 'v0.mp4' has no frame there." in page.words
    assert page.words.count(NEVER_TRAINED) == 2


def test_use_makes_another_set_the_one_at_hand(prepared, show):
    first, ids = prepared.fill()
    second = prepared.add_set(ids, np.eye(12, 8), layer="conv1")
    page = show("main", set=second)
    page.app.switch_page(str(Path(__file__).parents[2] / "pages" / "library.py")).run()
    page.app.button(key=f"use {first}").click().run()
    assert page.app.query_params["set"] == first
    assert page.app.selectbox(key="set picker").value == first


def test_a_workspace_that_cannot_be_opened_is_told_in_a_sentence(show, tmp_path, monkeypatch):
    (tmp_path / "a file").write_text("x")
    monkeypatch.setenv("VIDVIZ_WORKSPACE", str(tmp_path / "a file"))
    [error] = show("library").errors
    assert "is a file, not a workspace folder" in error


def test_a_workspace_of_a_newer_version_is_told_in_a_sentence(prepared, show, monkeypatch, tmp_path):
    path = tmp_path / "newer"
    open_workspace(path)
    with sqlite3.connect(path / "catalogue.db") as db:
        db.execute("PRAGMA user_version = 999")
    monkeypatch.setenv("VIDVIZ_WORKSPACE", str(path))
    for name in ("main", "library", "map"):
        [error] = show(name).errors
        assert "newer" in error


def test_backbone_layer_and_pooling_are_chosen(prepared, show):
    prepared.add_video("a.mp4")
    page = show("library")
    choose(page, "Backbone", "resnet50")
    page = page.again()
    choose(page, "Layer", "layer3")
    choose(page, "Pooling", "mean+concat")
    choose(page, "Weights", "random")
    page.again().press("Embed")
    [job] = list_jobs(prepared)
    told = {name: job.arguments[name] for name in ("backbone", "layer", "pooling", "weights", "accept_licence")}
    assert told == {
        "backbone": "resnet50",
        "layer": "layer3",
        "pooling": "mean+concat",
        "weights": "random",
        "accept_licence": True,
    }


def test_weights_of_ones_own_are_named_by_their_path(prepared, show, allowed):
    prepared.add_video("a.mp4")
    page = show("library")
    choose(page, "Weights", "a file of your own")
    page = page.again()
    assert next(button for button in page.app.button if button.label == "Embed").disabled
    next(field for field in page.app.text_input if "Weights file" in field.label).input("/etc/passwd")
    page = page.again().press("Embed")
    assert page.errors[0].startswith("'/etc/passwd' cannot be named here")
    assert list_jobs(prepared) == []
    next(field for field in page.app.text_input if "Weights file" in field.label).input(f" {allowed}/mine.pth ")
    page.again().press("Embed")
    assert list_jobs(prepared)[0].arguments["weights"] == f"{allowed}/mine.pth"
    assert str(allowed) in list_jobs(prepared)[0].arguments["within"]


def choose(page, label, value):
    next(box for box in page.app.selectbox if box.label == label).set_value(value)


def test_every_module_is_behind_a_toggle(prepared, show):
    prepared.add_video("a.mp4")
    page = show("library")
    choose(page, "Backbone", "r3d_18")
    page = page.again()
    stages = next(box for box in page.app.selectbox if box.label == "Layer").options
    next(toggle for toggle in page.app.toggle if toggle.label == "All modules").set_value(True)
    every = next(box for box in page.again().app.selectbox if box.label == "Layer").options
    assert every[: len(stages)] == stages
    assert "layer4.1.conv2.0 (Conv3DSimple)" in every


def test_terms_that_forbid_commercial_use_are_accepted_before_embedding(prepared, show):
    prepared.add_video("a.mp4")
    page = show("library")
    choose(page, "Backbone", "timesformer_b")
    page = page.again()
    assert next(button for button in page.app.button if button.label == "Embed").disabled
    next(box for box in page.app.checkbox if "I accept CC-BY-NC-4.0" in box.label).check()
    page.again().press("Embed")
    assert list_jobs(prepared)[0].arguments["accept_licence"] is True


def test_the_whole_registry_is_a_table(prepared, show):
    table = show("library").app.dataframe[-1].value.set_index("name")
    assert {"r3d_18", "x3d_s", "timesformer_b", "clip_b32", "simple3d_motion"} <= set(table.index)
    assert table.loc["simple3d_motion", "weights"] == "bundled"
    assert table.loc["simple3d", "weights"] == "random only"
    assert table.loc["r3d_18", "weights"] == "to download: 127 MB"
    assert table.loc["x3d_s", "frames"] == "13 frames, 5 a second (2.6 s)"


def test_a_set_is_removed_after_a_look_at_what_hangs_on_it_and_taken_back(prepared, show):
    prepared.fill()
    page = show("library")
    assert "1 embedding set and" in page.words
    page = page.press("Remove it")
    assert embedding_sets.list_sets(prepared.folder) == []
    assert "Removed (1)" in page.words
    page = page.press("Take back")
    assert len(embedding_sets.list_sets(prepared.folder)) == 1
    assert "Removed (" not in page.words


def test_freeing_the_space_of_what_was_removed_is_final(prepared, show):
    prepared.fill()
    page = show("library").press("Remove it").press("Free it")
    assert removals.list_removals(prepared.folder) == []
    assert "Removed (" not in page.words
    assert not list(prepared.folder.path.glob("vectors/*/*.npz"))
