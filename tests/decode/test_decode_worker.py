from __future__ import annotations

import itertools
import operator
import os
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from vidviz.config import DecodeLimits
from vidviz.decode.read import read_clips
from vidviz.decode.workers.worker import DecodeWorker
from vidviz.errors import DecoderCrashError, MediaError, RecipeError, UnknownNameError
from vidviz.types import FrameSpec, Recipe, Span

LIMITS = DecodeLimits(memory_bytes=2**30)
FILE = Path("/some/where/film.mp4")

# Functions for the child: it imports modules by name, and pytest's test modules have none.
HELP = """
    import os, time
    from vidviz.errors import UnknownNameError

    def refuse():
        raise UnknownNameError("layer", "layer5", ["layer4", "stem"])

    def crash(path):
        os.kill(os.getpid(), 11)

    def sleep(path):
        time.sleep(60)

    def devour(path):
        return len(bytearray(2**33))

    def break_off(path):
        yield 1
        yield 2
        raise ZeroDivisionError("secret detail")

    def note(folder):
        for number in range(1000):
            (folder / str(number)).touch()
            yield bytes(10**6)  # more than a socket holds
"""


@pytest.fixture
def helped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "child_functions.py").write_text(textwrap.dedent(HELP))
    monkeypatch.syspath_prepend(tmp_path)
    import child_functions  # type: ignore[import-not-found]

    yield child_functions
    del sys.modules["child_functions"]


@pytest.fixture
def worker(request: pytest.FixtureRequest):
    if "helped" in request.fixturenames:
        request.getfixturevalue("helped")
    with DecodeWorker(LIMITS) as started:
        yield started


def add(worker: DecodeWorker) -> int:
    return worker.call(operator.add, 2, 3, timeout_seconds=20)


def test_calls_and_streams_run_in_one_other_process(worker: DecodeWorker) -> None:
    assert add(worker) == 5
    assert worker.call(os.getpid, timeout_seconds=20) == worker.process_id != os.getpid()
    assert list(worker.stream(range, 100, timeout_seconds=20)) == list(range(100))
    assert worker.call(os.getpid, timeout_seconds=20) == worker.process_id


def test_the_child_imports_little(worker: DecodeWorker) -> None:
    worker.call(os.getpid, timeout_seconds=20)
    modules = worker.call(eval, "sorted(__import__('sys').modules)", timeout_seconds=20)
    assert not {"torch", "streamlit", "pytest", "av", "numpy"} & set(modules)


def test_errors_arrive_as_they_were(worker: DecodeWorker, helped) -> None:
    with pytest.raises(RecipeError, match="A recipe cuts by"):
        worker.call(Recipe, "sideways", timeout_seconds=20)
    with pytest.raises(UnknownNameError) as caught:
        worker.call(helped.refuse, timeout_seconds=20)
    assert str(caught.value) == str(UnknownNameError("layer", "layer5", ["layer4", "stem"]))
    assert caught.value.near == ["layer4"]


def test_other_errors_bring_their_traceback_for_the_log_and_are_told_without_their_insides(worker, helped) -> None:
    taken = []
    with pytest.raises(MediaError) as caught:
        taken.extend(worker.stream(helped.break_off, FILE, timeout_seconds=20))
    assert "film.mp4" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.incomplete
    assert "secret detail" in caught.value.behind
    assert "break_off" in caught.value.behind
    assert add(worker) == 5


def test_items_before_a_failure_are_kept(worker: DecodeWorker, helped) -> None:
    items = worker.stream(helped.break_off, FILE, timeout_seconds=20)
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(MediaError):
        next(items)


@pytest.mark.parametrize(
    ("function", "seconds", "words"),
    [
        ("crash", 20, r"crashed on film\.mp4 \(SIGSEGV\)"),
        ("sleep", 0.3, r"no answer on film\.mp4 for 0\.3 s"),
        pytest.param(
            "devour",
            20,
            r"film\.mp4 needs more than the 1 GiB",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds address space"),
        ),
    ],
)
def test_a_fault_is_told_and_the_next_call_works(worker, helped, function: str, seconds: float, words: str) -> None:
    with pytest.raises(DecoderCrashError, match=words) as caught:
        worker.call(getattr(helped, function), FILE, timeout_seconds=seconds)
    assert "/some/where" not in str(caught.value)
    assert add(worker) == 5


def test_an_exit_is_a_crash(worker: DecodeWorker) -> None:
    with pytest.raises(DecoderCrashError, match="exit code 3"):
        worker.call(os._exit, 3, timeout_seconds=20)
    assert add(worker) == 5


def test_a_stream_makes_only_a_few_items_ahead(worker: DecodeWorker, helped, tmp_path: Path, until) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    with closing(worker.stream(helped.note, folder, timeout_seconds=20, prefetch=2)) as items:
        next(items)
        until(lambda: len(list(folder.iterdir())) >= 4)
        time.sleep(0.3)  # in which it would make more
        made = len(list(folder.iterdir()))
    assert 4 <= made <= 6  # taken, on its way, two ahead, and the one that waits


def test_clips_are_the_same_from_the_other_process(worker: DecodeWorker, make_video) -> None:
    path = make_video()
    spans = [Span(i / 10, i / 10 + 0.5) for i in range(14)]
    spec = FrameSpec(4, 32, 32)
    here = dict(read_clips(path, spans, spec, LIMITS))
    there = dict(worker.stream(read_clips, path, spans, spec, LIMITS, timeout_seconds=20))
    assert here.keys() == there.keys()
    assert all(np.array_equal(here[index], there[index]) for index in here)


def test_an_abandoned_stream_does_not_disturb_the_next_call(worker: DecodeWorker) -> None:
    with closing(worker.stream(itertools.count, timeout_seconds=20)) as numbers:
        assert next(numbers) == 0
        with pytest.raises(RuntimeError, match="close it first"):
            add(worker)
    assert add(worker) == 5


def test_threads_take_turns(worker: DecodeWorker) -> None:
    results: list[list[int]] = []

    def use() -> None:
        results.append(list(worker.stream(range, 200, timeout_seconds=20)))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert results == [list(range(200))] * 4


def test_closing_ends_a_call_under_way(worker: DecodeWorker) -> None:
    threading.Timer(0.3, worker.close).start()
    with pytest.raises(DecoderCrashError, match="closed"):
        worker.call(time.sleep, 60, timeout_seconds=30)
    with pytest.raises(DecoderCrashError, match="closed"):
        add(worker)


def test_the_process_ends_with_its_parent(until) -> None:
    script = (
        "import os, sys, time; from vidviz.decode.workers.worker import DecodeWorker\n"
        "w = DecodeWorker(); print(w.call(os.getpid, timeout_seconds=20), flush=True)\n"
        "import threading; threading.Thread(target=lambda: w.call(time.sleep, 60, timeout_seconds=90)).start()\n"
        "time.sleep(0.3); os._exit(0)"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    child = int(subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=env).stdout)
    until(lambda: not is_running(child))


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process_id}/stat")
    return not (state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def test_an_unguarded_main_script_is_not_run_again(tmp_path: Path) -> None:
    script = tmp_path / "main_script.py"
    script.write_text(
        "import operator\nfrom vidviz.decode.workers.worker import DecodeWorker\nprint('started')\n"
        "with DecodeWorker() as w:\n    print(w.call(operator.add, 1, 1, timeout_seconds=20))\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    result = subprocess.run([sys.executable, script], capture_output=True, text=True, env=env, timeout=30)
    assert result.stdout.split() == ["started", "2"]
