"""What a person waits for before anything is computed.

    python benchmarks/startup.py [--check]

Prints

- the time of `vidviz --help` above that of a bare Python (target: 0.5 s);
- what a server has loaded when the first page of a workspace is there (torch must not be among it), and when;
- the server's time for running each page again, with a workspace of 10,000 clips (target: 0.5 s).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from parts.machine import describe_machine

TARGET_HELP_SECONDS, TARGET_RERUN_SECONDS = 0.5, 0.5
NUM_CLIPS = 10_000
RUNS = 5
PAGES = ("map", "search", "library")
SITE = Path(__file__).resolve().parents[1]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit code 1 where a target is missed")
    check = parser.parse_args().check
    print(describe_machine(), flush=True)
    bare, help_ = fastest("-c", "pass"), fastest("-m", "vidviz", "--help")
    print(f"vidviz --help       {help_:.2f} s, a bare Python {bare:.2f} s")
    missed = help_ - bare > TARGET_HELP_SECONDS
    with tempfile.TemporaryDirectory(prefix="vidviz-benchmark-") as place:
        # In a process of its own, which lets go of the Milvus Lite file when it ends.
        clip = run_part("synthetic", place, NUM_CLIPS)
        for page in PAGES:
            told = time_page(Path(place), page, clip)
            heavy = ", ".join(told["loaded"]) or "nothing heavy"
            print(
                f"page {page:9} {NUM_CLIPS:,} clips: first {told['first']:.2f} s, again {told['again']:.2f} s "
                f"(loaded: {heavy})",
                flush=True,
            )
            missed = missed or told["again"] > TARGET_RERUN_SECONDS or "torch" in told["loaded"]
    return int(check and missed)


def fastest(*arguments: str) -> float:
    """Seconds of the fastest of several runs of Python."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - started)
    return min(times)


def time_page(workspace: Path, page: str, clip: str) -> dict[str, Any]:
    """The seconds of a page's first and later runs, in a process of its own, and the heavy libraries it loaded."""
    script = SITE / "pages" / f"{page}.py"
    told: dict[str, Any] = json.loads(run_part("timed_page", script, clip, RUNS, VIDVIZ_WORKSPACE=str(workspace)))
    return told


def run_part(name: str, *arguments: object, **environment: str) -> str:
    """The last line that a module of `parts` prints, run in a process of its own."""
    command = [sys.executable, "-m", f"parts.{name}", *map(str, arguments)]
    ended = subprocess.run(
        command,
        cwd=Path(__file__).parent,
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return ended.stdout.splitlines()[-1]


if __name__ == "__main__":
    sys.exit(main())
