"""Many people on one dashboard: what a rerun costs the server, with and without a collection after every run.

    python benchmarks/sessions.py [--sessions 24] [--seconds 40] [--check]

Light websocket clients change pages all the time (map, search, library) on a workspace of 10,000 clips without videos
behind them. Twice, on the same workspace: as vidviz is served, and with Streamlit's own `runner.postScriptGC`. The
first page of each session is not counted; the clients run on the same processors. Processor time is steadier than
waiting. What was loaded at the start is left out of collections in both (`vidviz.services.garbage`).

With --check: exit code 1 unless a rerun costs at most 0.8 without the collection of what it costs with it (target).
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import psutil
from parts.machine import describe_machine
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from vidviz.services.dashboard import ADDRESS, end_process, free_port, start_dashboard, wait_until_up

NUM_CLIPS = 10_000
PAGES = ("map", "search", "library")
TARGET_SHARE = 0.8
COLLECTING = "STREAMLIT_RUNNER_POST_SCRIPT_GC"


class Visitor(threading.Thread):
    """A session that goes from page to page; `seconds` are those of each page's reruns."""

    def __init__(self, port: int, first: int, stopped: threading.Event) -> None:
        super().__init__(daemon=True)
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.errors = 0
        self._port, self._first, self._stopped = port, first, stopped

    def run(self) -> None:
        """Visit until stopped."""
        address = f"ws://{ADDRESS}:{self._port}/_stcore/stream"
        with connect(address, proxy=None, subprotocols=["streamlit"], max_size=None) as line:
            for number, page in enumerate(itertools.islice(itertools.cycle(PAGES), self._first, None)):
                began = time.monotonic()
                ask = BackMsg()
                ask.rerun_script.page_name = page
                line.send(ask.SerializeToString())
                self._await_end(line)
                if number:
                    self.seconds[page].append(time.monotonic() - began)
                if self._stopped.is_set():
                    return

    def _await_end(self, line: object) -> None:
        while True:
            told = ForwardMsg()
            told.ParseFromString(line.recv(timeout=600))
            if told.WhichOneof("type") == "delta" and told.delta.new_element.WhichOneof("type") == "exception":
                self.errors += 1
            if told.WhichOneof("type") == "script_finished":
                return


def main() -> int:
    """Measure both and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--check", action="store_true", help="exit code 1 where the target is missed")
    asked = parser.parse_args()
    print(describe_machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="vidviz-benchmark-") as place:
        here = Path(__file__).parent
        subprocess.run([sys.executable, "-m", "parts.synthetic", place, str(NUM_CLIPS)], cwd=here, check=True)
        costs = {
            collecting: visit(Path(place), asked.sessions, asked.seconds, collecting=collecting)
            for collecting in (False, True)
        }
    share = costs[False] / costs[True]
    print(f"without the collection a rerun costs {share:.2f} of what it costs with it (target: {TARGET_SHARE})")
    return int(asked.check and share > TARGET_SHARE)


def visit(place: Path, sessions: int, seconds: float, *, collecting: bool) -> float:
    """Have so many sessions visit for a while; the server's processor time a rerun, in seconds."""
    os.environ[COLLECTING] = str(collecting).lower()
    port = free_port(18720)
    process = start_dashboard(place, port)
    try:
        wait_until_up(process, port)
        server, stopped = psutil.Process(process.pid), threading.Event()
        visitors = [Visitor(port, number, stopped) for number in range(sessions)]
        for visitor in visitors:
            visitor.start()
        time.sleep(seconds / 2)  # the first pages, and what is computed once
        before, memory, counted = used(server), server.memory_info().rss, count(visitors)
        time.sleep(seconds)
        spent, reruns = used(server) - before, count(visitors) - counted
        grown = (server.memory_info().rss - memory) / 1e6
        stopped.set()
        for visitor in visitors:
            visitor.join(120)
    finally:
        end_process(process)
        del os.environ[COLLECTING]
    cost = spent / max(1, reruns)
    print(
        f"{sessions} sessions, collection after every run {'on' if collecting else 'off'}: {1000 * cost:.0f} ms of "
        f"processor time a rerun, {reruns / seconds:.1f} reruns a second, memory {memory / 1e6:.0f} MB, {grown:+.0f} "
        f"MB within {seconds:.0f} s, {sum(visitor.errors for visitor in visitors)} errors"
    )
    for page in PAGES:
        waited = np.concatenate([visitor.seconds[page] for visitor in visitors]) if visitors else np.zeros(0)
        if len(waited):
            print(f"  {page:8} p50 {np.percentile(waited, 50):.2f} s, p95 {np.percentile(waited, 95):.2f} s")
    return cost


def used(process: psutil.Process) -> float:
    """Seconds of processor time that a process has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


def count(visitors: list[Visitor]) -> int:
    """Reruns so far."""
    return sum(len(waited) for visitor in visitors for waited in list(visitor.seconds.values()))


if __name__ == "__main__":
    sys.exit(main())
