"""Runs vidviz commands, each in a process of its own that is forked from this one: heavy imports are paid for once.

Reads one JSON request a line: {"arguments", "environment", "file_bytes", "stdout", "stderr", "keep_every_seconds"}.
Answers {"pid"} at once and {"code"} when the process has ended, negative where a signal ended it.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from typing import Any

import milvus_lite.server_manager
import numpy as np
import pandas as pd
import pymilvus
import torch

import vidviz.services.embedding
import vidviz.services.importing
import vidviz.services.indexing
import vidviz.services.jobs
import vidviz.services.reading
from vidviz.cli import main

LOADED = (milvus_lite.server_manager, np, pd, pymilvus, torch)


def serve() -> None:
    """Answer requests until there are no more; returns in the forked children only."""
    print("ready", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
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
    if request["keep_every_seconds"] is not None:
        vidviz.services.embedding.KEEP_EVERY_SECONDS = request["keep_every_seconds"]
    if request["file_bytes"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_bytes"], request["file_bytes"]))
    main(request["arguments"], prog_name="vidviz")


if __name__ == "__main__":
    serve()
