"""The Search page when Milvus fails it: each time a sentence, and an ordinary query answers afterwards."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent import futures
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import local_script_runner

from vidviz.index.milvus import client as milvus_client
from vidviz.index.milvus import connection as connections
from vidviz.index.milvus.open import open_milvus
from vidviz.services.index import freshness, set_index
from vidviz.services.library import contents, embedding_sets
from vidviz.ui.plain_text import plain

SITE = Path(__file__).parents[2]
TOKEN = "root:s3cr3t-t0ken"


@pytest.fixture
def asked(prepared):
    """A workspace with twelve clips, and the first of them; its Milvus is closed afterwards."""
    _, ids = prepared.fill()
    yield prepared, ids[0]
    for connection in list(connections._shared.values()):
        connection.close()


@pytest.fixture
def impatient(monkeypatch):
    """Nobody waits long for a server that does not answer."""
    monkeypatch.setattr(milvus_client, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(connections, "READ_SECONDS", 1.0)


@pytest.fixture
def start_server(tmp_path) -> Iterator[Callable[[int], Callable[[], None]]]:
    """Starts Lite's own engine behind a port, and returns what stops it."""
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    running = []

    def start(port: int) -> Callable[[], None]:
        server, database, _ = start_server_in_thread(str(tmp_path / "data"), port=port)

        def stop() -> None:
            server.stop(grace=0).wait()
            database.close()

        running.append(stop)
        return lambda: running.remove(stop) or stop()

    yield start
    for stop in running:
        stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def answers(usual_engine) -> Callable[..., None]:
    """Checks that a page has no error and shows so many hits by this engine."""

    def check(page, engine_name: str = usual_engine, count: int = 12) -> None:
        assert page.errors == []
        assert f"{count} hits by cosine similarity · {engine_name}" in page.words
        assert len(page.drawn("clip_gallery")[-1]["cards"]) == count  # those before it lie on the tray

    return check


def collection_of(prepared) -> str:
    """Its name; a server has those of other tests beside it."""
    return set_index.open_collection(prepared.folder, embedding_sets.find_set(prepared.folder)).name


@pytest.mark.usefixtures("impatient")
def test_a_server_that_goes_in_mid_query_and_comes_back(asked, show, start_server, monkeypatch, answers):
    _, clip = asked
    port = free_port()
    monkeypatch.setenv("VIDVIZ_MILVUS_URI", f"http://user:pa55word@127.0.0.1:{port}")
    gone = show("search", clip=str(clip))
    assert [f"Milvus at http://127.0.0.1:{port} does not answer; start it" in error for error in gone.errors] == [True]
    assert "pa55word" not in gone.words + gone.errors[0]
    stop = start_server(port)
    answers(gone.again(), "Milvus")
    stop()
    lost = gone.again()  # the connection was sound a moment ago: it breaks in the query itself
    assert [f"127.0.0.1:{port} does not answer" in error for error in lost.errors] == [True]
    assert lost.app.selectbox(key="search hits").value == 24  # the controls stay
    engine_view = show("search", {"search view": "Engine"})
    assert any("does not answer" in error for error in engine_view.errors)
    start_server(port)
    answers(lost.again(), "Milvus")


