"""Serving: the dashboard runs on 127.0.0.1, says where as JSON as well, and ends with its command."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from vidviz.cli import main
from vidviz.records import Video
from vidviz.services import dashboard
from vidviz.services.dashboard import find_site
from vidviz.services.library.workspaces import open_workspace
from vidviz.store import videos
from vidviz.store.catalogue import write_catalogue
from vidviz.types import VideoProbe


def test_serve_says_where_it_is_and_ends_with_its_command(tmp_path):
    command = [sys.executable, "-m", "vidviz", "serve", "--json", "--no-open", "--port", "18650"]
    environment = {**os.environ, "http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    process = subprocess.Popen(
        [*command, "--workspace", str(tmp_path / "w")], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        message = json.loads(process.stdout.readline())["message"]
        address = re.search(r"http://127\.0\.0\.1:\d+", message).group()
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5) as answer:
            assert answer.status == 200
        (dashboard,) = psutil.Process(process.pid).children()
        assert {place.laddr.ip for place in dashboard.net_connections() if place.status == "LISTEN"} == {"127.0.0.1"}
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert not dashboard.is_running()


def test_a_dashboard_ends_with_its_command_even_if_that_is_killed(tmp_path, until):
    command = [sys.executable, "-m", "vidviz", "serve", "--json", "--no-open", "--port", "18680"]
    process = subprocess.Popen([*command, "--workspace", str(tmp_path / "w")], stdout=subprocess.PIPE, text=True)
    assert "vidviz is at" in json.loads(process.stdout.readline())["message"]
    (dashboard,) = psutil.Process(process.pid).children()
    process.kill()
    process.communicate()
    until(lambda: not dashboard.is_running() or dashboard.status() == psutil.STATUS_ZOMBIE)


@pytest.mark.parametrize(
    ("options", "variable", "place"),
    [
        (["--workspace", "mine/w"], None, "mine/w"),
        ([], "by/variable", "by/variable"),
        ([], None, "vidviz-workspace"),
    ],
)
def test_a_relative_workspace_is_the_one_of_the_folder_that_serve_was_started_in(
    tmp_path, add_video, options, variable, place
):
    site = {path.name for path in find_site().iterdir()}
    video_id = add_video(open_workspace(tmp_path / place))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "VIDVIZ_WORKSPACE": variable or ""}
    process = subprocess.Popen(
        [sys.executable, "-m", "vidviz", "serve", "--json", "--no-open", "--port", "18700", *options],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=tmp_path,
    )
    try:
        message = json.loads(process.stdout.readline())["message"]
        address = re.search(r"http://127\.0\.0\.1:\d+", message).group()
        with urllib.request.urlopen(f"{address}/vidviz/video/{video_id}", timeout=20) as answer:
            assert answer.read() == b"a film"
        (dashboard,) = psutil.Process(process.pid).children()
        assert Path(dashboard.cwd()) == tmp_path
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert {path.name for path in find_site().iterdir()} <= site | {"__pycache__"}


def test_folders_that_pages_may_read_are_those_of_the_variable_and_of_the_options(tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(dashboard.subprocess, "Popen", lambda _command, **options: started.append(options["env"]))
    monkeypatch.setattr(dashboard.signal, "signal", lambda *_: None)
    monkeypatch.setenv("VIDVIZ_ALLOWED_FOLDERS", str(tmp_path / "named"))
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(dashboard, "wait_until_up", lambda *_: sys.exit(0))
    monkeypatch.setattr(dashboard, "end_process", lambda _process: None)
    options = ["serve", "--no-open", "--workspace", str(tmp_path / "w"), "--allow-folder", "a", "--allow-folder", "b"]
    CliRunner().invoke(main, options)
    assert started[0]["VIDVIZ_ALLOWED_FOLDERS"] == os.pathsep.join(str(tmp_path / name) for name in ("named", "a", "b"))


@pytest.fixture
def add_video(tmp_path):
    """Puts a video that a browser would play into a workspace; returns its id."""

    def add(folder):
        film = tmp_path / "film.mp4"
        film.write_bytes(b"a film")
        probe = VideoProbe("h264", "mp4", 64, 48, 0, 25.0, False, 100, 4.0, 0.0, False, True)
        video = Video(
            hashlib.sha256(b"a film").hexdigest(), film.name, str(film), False, film.stat().st_size, probe, None
        )
        with write_catalogue(folder) as db:
            videos.add_video(db, video)
        return video.id

    return add
