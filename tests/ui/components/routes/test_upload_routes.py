"""Uploads by their route: streamed, bounded, from our own pages alone, and nothing left of what breaks off."""

from __future__ import annotations

from collections.abc import Iterator

import anyio
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from vidviz.config import UploadLimits
from vidviz.services.importing import upload_desk
from vidviz.services.importing.upload_desk import UploadDesk
from vidviz.services.library.workspaces import open_workspace
from vidviz.ui.components.routes import upload_routes as routes_of

MB = 2**20
HOME = "http://localhost:8501"


@pytest.fixture
def desk(tmp_path) -> Iterator[UploadDesk]:
    made = UploadDesk(open_workspace(tmp_path / "w"), UploadLimits(file_bytes=400 * MB, free_bytes=0))
    yield made
    made.close()


@pytest.fixture
def app(desk) -> Starlette:
    routes = routes_of.upload_routes(lambda: desk, base_path="", allowed_hosts=["films.example.org"])
    return Starlette(routes=routes)


@pytest.fixture
def client(app) -> TestClient:
    return TestClient(app, base_url=HOME)


def headers(token: str, name: str = "tom.mp4", origin: str | None = HOME, **more: str) -> dict[str, str]:
    from_where = {} if origin is None else {"origin": origin}
    return {"x-vidviz-upload": token, "x-vidviz-name": name, **from_where, **more}


def files_in(desk: UploadDesk) -> dict[str, int]:
    found = desk._folder.uploads.rglob("*")
    return {path.name: path.stat().st_size for path in found if path.is_file()}


def test_a_name_is_text_whatever_it_is(client, desk):
    batch = desk.open()
    names = ["../../etc/x.mp4", "<img src=x onerror=alert(1)>.mp4", "süß 雪.mp4", "%00.mp4", "x" * 5000]
    sent = ["..%2F..%2Fetc%2Fx.mp4", "%3Cimg src=x onerror=alert(1)%3E.mp4", "s%C3%BC%C3%9F%20%E9%9B%AA.mp4"]
    for number, name in enumerate([*sent, "%2500.mp4", "x" * 5000]):
        assert client.post(f"/vidviz/upload/{number}", content=b"film", headers=headers(batch.token, name)).is_success
    assert [file.name for file in batch.files.values()] == [name[:1000] for name in names]
    assert sorted(files_in(desk)) == ["00000.mp4", "00001.mp4", "00002.mp4", "00003.mp4", "00004"]


@pytest.mark.parametrize(
    ("origin", "host", "status"),
    [
        (HOME, "localhost:8501", 200),
        ("https://films.example.org", "films.example.org", 200),
        ("http://evil.com", "localhost:8501", 403),
        ("http://localhost.evil.com:8501", "localhost:8501", 403),
        ("http://evil.com:8501", "evil.com:8501", 403),
        ("null", "localhost:8501", 403),
        ("file://localhost", "localhost:8501", 403),
        (None, "localhost:8501", 403),
    ],
)
def test_only_our_own_pages_may_send(client, desk, origin, host, status):
    told = headers(desk.open().token, origin=origin, host=host)
    assert client.post("/vidviz/upload/0", content=b"film", headers=told).status_code == status
    assert client.delete("/vidviz/upload/0", headers=told).status_code == status
    assert files_in(desk) == {}


def test_a_page_needs_the_token_that_it_was_given(client, desk):
    desk.open()
    for token in ("", "0" * 32, "../..", "x"):
        answer = client.post("/vidviz/upload/0", content=b"film", headers=headers(token))
        assert (answer.status_code, "load the page again" in answer.json()["error"]) == (413, True)
    for number in ("-1", "1.0", "x", "1000000", "%2e%2e"):
        told = headers(desk.open().token)
        assert client.post(f"/vidviz/upload/{number}", content=b"film", headers=told).status_code == 404
    assert files_in(desk) == {}


