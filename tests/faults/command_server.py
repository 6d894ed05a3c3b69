"""Runs vidviz commands, each in a process of its own that is forked from this one: heavy imports are paid for once.

Reads one JSON request a line: {"arguments", "environment", "file_bytes", "stdout", "stderr", "hasty"}.
Answers {"pid"} at once and {"code"} when the process has ended, negative where a signal ended it.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
from typing import Any

import vidviz.services.embedding.embed_loop
import vidviz.services.embedding.embed_run
import vidviz.services.importing.import_run
import vidviz.services.jobs
from vidviz.cli import main

MILVUS = ["pymilvus", "milvus_lite.server_manager"]
NETWORK = ["torch", "vidviz.embed.embedder", "vidviz.services.backbones.clip_reader"]
NEEDED = {"embed": MILVUS, "search": [*MILVUS, "vidviz.services.search.search_run"], "index": MILVUS}
"""What commands import in the end; imported here, the next one of the kind starts at once."""


def serve() -> None:
    """Answer requests until there are no more; returns in the forked children only."""
    for line in sys.stdin:
        request = json.loads(line)
        for name in NEEDED.get(request["arguments"][0], []) + (NETWORK if request["hasty"] else []):
            importlib.import_module(name)
        process_id = os.fork()
        if not process_id:
            run(request)
            return
        print(json.dumps({"pid": process_id}), flush=True)
        _, status = os.waitpid(process_id, 0)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status)}), flush=True)


def run(request: dict[str, Any]) -> None:
    """Become the process of one command."""
    for number, name, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, request["stdout"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        (2, request["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        os.dup2(os.open(name, flags, 0o644), number)
    os.environ.update(request["environment"])
    if request["hasty"]:
        vidviz.services.embedding.embed_loop.KEEP_EVERY_SECONDS = 0.0
        sys.modules["vidviz.embed.embedder"].suggest_batch_size = lambda *_: 4  # type: ignore[attr-defined]
    if request["file_bytes"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_bytes"], request["file_bytes"]))
    main(request["arguments"], prog_name="vidviz")


if __name__ == "__main__":
    serve()
