"""The desk of uploads: within bounds, whole or not at all, and nothing left of what nobody asks for."""

from __future__ import annotations

import shutil
from collections import namedtuple

import pytest

from vidviz.config import UploadLimits
from vidviz.errors import SettingsError, UploadError
from vidviz.services import jobs
from vidviz.services.importing import upload_desk
from vidviz.services.importing.import_run import request_arguments
from vidviz.services.importing.upload_desk import UploadDesk

LIMITS = UploadLimits(file_bytes=100, total_bytes=250, files=4, free_bytes=0)


@pytest.fixture
def desk(folder):
    return UploadDesk(folder, LIMITS)


def bring(desk, token, number, content, name="tom.mp4", told=None):
    arrival = desk.begin(token, number, name, len(content) if told is None else told)
    arrival.write(content)
    arrival.finish()


def files_in(folder):
    return sorted(path.relative_to(folder.uploads).parts[-1] for path in folder.uploads.rglob("*") if path.is_file())


def test_a_file_beyond_the_limit_is_refused_when_it_is_told_and_when_it_comes(desk, folder):
    token = desk.open().token
    with pytest.raises(UploadError, match=r"'tom.mp4' is larger than .* \(VIDVIZ_UPLOAD_FILE_MB\)"):
        desk.begin(token, 0, "tom.mp4", 101)
    arrival = desk.begin(token, 0, "tom.mp4", 0)  # nobody says how long it is
    arrival.write(bytes(100))
    with pytest.raises(UploadError, match="larger"):
        arrival.write(b"1")
    arrival.abandon()
    assert files_in(folder) == []
    assert desk.room_bytes() == 250


def test_all_pages_together_have_one_bound(desk):
    first, second = desk.open().token, desk.open().token
    bring(desk, first, 0, bytes(100))
    desk.begin(second, 0, "b.mp4", 100)
    with pytest.raises(UploadError, match="VIDVIZ_UPLOAD_TOTAL_MB"):
        desk.begin(second, 1, "c.mp4", 51)
    desk.remove(first, 0)
    desk.begin(second, 1, "c.mp4", 51)
    assert desk.room_bytes() == 99


def test_the_disk_keeps_some_room(folder, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: namedtuple("Usage", "free")(1000))
    desk = UploadDesk(folder, UploadLimits(file_bytes=900, total_bytes=5000, free_bytes=300))
    token = desk.open().token
    with pytest.raises(UploadError, match="no room"):
        desk.begin(token, 0, "tom.mp4", 701)
    desk.begin(token, 0, "tom.mp4", 700)


def test_no_more_files_than_one_import_takes(desk):
    token = desk.open().token
    for number in range(4):
        bring(desk, token, number, b"x")
    with pytest.raises(UploadError, match="one too many: import the 4 files first"):
        desk.begin(token, 4, "tom.mp4", 1)


def test_files_come_at_once_and_each_is_its_own(desk, folder, together):
    token = desk.open().token
    contents = {number: bytes([65 + number]) * 60 for number in range(4)}
    together([lambda number=number: bring(desk, token, number, contents[number]) for number in contents])
    request = desk.take(token, None)
    assert len(request.names) == 4
    assert files_in(folder) == [f"{number:05d}.mp4" for number in range(4)]


def test_two_tables_on_their_way_do_not_share_a_place(desk):
    token = desk.open().token
    arrivals = [desk.begin(token, number, f"{number}/labels.csv", 1) for number in range(2)]
    assert [arrival is None for arrival in arrivals] == [False, True]
    arrivals[0].abandon()
    assert desk.begin(token, 3, "3/labels.csv", 1) is not None


def test_what_is_on_its_way_is_waited_for_and_what_is_taken_is_closed(desk, folder):
    token = desk.open().token
    bring(desk, token, 0, b"x")
    arrival = desk.begin(token, 1, "b.mp4", 1)
    with pytest.raises(UploadError, match="on their way"):
        desk.take(token, None)
    arrival.abandon()
    assert list(desk.take(token, None).names.values()) == ["tom.mp4"]
    with pytest.raises(UploadError, match="load the page again"):
        desk.begin(token, 2, "c.mp4", 1)
    with pytest.raises(UploadError):
        desk.begin("0" * 32, 0, "c.mp4", 1)


def test_a_page_that_does_not_come_back_leaves_nothing(desk, folder, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(upload_desk.time, "monotonic", lambda: now[0])
    gone, back = desk.open().token, desk.open().token
    for token in (gone, back):
        bring(desk, token, 0, b"x")
        desk.leave(token)
    now[0] = upload_desk.GRACE_SECONDS - 1
    assert desk.open(back).token == back
    now[0] += 2
    desk.open()
    assert len(files_in(folder)) == 1
    assert desk.open(gone).token != gone
    assert desk.open(back).files


def test_the_next_start_removes_what_nobody_asked_for_and_the_half_ones(folder):
    first = UploadDesk(folder, LIMITS)
    asked, unasked = first.open().token, first.open().token
    for token in (asked, unasked):
        bring(first, token, 0, b"x")
    half = first.begin(unasked, 1, "half.mp4", 50)
    half.write(b"half")
    jobs.add_job(folder, "import", "Import", request_arguments(first.take(asked, None)))
    second = UploadDesk(folder, LIMITS)  # of another server, while the first one is there
    assert len(files_in(folder)) == 3
    for desk in (first, second):
        desk.close()
    UploadDesk(folder, LIMITS).close()
    assert files_in(folder) == ["00000.mp4"]


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
def test_a_limit_that_makes_no_sense_is_told(monkeypatch, text):
    monkeypatch.setenv("VIDVIZ_UPLOAD_FILE_MB", text)
    with pytest.raises(SettingsError, match="VIDVIZ_UPLOAD_FILE_MB"):
        UploadLimits()
    monkeypatch.setenv("VIDVIZ_UPLOAD_FILE_MB", "7")
    assert UploadLimits().file_bytes == 7_000_000
