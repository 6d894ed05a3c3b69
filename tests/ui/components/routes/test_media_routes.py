from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from vidviz.ui.components.routes.media_routes import media_routes
from vidviz.ui.components.routes.served_names import is_allowed_host
from vidviz.ui.components.scripts import packaged_scripts, scripts_digest

VIDEO_ID = "ab" * 32
TOKEN = "0f" * 16
CONTENT = bytes(range(256)) * 40


class Folder:
    """A media source over a folder, noting what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[object] = []

    def poster_path(self, clip_id: int) -> Path | None:
        self.asked.append(clip_id)
        return self.folder / "poster.webp" if clip_id == 7 else None

    def strip_path(self, clip_id: int) -> Path | None:
        return self.folder / "gone.webp"

    def video_path(self, video_id: str) -> Path | None:
        self.asked.append(video_id)
        return self.folder / "video.mp4" if video_id == VIDEO_ID else None

    def sheet(self, token: str) -> bytes | None:
        self.asked.append(token)
        return b"RIFF" if token == TOKEN else None

    def point_bytes(self, token: str) -> bytes | None:
        self.asked.append(token)
        return b"\0\0\x80?" if token == TOKEN else None

    def point_row(self, token: str, row: int) -> dict[str, Any] | None:
        self.asked += [token, row]
        return {"id": 2**53 - 1, "title": "<b>"} if (token, row) == (TOKEN, 12) else None


@pytest.fixture
def source(tmp_path: Path) -> Folder:
    (tmp_path / "video.mp4").write_bytes(CONTENT)
    (tmp_path / "poster.webp").write_bytes(b"poster")
    return Folder(tmp_path)


@pytest.fixture
def client(source: Folder) -> TestClient:
    routes = media_routes(source, base_path="", allowed_hosts=["films.example.org"])
    return TestClient(Starlette(routes=routes), base_url="http://localhost:8501")


def test_what_is_there_is_served_with_its_type(client: TestClient):
    poster, video, sheet = (
        client.get(f"/vidviz/{path}") for path in ("poster/7", f"video/{VIDEO_ID}", f"sheet/{TOKEN}")
    )
    assert (poster.content, poster.headers["content-type"]) == (b"poster", "image/webp")
    assert (video.content, video.headers["content-type"]) == (CONTENT, "video/mp4")
    assert (sheet.content, sheet.headers["content-type"]) == (b"RIFF", "image/webp")
    for answer in (poster, video, sheet):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "max-age" in answer.headers["cache-control"]


def test_points_and_their_rows_are_served_by_the_name_of_their_content(client: TestClient):
    points, row = client.get(f"/vidviz/points/{TOKEN}"), client.get(f"/vidviz/point/{TOKEN}/12")
    assert (points.content, points.headers["content-type"]) == (b"\0\0\x80?", "application/octet-stream")
    assert row.json() == {"id": 2**53 - 1, "title": "<b>"}
    for answer in (points, row):
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, 10239),
        ("bytes=-10", 10230, 10239),
        ("bytes=10239-99999", 10239, 10239),
    ],
)
def test_ranges(client: TestClient, asked: str, first: int, last: int):
    answer = client.get(f"/vidviz/video/{VIDEO_ID}", headers={"range": asked})
    assert answer.status_code == 206
    assert answer.content == CONTENT[first : last + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(CONTENT)}"


def test_a_range_beyond_the_end_is_416(client: TestClient):
    answer = client.get(f"/vidviz/video/{VIDEO_ID}", headers={"range": "bytes=20000-"})
    assert answer.status_code == 416


def test_head_tells_the_length_and_sends_nothing(client: TestClient):
    answer = client.head(f"/vidviz/video/{VIDEO_ID}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    "path",
    [
        "poster/8",
        "poster/-7",
        "poster/07",
        "poster/7.0",
        "poster/+7",
        "poster/%207",
        "poster/٧",
        "poster/9007199254740992",
        "poster/" + "9" * 4000,
        "poster/../../etc/passwd",
        "poster/..%2f..%2fetc%2fpasswd",
        "strip/7",
        f"video/{VIDEO_ID.upper()}",
        f"video/{VIDEO_ID}0",
        f"video/{VIDEO_ID[:-1]}",
        f"video/{'cd' * 32}",
        f"video/{VIDEO_ID}%0a",
        "video/..%2fvideo.mp4",
        "video/video.mp4",
        f"sheet/{'00' * 16}",
        f"sheet/{TOKEN}00",
        f"points/{'00' * 16}",
        f"points/{TOKEN.upper()}",
        f"points/{TOKEN}/12",
        "points/..%2f..%2fetc%2fpasswd",
        f"point/{TOKEN}/13",
        f"point/{TOKEN}/012",
        f"point/{TOKEN}/-1",
        f"point/{TOKEN}/1e3",
        f"point/{TOKEN}/٧",
        f"point/{TOKEN}/{'9' * 10}",
        f"point/{TOKEN}/",
        f"point/{TOKEN}0/12",
        "asset/..%2f__init__.py",
        "asset/plotly.js",
        f"assets/{'0' * 32}/map/index.js",
        f"assets/{scripts_digest()}/map/index.css",
        f"assets/{scripts_digest()}/map/..%2f..%2f..%2fmount.py",
        f"assets/{scripts_digest()}//map/index.js",
        f"assets/{scripts_digest()}/map",
        f"assets/{scripts_digest()}/",
        "assets/map/index.js",
    ],
)
def test_everything_else_is_not_here(client: TestClient, source: Folder, path: str):
    answer = client.get(f"/vidviz/{path}")
    assert answer.status_code == 404
    assert all(isinstance(asked, int) or len(asked) in (32, 64) for asked in source.asked)


PREVIEW, FOREVER = "private, max-age=3600", "private, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("path", "media_type", "cache"),
    [
        ("poster/7", "image/webp", PREVIEW),
        (f"video/{VIDEO_ID}", "video/mp4", PREVIEW),
        (f"sheet/{TOKEN}", "image/webp", FOREVER),
        (f"points/{TOKEN}", "application/octet-stream", FOREVER),
        (f"point/{TOKEN}/12", "application/json", FOREVER),
        ("asset/plotly.min.js", "text/javascript; charset=utf-8", "public, max-age=604800"),
    ],
)
def test_each_route_says_what_it_sends_how_long_it_may_be_kept_and_by_whom(client, path, media_type, cache):
    answer = client.get(f"/vidviz/{path}")
    assert answer.status_code == 200
    told = ("content-type", "cache-control", "x-content-type-options", "cross-origin-resource-policy")
    assert [answer.headers.get(name) for name in told] == [media_type, cache, "nosniff", "same-origin"]


def test_what_is_not_here_says_so_and_is_not_kept(client: TestClient):
    for path in ("poster/8", f"video/{'cd' * 32}", f"sheet/{'00' * 16}", f"points/{'00' * 16}", f"point/{TOKEN}/13"):
        answer = client.get(f"/vidviz/{path}")
        assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (404, "Not here.", "no-store")
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("poster/0", 0),
        (f"poster/{2**53 - 1}", 2**53 - 1),
        (f"video/{VIDEO_ID}", VIDEO_ID),
        (f"sheet/{TOKEN}", TOKEN),
        (f"points/{'0' * 32}", "0" * 32),
    ],
)
def test_the_source_is_asked_with_what_the_path_says(client: TestClient, source: Folder, path: str, asked: object):
    client.get(f"/vidviz/{path}")
    assert source.asked == [asked]


def test_the_row_of_a_point_is_a_number_up_to_a_milliard(client: TestClient, source: Folder):
    client.get(f"/vidviz/point/{TOKEN}/999999999")
    client.get(f"/vidviz/point/{TOKEN}/0")
    assert source.asked == [TOKEN, 999_999_999, TOKEN, 0]


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.MP4", "video/mp4"),
        ("a.m4v", "video/mp4"),
        ("a.mov", "video/quicktime"),
        ("a.webm", "video/webm"),
        ("a.mkv", "video/x-matroska"),
        ("a.ogv", "video/ogg"),
        ("a.avi", "video/x-msvideo"),
        ("a.html", "application/octet-stream"),
    ],
)
def test_a_video_has_the_type_of_its_name_and_never_that_of_a_page(source: Folder, name: str, media_type: str):
    (source.folder / name).write_bytes(b"film")
    source.video_path = lambda video_id: source.folder / name
    client = TestClient(Starlette(routes=media_routes(source, base_path="")), base_url="http://localhost")
    assert client.get(f"/vidviz/video/{VIDEO_ID}").headers["content-type"] == media_type


def test_a_video_that_has_gone_and_a_folder_are_not_here(client: TestClient, source: Folder):
    (source.folder / "video.mp4").unlink()
    assert client.get(f"/vidviz/video/{VIDEO_ID}").status_code == 404
    (source.folder / "video.mp4").mkdir()
    assert client.get(f"/vidviz/video/{VIDEO_ID}").status_code == 404


def test_a_strip_is_a_picture_as_a_poster_is(client: TestClient, source: Folder):
    (source.folder / "gone.webp").write_bytes(b"strip")
    answer = client.get("/vidviz/strip/9")
    assert (answer.content, answer.headers["content-type"]) == (b"strip", "image/webp")


def test_nothing_can_be_written(client: TestClient):
    for method in ("POST", "PUT", "DELETE"):
        assert client.request(method, "/vidviz/poster/7").status_code == 405


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "a b"])
def test_a_foreign_host_name_reads_nothing(client: TestClient, source: Folder, host: str):
    answer = client.get("/vidviz/poster/7", headers={"host": host})
    assert answer.status_code == 403
    assert answer.text == ("This host name is not allowed; add it with `vidviz serve --allow-host`.")
    assert source.asked == []


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1", "[::1]:8501", "films.example.org:443", "LOCALHOST"])
def test_our_own_host_names_are_answered(client: TestClient, host: str):
    assert client.get("/vidviz/poster/7", headers={"host": host}).status_code == 200


def test_who_names_no_host_reads_nothing(client: TestClient, source: Folder):
    async def ask() -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/vidviz/poster/7", "headers": [], "query_string": b""}
        await client.app(scope, receive, send)
        return sent

    assert anyio.run(ask)[0]["status"] == 403
    assert source.asked == []


def test_wildcards_in_the_list_of_hosts():
    assert is_allowed_host("a.example.com", ["*.example.com"])
    assert not is_allowed_host("example.com.evil", ["*.example.com"])
    assert not is_allowed_host("notexample.com", ["*.example.com"])
    assert not is_allowed_host("example.com", ["*.example.com"])
    assert is_allowed_host("anything:80", ["*"])
    assert not is_allowed_host("bad host", ["*"])


@pytest.mark.parametrize(
    ("header", "allowed"),
    [
        ("films.example.org", True),
        ("FILMS.example.ORG:1", True),
        ("films.example.org:65535", True),
        ("films.example.org.", True),
        ("films.example.org..", True),
        (".films.example.org", False),
        ("films.example.org:", False),
        ("films.example.org:123456", False),
        ("films.example.org:80a", False),
        ("films.example.org@evil", False),
        ("x-films.example.org", False),
        ("films_example.org", False),
        ("[fe80::1%25eth0]", False),
        ("[FE80::1]:80", True),
    ],
)
def test_a_host_is_a_name_and_a_port_and_nothing_more(header: str, allowed: bool):
    assert is_allowed_host(header, ["Films.Example.Org", "[fe80::1]"]) is allowed


def test_the_routes_live_under_the_apps_path(source: Folder):
    routes = media_routes(source, base_path="/tools/vidviz/", allowed_hosts=[])
    client = TestClient(Starlette(routes=routes), base_url="http://localhost")
    assert client.get("/tools/vidviz/vidviz/poster/7").status_code == 200
    assert client.get("/vidviz/poster/7").status_code == 404
    assert media_routes(source, base_path="X/y", allowed_hosts=[])[0].path == "/X/y/vidviz/poster/{clip_id}"
    for base in ("/", "", "//"):
        assert media_routes(source, base_path=base, allowed_hosts=[])[0].path == "/vidviz/poster/{clip_id}"


def test_streamlits_own_settings_are_the_default(source: Folder):
    client = TestClient(Starlette(routes=media_routes(source)), base_url="http://127.0.0.1")
    assert client.get("/vidviz/poster/7").status_code == 200
    assert client.get("/vidviz/poster/7", headers={"host": "films.example.org"}).status_code == 403


OPTIONS = {
    "server.baseUrlPath": "films",
    "server.allowedHosts": ["a.example"],
    "server.address": "b.example",
    "browser.serverAddress": "c.example",
}


@pytest.mark.parametrize("host", ["a.example", "b.example", "c.example", "localhost"])
def test_hosts_and_path_that_streamlit_was_started_with_count(source: Folder, monkeypatch, host: str):
    import streamlit as st

    monkeypatch.setattr(st, "get_option", OPTIONS.get)
    client = TestClient(Starlette(routes=media_routes(source)), base_url=f"http://{host}")
    assert client.get("/films/vidviz/poster/7").status_code == 200
    assert client.get("/films/vidviz/poster/7", headers={"host": "d.example"}).status_code == 403
    assert client.get("/vidviz/poster/7").status_code == 404


def test_plotly_comes_from_the_installed_package(client: TestClient):
    answer = client.get("/vidviz/asset/plotly.min.js", headers={"range": "bytes=0-200"})
    assert "plotly.js" in answer.text
    assert answer.headers["content-type"].startswith("text/javascript")


def test_every_packaged_script_is_served_for_ever_under_the_name_of_its_content(client: TestClient):
    for path, content in packaged_scripts().items():
        answer = client.get(f"/vidviz/assets/{scripts_digest()}/{path}")
        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_scripts_too_are_for_our_own_host_names_alone(client: TestClient):
    path = f"/vidviz/assets/{scripts_digest()}/map/index.js"
    assert client.get(path, headers={"host": "evil.example"}).status_code == 403