def test_a_wrong_token_and_then_the_right_one(asked, show, start_server, monkeypatch, answers):
    import grpc

    class Refuse(grpc.GenericRpcHandler):
        def service(self, details):
            def refuse(request, context):
                context.abort(grpc.StatusCode.UNAUTHENTICATED, f"auth check failure, please check {TOKEN}")

            return grpc.unary_unary_rpc_method_handler(refuse)

    _, clip = asked
    server = grpc.server(futures.ThreadPoolExecutor(1), handlers=[Refuse()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setenv("VIDVIZ_MILVUS_URI", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("VIDVIZ_MILVUS_TOKEN", TOKEN)
    try:
        refused = show("search", clip=str(clip))
        assert refused.errors == [f"Milvus at http://127.0.0.1:{port} refuses the token; check VIDVIZ_MILVUS_TOKEN."]
        assert "s3cr3t" not in refused.words
    finally:
        server.stop(grace=0).wait()
    start_server(port)
    answers(refused.again(), "Milvus")


def test_a_collection_that_somebody_dropped_is_made_again_and_told(asked, show, answers):
    prepared, clip = asked
    page = show("search", clip=str(clip))
    answers(page)
    name = collection_of(prepared)
    client = open_milvus(set_index.milvus_settings(), prepared.folder.milvus).client
    client.drop_collection(name)  # behind our back
    mended = page.again()
    answers(mended)
    assert freshness.MENDED in mended.words
    assert freshness.MENDED not in mended.again().words


def test_a_collection_that_somebody_put_in_place_of_ours_is_told(asked, show, answers):
    prepared, clip = asked
    page = show("search", clip=str(clip))
    name = collection_of(prepared)
    client = open_milvus(set_index.milvus_settings(), prepared.folder.milvus).client
    client.drop_collection(name)
    client.create_collection(name, dimension=3)
    client.insert(name, [{"id": 1, "vector": [1.0, 0.0, 0.0]}])
    foreign = page.again()
    assert ["was not made by vidviz; rename it" in error for error in foreign.errors] == [True]
    client.drop_collection(name)
    answers(foreign.again())


def test_rows_that_somebody_removed_come_back(asked, show, start_server, monkeypatch, answers):
    prepared, clip = asked
    port = free_port()
    start_server(port)
    monkeypatch.setenv("VIDVIZ_MILVUS_URI", f"http://127.0.0.1:{port}")
    page = show("search", clip=str(clip))
    answers(page, "Milvus")
    index = set_index.open_collection(prepared.folder, embedding_sets.find_set(prepared.folder))
    index.delete(index.ids()[:4].tolist())
    monkeypatch.setattr(freshness, "LOOK_AGAIN_SECONDS", 0.0)
    mended = page.again()
    answers(mended, "Milvus")
    assert freshness.MENDED in mended.words


@pytest.mark.parametrize("removed", [5, 12])
def test_a_short_answer_shows_that_rows_were_removed_and_mends_it(asked, show, removed, answers):
    prepared, clip = asked
    page = show("search", clip=str(clip))
    answers(page)
    assert freshness.MENDED not in page.words
    index = set_index.open_collection(prepared.folder, embedding_sets.find_set(prepared.folder))
    index.delete(index.ids()[:removed].tolist())  # lately looked at: only the short answer tells
    for _ in range(50):  # a server lets searches see what was removed a moment later
        mended = page.again()
        answers(mended)
        if freshness.MENDED in mended.words:
            break
    assert freshness.MENDED in mended.words
    assert set_index.summarise_check(prepared.folder, "") == {"stored": 12, "missing": 0, "extra": 0}
    assert freshness.MENDED not in mended.again().words


NOT_OFFERED = "of the URL is not offered"
NUMBERS = ("search hits", "search threshold", "search gap", "search effort")
USUAL = (24, None, 0.0, None)


def tells_what_is_taken(page, given: str, taken: tuple[float | None, ...]) -> None:
    """The page answers; each control holds what is taken for the URL's number, and a line says so for each."""
    assert page.errors == []
    assert not page.app.warning
    assert "hits by cosine similarity" in page.words
    values = {control.key: control.value for control in [*page.app.selectbox, *page.app.number_input]}
    assert tuple(values[key] for key in NUMBERS) == taken
    said = [line for line in page.words.splitlines() if NOT_OFFERED in line]
    assert all(given[:20] in line and len(line) < 150 for line in said)
    refused = [value for value in taken if value is None or f"{value:g}" != given]
    ends = [f"{'the usual' if value is None else f'{value:,g}'} is taken." for value in refused]
    assert [line[-len(end) :] for line, end in zip(said, ends, strict=True)] == ends


def with_numbers(given: object) -> dict[str, str]:
    return {key: str(given) for key in NUMBERS}


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("5000", (1000, 5000.0, 60.0, 4096.0)),
        ("30", (24, 30.0, 30.0, 30.0)),
        ("-5", (6, -5.0, 0.0, 1.0)),
        ("1e300", (1000, 1e9, 60.0, 4096.0)),
        ("-1e300", (6, -1e9, 0.0, 1.0)),
        ("nan", USUAL),
        ("1e999", USUAL),
        ("-1e999", USUAL),
        ("9" * 400, USUAL),
        ("**text**", USUAL),
    ],
)
def test_a_number_of_the_url_out_of_range_becomes_the_nearest_and_is_told(asked, show, given, taken):
    _, clip = asked
    page = show("search", clip=str(clip), **with_numbers(given))
    tells_what_is_taken(page, given, taken)
    assert NOT_OFFERED not in page.again().words  # it is the control's own number by now


def test_numbers_of_the_url_that_are_offered_are_taken_without_a_word(asked, show):
    _, clip = asked
    page = show("search", clip=str(clip), **with_numbers(12))
    tells_what_is_taken(page, "12", (12, 12.0, 12.0, 12.0))
    assert NOT_OFFERED not in page.words
    assert NOT_OFFERED not in show("search", clip=str(clip), **with_numbers("")).words


@pytest.fixture
def go_back(monkeypatch) -> Callable[..., Any]:
    """Runs a page with an address to which the browser's back button led."""

    def run(page: Any, query: dict[str, str]) -> Any:
        page.app.query_params.update(query)
        back = partial(local_script_runner.RerunData, is_history_navigation=True)
        with monkeypatch.context() as patched:
            patched.setattr(local_script_runner, "RerunData", back)
            return page.again()

    return run


def test_numbers_out_of_range_that_the_back_button_brings_are_told(asked, show, go_back):
    """On the way back Streamlit takes the usual by itself, and the page must not say that it took the nearest."""
    _, clip = asked
    page = show("search", clip=str(clip), **with_numbers(12))
    for given in ("5000", "-5", "nan", "1e999", "**text**"):
        threshold = None if given in ("nan", "1e999", "**text**") else float(given)
        page = go_back(page, with_numbers(given))
        tells_what_is_taken(page, given, (24, threshold, 0.0, None))
    page = go_back(page, with_numbers(12))
    tells_what_is_taken(page, "12", (12, 12.0, 12.0, 12.0))


LEFT_OUT = "what cannot be read is left out"


def test_numbers_of_the_query_in_the_url_that_are_none_are_told(asked, show, go_back, answers):
    prepared, clip = asked
    other = int(contents.clip_table(prepared.folder)["clip_id"].iloc[5])
    sound = f'{{"clips":[[{other},0.75]]}}'
    nines = "9" * 400
    for first, second in (
        (f'{{"clips":[[{other},NaN]]}}', f'{{"clips":[[{other},1e999]]}}'),
        (f'{{"clips":[[{other},-5]]}}', f'{{"clips":[[{other},{nines}]]}}'),
        (f'{{"clips":[[{other},"text"]]}}', f'{{"clips":[[{nines},1]]}}'),
        (f'{{"clips":[[{other},0.75],[1.5,1]]}}', '{"seconds":[0,1e999]}'),
        ("NaN", "text"),
    ):
        page = show("search", clip=str(clip), query=first)
        answers(page)
        assert LEFT_OUT in page.words
        page = go_back(page, {"query": sound})
        answers(page)
        assert 0.75 in [control.value for control in page.app.number_input]  # on the tray
        assert LEFT_OUT not in page.words
        page = go_back(page, {"query": second})
        answers(page)
        assert LEFT_OUT in page.words


def test_half_a_character_in_the_url_is_no_sentence_and_no_filter(asked, show, answers):
    _, clip = asked
    page = show("search", ask="sentence", query='{"sentence":"\\ud800"}')
    assert LEFT_OUT in page.words
    assert page.errors == []
    assert page.app.text_input(key="search sentence").value == ""
    answers(show("search", clip=str(clip), filter='{"text":"\\ud800"}'))
    answers(show("search", clip=str(clip), filter='{"labels":{"label":["\\ud800"]}}'))


def test_a_check_that_finds_a_swapped_row_has_the_next_search_mend_it(asked, show, answers):
    prepared, clip = asked
    page = show("search", clip=str(clip))
    index = set_index.open_collection(prepared.folder, embedding_sets.find_set(prepared.folder))
    [row, *_] = index.read_rows()
    index.delete([row.clip_id])
    index.upsert([type(row)(7, row.video_id, "", 0.0, 1.0)], np.ones((1, 8), np.float32))  # as many as before
    checked = show("search", {"search view": "Engine"}).press("Check")
    assert "1 vectors are missing and 1 should not be there; the next search mends it." in "\n".join(
        said.value for said in checked.app.success
    )
    answers(page.again())
    assert set_index.summarise_check(prepared.folder, "") == {"stored": 12, "missing": 0, "extra": 0}


OTHER_DASHBOARD = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file(sys.argv[1], default_timeout=60)
app.query_params["clip"] = sys.argv[2]
app.run()
print(len(app.exception), len(app.error), flush=True)
sys.stdin.read()
"""


@pytest.mark.lite
def test_a_second_dashboard_answers_from_the_stored_vectors_and_says_so(asked, show, answers):
    """The local file is open in one process at a time."""
    _, clip = asked
    command = [sys.executable, "-c", OTHER_DASHBOARD, str(SITE / "pages" / "search.py"), str(clip)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=SITE) as other:
        assert other.stdout.readline() == "0 0\n"  # it has answered, and holds the local Milvus file
        second = show("search", clip=str(clip))
        answers(second, "stored vectors")
        assert f"is open in process {other.pid} (" in second.words
        assert "Answered from the stored vectors." in second.words
        by_distance = show("search", {"search metric": "distance"}, clip=str(clip))
        assert "12 hits by distance · stored vectors" in by_distance.words
        view = show("search", {"search view": "Engine"})
        assert any(plain(f"is open in process {other.pid} (") in warning.value for warning in view.app.warning)
        other.stdin.close()
    answers(second.again())
