"""The websocket, through which everything is done, answers this machine's names and no others."""

from __future__ import annotations

import socket

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from vidviz.services.dashboard import ADDRESS, end_process, free_port, start_dashboard, wait_until_up


@pytest.fixture(scope="module")
def ports(tmp_path_factory):
    """Two dashboards: a plain one, and one that a proxy offers as `vidviz.example.com`."""
    found, processes = [], []
    try:
        for hosts in ((), ("vidviz.example.com",)):
            port = free_port(18690 + 10 * len(found))
            processes.append(start_dashboard(tmp_path_factory.mktemp("w"), port, hosts))
            wait_until_up(processes[-1], port)
            found.append(port)
        yield found
    finally:
        for process in processes:
            end_process(process)


def answers(port: int, host: str, origin: str | None = None) -> bool:
    """Whether the websocket lets somebody in who calls it `host`."""
    asked = {"origin": origin or f"http://{host}:{port}", "subprotocols": ["streamlit"]}
    try:
        with (
            socket.create_connection((ADDRESS, port)) as line,
            connect(f"ws://{host}:{port}/_stcore/stream", sock=line, **asked),
        ):
            return True
    except InvalidStatus as refused:
        status = refused.response.status_code
    return {403: False}[status]


@pytest.mark.parametrize(
    ("host", "plain", "offered"),
    [
        ("localhost", True, True),
        ("127.0.0.1", True, True),
        ("[::1]", True, True),
        ("evil.com", False, False),
        ("notlocalhost", False, False),
        ("localhost.evil.com", False, False),
        ("vidviz.example.com", False, True),
        ("other.example.com", False, False),
    ],
)
def test_only_names_of_this_machine_and_those_that_were_allowed_are_answered(ports, host, plain, offered):
    assert [answers(port, host) for port in ports] == [plain, offered]


def test_a_foreign_page_is_not_let_in_under_a_name_of_ours(ports):
    assert not answers(ports[0], "localhost", origin="http://evil.com")
