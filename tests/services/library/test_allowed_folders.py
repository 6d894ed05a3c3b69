"""Paths from pages: only folders that the server's owner allowed, links followed, and nothing told of the rest."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vidviz.errors import BackboneError, NotAllowedError
from vidviz.services import jobs
from vidviz.services.embedding.embed_run import EmbedRequest, embed_clips
from vidviz.services.importing.import_run import (
    ImportRequest,
    import_videos,
    request_arguments,
    request_from_arguments,
)
from vidviz.services.importing.uploads import receive_table
from vidviz.services.library.allowed_folders import EVERYWHERE, AllowedFolders, folders_for_pages, is_of_this_machine

HERE = ("localhost", "127.0.0.1", "::1")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The home folder of whoever runs the server."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("VIDVIZ_ALLOWED_FOLDERS", raising=False)
    return folder


@pytest.fixture
def outside(tmp_path, make_video):
    """A folder that nobody allowed, with a video and a label table."""
    folder = tmp_path / "outside"
    folder.mkdir()
    make_video().rename(folder / "secret.mp4")
    (folder / "labels.csv").write_text("video,label\ntom.mp4,hush\n")
    return folder


def refuses(allowed, path):
    try:
        allowed.check(path)
    except NotAllowedError as error:
        return str(error)
    return ""


def test_this_machine_alone_may_read_home_workspace_and_samples(home, folder, tmp_path):
    samples = tmp_path / "samples"
    allowed = folders_for_pages(folder, HERE, samples)
    assert allowed.folders == tuple(map(os.path.realpath, (home, folder.path, samples)))


@pytest.mark.parametrize("name", ["0.0.0.0", "*", "vidviz.example.com", "192.0.2.7", "::", "localhost.evil.com", ""])
def test_others_may_read_nothing_by_path_unless_it_was_allowed(home, folder, tmp_path, monkeypatch, name):
    assert folders_for_pages(folder, (*HERE, name), tmp_path).folders == ()
    monkeypatch.setenv("VIDVIZ_ALLOWED_FOLDERS", os.pathsep.join([str(home / "a"), "", f" {home / 'b'}", "~/c"]))
    told = folders_for_pages(folder, (*HERE, name), tmp_path).folders
    assert told == tuple(os.path.realpath(home / part) for part in "abc")


def test_a_home_that_is_the_whole_disk_counts_for_none(home, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/")
    assert refuses(folders_for_pages(folder, HERE, tmp_path / "samples"), "/etc/passwd")


@pytest.mark.parametrize(
    ("name", "alone"), [("LOCALHOST.", True), ("[::1]", True), ("127.8.9.1", True), ("127.0.0.1.evil.com", False)]
)
def test_only_loopback_names_mean_this_machine(name, alone):
    assert is_of_this_machine(name) == alone


def test_links_and_dots_are_followed_and_neighbours_are_outside(home, tmp_path):
    allowed = AllowedFolders.of([home])
    (home / "in").mkdir()
    (home / "out").symlink_to(tmp_path)
    (tmp_path / "back").symlink_to(home / "in")
    (tmp_path / "home of others").mkdir()
    inside = [home, home / "in", home / "not there", tmp_path / "back" / "x.mp4", "~/x", home / "in" / ".." / "x"]
    beyond = [tmp_path, home / ".." / "x", home / "out" / "x.mp4", tmp_path / "home of others", "~root/x", "~no one/x"]
    assert [path for path in inside if refuses(allowed, path)] == []
    assert [path for path in beyond if not refuses(allowed, path)] == []
    assert not refuses(EVERYWHERE, "/etc/passwd")


def test_a_refusal_is_the_same_whether_there_is_a_file_or_not(home, outside):
    allowed = AllowedFolders.of([home])
    there, gone = (refuses(allowed, outside / name) for name in ("secret.mp4", "no.mp4"))
    assert there.replace("secret", "no") == gone
    assert repr(str(home)) in gone
    assert "--allow-folder" in gone


def test_an_import_of_a_page_reads_nothing_outside_by_path_link_or_table(folder, home, outside, make_video):
    make_video("tom.mp4", seed=2).rename(home / "tom.mp4")
    (home / "link.mp4").symlink_to(outside / "secret.mp4")
    (home / "labels.csv").symlink_to(outside / "labels.csv")
    request = request_from_arguments(request_arguments(ImportRequest((str(home),), within=(str(home),))))
    report = import_videos(folder, request)
    assert {item.name: item.status for item in report.items} == {"tom.mp4": "ok", "link.mp4": "failed"}
    assert "cannot be named here" in report.items[0].reason
    assert any("labels.csv" in note and "cannot be named here" in note for note in report.notes)
    for path in (outside, outside / "secret.mp4", outside / "nothing"):
        with pytest.raises(NotAllowedError):
            import_videos(folder, ImportRequest((str(path),), within=(str(home),)))
    with pytest.raises(NotAllowedError):
        import_videos(folder, ImportRequest((str(home),), labels=str(outside / "labels.csv"), within=(str(home),)))


def test_an_upload_may_be_read_where_nothing_else_may(folder, make_video, tmp_path):
    batch = folder.uploads / "00"
    batch.mkdir(parents=True)
    make_video().rename(batch / "00000.mp4")
    with (tmp_path / "t.csv").open("xb+") as table:
        table.write(b"video,label\ntom.mp4,cat\n")
        table.seek(0)
        request = ImportRequest((str(batch),), keep=True, names={str(batch / "00000.mp4"): "tom.mp4"}, within=())
        report = import_videos(folder, receive_table(folder, request, "t.csv", table))
    assert [item.status for item in report.items] == ["ok"]


def test_weights_outside_are_refused_before_they_are_looked_for(folder, home, outside, fill):
    fill(folder, np.eye(1))
    (home / "checkpoint").mkdir()
    (home / "checkpoint" / "config.json").symlink_to(outside / "labels.csv")
    for weights in (outside / "no.pth", outside / "secret.mp4", home / "checkpoint"):
        with pytest.raises(NotAllowedError):
            embed_clips(folder, EmbedRequest("simple3d", str(weights), within=[str(home)]))
    with pytest.raises(BackboneError, match="no weights file"):
        embed_clips(folder, EmbedRequest("simple3d", str(home / "no.pth"), within=[str(home)]))


def test_weights_in_a_folder_that_cannot_be_listed_are_refused(folder, home, fill, monkeypatch):
    fill(folder, np.eye(3))
    (home / "checkpoint").mkdir(exist_ok=True)

    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(BackboneError, match="'checkpoint' cannot be looked at: Permission denied"):
        embed_clips(folder, EmbedRequest("simple3d", str(home / "checkpoint"), within=[str(home)]))


def test_a_job_that_a_page_starts_again_keeps_to_what_is_allowed_now(folder, monkeypatch):
    monkeypatch.setattr(jobs, "start_job", jobs.add_job)
    job_id = jobs.add_job(folder, "import", "Import", request_arguments(ImportRequest(("/data",))))
    monkeypatch.setattr(jobs, "find_job", lambda _folder, number: dead(jobs.list_jobs(folder)[-1], number))
    kept = jobs.restart_job(folder, job_id)
    bound = jobs.restart_job(folder, job_id, ["/allowed"])
    told = {job.id: job.arguments["within"] for job in jobs.list_jobs(folder)}
    assert (told[kept], told[bound]) == (None, ["/allowed"])


def dead(job, number):
    return replace(job, id=number, state="interrupted")