def test_what_is_too_big_is_refused_by_its_length_and_by_its_bytes(client, desk):
    token = desk.open().token
    desk.limits = UploadLimits(file_bytes=3 * MB, free_bytes=0)
    told = client.post("/vidviz/upload/0", content=bytes(4 * MB), headers=headers(token))
    untold = client.post("/vidviz/upload/1", content=iter([bytes(MB)] * 4), headers=headers(token))
    lie = headers(token, **{"content-length": "7"})
    lying = client.post("/vidviz/upload/2", content=iter([bytes(MB)] * 4), headers=lie)
    for answer in (told, untold, lying):
        assert (answer.status_code, "larger than 3 MB" in answer.json()["error"]) == (413, True)
    assert files_in(desk) == {}


def scope_of(token: str) -> dict[str, object]:
    """A request as a server hands it to the app."""
    told = {**headers(token), "host": "localhost:8501"}
    fields = [(name.encode(), value.encode()) for name, value in told.items()]
    return {"type": "http", "method": "POST", "path": "/vidviz/upload/0", "headers": fields, "query_string": b""}


def send(app: Starlette, token: str, messages: Iterator[dict[str, object]], waiting: list[int]) -> int:
    """Run the app on messages as a server gives them; returns the status, and notes how many were taken by when."""
    answered: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        message = next(messages)
        waiting.append(len(message.get("body", b"")))  # type: ignore[arg-type]
        return message

    async def answer(message: dict[str, object]) -> None:
        answered.append(message)

    anyio.run(app, scope_of(token), receive, answer)
    return int(answered[0]["status"])  # type: ignore[call-overload]


def test_each_chunk_is_written_before_the_next_is_asked_for(app, desk, monkeypatch):
    taken: list[int] = []
    held: list[int] = []
    written = [0]
    write = upload_desk.Arrival.write

    def note(arrival: upload_desk.Arrival, chunk: bytes) -> None:
        held.append(sum(taken) - written[0])
        write(arrival, chunk)
        written[0] += len(chunk)

    monkeypatch.setattr(upload_desk.Arrival, "write", note)
    chunk = bytes(MB)
    messages = ({"type": "http.request", "body": chunk, "more_body": number < 199} for number in range(200))
    assert send(app, desk.open().token, messages, taken) == 200
    assert max(held) == MB
    assert list(files_in(desk).values()) == [200 * MB]


def test_a_connection_that_breaks_leaves_nothing(app, desk):
    def broken() -> Iterator[dict[str, object]]:
        yield {"type": "http.request", "body": bytes(MB), "more_body": True}
        yield {"type": "http.disconnect"}

    batch = desk.open()
    assert send(app, batch.token, broken(), []) == 400
    assert (files_in(desk), batch.files, batch.arriving) == ({}, {}, {})


def test_an_upload_that_stands_still_is_given_up(app, desk, monkeypatch):
    monkeypatch.setattr(routes_of, "IDLE_SECONDS", 0.05)
    batch = desk.open()

    async def run() -> None:
        async def send_nothing(_message: object) -> None:
            return None

        await app(scope_of(batch.token), anyio.sleep_forever, send_nothing)

    anyio.run(run)
    assert (files_in(desk), batch.arriving) == ({}, {})


def test_a_full_disk_is_told_and_leaves_nothing(client, desk, monkeypatch):
    def full(_arrival: object, _chunk: bytes) -> None:
        with upload_desk.explain_disk_errors(desk._folder.uploads / "x"):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(upload_desk.Arrival, "write", full)
    answer = client.post("/vidviz/upload/0", content=b"film", headers=headers(desk.open().token))
    assert (answer.status_code, "The disk is full" in answer.json()["error"]) == (507, True)
    assert files_in(desk) == {}


def test_a_file_can_be_taken_back(client, desk):
    batch = desk.open()
    for number in range(2):
        assert client.post(f"/vidviz/upload/{number}", content=b"film", headers=headers(batch.token)).is_success
    assert client.delete("/vidviz/upload/0", headers=headers(batch.token)).is_success
    assert list(batch.files) == [1]
    assert files_in(desk) == {"00001.mp4": 4}
    assert client.delete("/vidviz/upload/1", headers=headers("0" * 32)).status_code == 404
