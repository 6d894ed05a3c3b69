"""Uploads: their names are text. Nothing is written outside the workspace, and nothing lies there twice."""

from __future__ import annotations

import io
from pathlib import Path

from vidviz.services import jobs
from vidviz.services.importing.import_run import ImportRequest, import_videos, request_arguments, request_from_arguments
from vidviz.services.importing.uploads import receive_table
from vidviz.services.library import contents
from vidviz.store import job_rows
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.types import Recipe


def files_outside(workspace, path):
    return {found for found in path.rglob("*") if found.is_file() and workspace not in found.parents}


def test_hostile_names_write_nothing_outside_the_workspace(folder, make_video, receive, tmp_path):
    names = ["../../etc/passwd", "/etc/cron.d/x.mp4", "..\\..\\boot.ini", "a\0b.mp4", "x.mp4/../../y", "\udcff.mp4"]
    content = [make_video("v.mp4", seed=seed).read_bytes() for seed in range(len(names))]
    before = files_outside(folder.path, tmp_path)
    request = receive(folder, [(name, data) for name, data in zip(names, content, strict=True)], Recipe())
    assert all(folder.uploads in Path(path).parents for path in request.names)
    # What a job gets went through JSON.
    report = import_videos(folder, request_from_arguments(request_arguments(request)))
    assert {item.status for item in report.items} == {"ok"}
    assert [item.name for item in report.items][:3] == ["passwd", "x.mp4", "..\\..\\boot.ini"]
    assert files_outside(folder.path, tmp_path) == before
    assert {path.parent for path in map(Path, paths_of(folder))} == {folder.videos}


def paths_of(folder):
    with read_catalogue(folder) as db:
        return [row["path"] for row in db.execute("SELECT path FROM video")]


def test_an_upload_lies_in_the_workspace_once(folder, make_video, receive):
    content = make_video().read_bytes()
    import_videos(folder, receive(folder, [("tom.mp4", content), ("bad.mp4", b"?")], Recipe()))
    import_videos(folder, receive(folder, [("tom.mp4", content)], Recipe()))
    assert list(folder.uploads.iterdir()) == []
    (path,) = paths_of(folder)
    assert Path(path).read_bytes() == content


def test_an_upload_stands_in_for_a_known_video_that_is_gone(folder, make_video, receive):
    path = make_video()
    content = path.read_bytes()
    request = receive(folder, [("again.mp4", content)], Recipe())
    import_videos(folder, ImportRequest((str(path),)))
    path.unlink()
    report = import_videos(folder, request)
    assert [item.status for item in report.items] == ["duplicate"]
    assert contents.find_video(folder, report.items[0].video_id).kept
    (kept,) = paths_of(folder)
    assert Path(kept).read_bytes() == content


def test_a_directory_is_read_like_a_folder_on_this_machine(folder, make_video, receive):
    content = make_video().read_bytes()
    given = [
        ("pets/cats/tom.mp4", content),
        ("pets/.DS_Store", b"hidden"),
        ("pets/notes.txt", b"text"),
        ("pets/labels.csv", b"video,label,motion\ncats/tom.mp4,tomcat,run\n"),
    ]
    request = receive(folder, [(name, data) for name, data in given], Recipe())
    report = import_videos(folder, request)
    assert [(item.name, item.status) for item in report.items] == [("tom.mp4", "ok")]
    row = contents.clip_table(folder).iloc[0]
    assert (row["label"], row["motion"]) == ("tomcat", "run")


def test_uploads_of_imports_that_ended_early_go_with_the_next_import_and_no_others(folder, make_video, receive):
    content = make_video().read_bytes()
    batches = {}
    for state in ("cancelled", "killed", "waiting", "not asked for yet"):
        request = receive(folder, [("tom.mp4", content)], Recipe())
        batches[state] = Path(request.paths[0])
        if state != "not asked for yet":
            job_id = jobs.add_job(folder, "import", "Import", request_arguments(request))
            with write_catalogue(folder) as db:
                if state == "cancelled":
                    job_rows.finish_job(db, job_id, "cancelled")
                elif state == "killed":
                    job_rows.expect_process(db, job_id, 2**22 + 1)  # a number that no process has
    elsewhere = make_video("b.mp4", seed=2)
    job_id = jobs.add_job(folder, "import", "Import", {"paths": [str(elsewhere.parent)]})
    with write_catalogue(folder) as db:
        job_rows.finish_job(db, job_id, "cancelled")
    import_videos(folder, ImportRequest((str(elsewhere),)))
    assert {state for state, batch in batches.items() if batch.exists()} == {"waiting", "not asked for yet"}
    assert elsewhere.exists()


def test_an_uploaded_table_labels_the_videos_and_goes_with_the_import(folder, make_video, receive, tmp_path):
    (tmp_path / "labels.csv").write_text("video,label\nv.mp4,beside\n")
    request = ImportRequest((str(make_video("v.mp4")),))
    content = io.BytesIO(b"v.mp4 1\nelse.avi 2\n")
    request = receive_table(folder, request, "../up/brush_hair_test_split1.txt", content)
    assert folder.uploads in Path(request.labels).parents
    report = import_videos(folder, request_from_arguments(request_arguments(request)))
    assert contents.clip_table(folder)["label"].tolist() == ["brush_hair"]
    assert report.notes == ("brush_hair_test_split1.txt names 1 video not among these files: 'else.avi'.",)
    assert list(folder.uploads.iterdir()) == []
