"""Run a page as a server would, again and again; prints JSON with the times and what was loaded.

python -m parts.timed_page PAGE.py CLIP RUNS
"""

from __future__ import annotations

import json
import statistics
import sys
import time

from streamlit.testing.v1 import AppTest

HEAVY = ("torch", "torchvision", "transformers", "umap", "sklearn", "pymilvus")


def main() -> None:
    """Run the page once, then again."""
    app = AppTest.from_file(sys.argv[1], default_timeout=120)
    app.query_params["clip"] = sys.argv[2]
    first = timed_run(app)
    loaded = [name for name in HEAVY if name in sys.modules]
    again = statistics.median(timed_run(app) for _ in range(int(sys.argv[3])))
    print(json.dumps({"first": first, "again": again, "loaded": loaded}))


def timed_run(app: AppTest) -> float:
    """Seconds of one run; ends the process where the page fails."""
    started = time.perf_counter()
    app.run()
    if app.exception:
        sys.exit(app.exception[0].value)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
