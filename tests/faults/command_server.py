"""Runs vidviz commands, each in a process of its own that is forked from this one: heavy imports are paid for once.

Reads one JSON request a line: {"arguments", "environment", "file_bytes", "rights", "hasty"}. Answers {"pid"} at once
and {"code", "stdout", "stderr"} when the process has ended, the code negative where a signal ended it.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import resource
import sys
import threading
from typing import Any

import vidviz.services.embedding.embed_loop
import vidviz.services.embedding.embed_run
import vidviz.services.importing.import_run
import vidviz.services.jobs
from vidviz.cli import main

MILVUS = ["pymilvus", "milvus_lite.server_manager"]
NETWORK = ["torch", "vidviz.embed.embedder", "vidviz.services.backbones.clip_reader"]
TABLES = ["pandas", "concurrent_log_handler"]
NEEDED = {
    "import": TABLES,
    "embed": [*TABLES, *MILVUS],
    "search": [*TABLES, *MILVUS, "vidviz.services.search.search_run"],
    "index": [*TABLES, *MILVUS],
    "map": [*TABLES, "vidviz.services.maps.map_build"],
}
"""What commands import in the end; imported here, the next one of the kind starts at once."""


def serve() -> None:
    """Answer requests until there are no more; returns in the forked children only."""
    for line in sys.stdin:
        request = json.loads(line)
        for name in NEEDED.get(request["arguments"][0], []) + (NETWORK if request["hasty"] else []):
            importlib.import_module(name)
        pipes = {1: os.pipe(), 2: os.pipe()}  # a file could not grow on a full disk
        process_id = os.fork()
        if not process_id:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            for number, (_, end) in pipes.items():
                os.dup2(end, number)
            run(request)
            return
        print(json.dumps({"pid": process_id}), flush=True)
        said: dict[int, bytes] = {}
        readers = [threading.Thread(target=listen, args=(said, number, *pipe)) for number, pipe in pipes.items()]
        for reader in readers:
            reader.start()
        _, status = os.waitpid(process_id, 0)
        for reader in readers:
            reader.join()
        texts = {"stdout": said[1].decode(), "stderr": said[2].decode()}
        print(json.dumps({"code": os.waitstatus_to_exitcode(status), **texts}), flush=True)


def listen(said: dict[int, bytes], number: int, there: int, end: int) -> None:
    """Read one of a command's pipes for as long as anybody writes into it."""
    os.close(end)
    with os.fdopen(there, "rb") as pipe:
        said[number] = pipe.read()


def run(request: dict[str, Any]) -> None:
    """Become the process of one command."""
    os.environ.update(request["environment"])
    if request["hasty"]:
        vidviz.services.embedding.embed_loop.KEEP_EVERY_SECONDS = 0.0
        sys.modules["vidviz.embed.embedder"].suggest_batch_size = lambda *_: 4  # type: ignore[attr-defined]
    if not request["rights"]:
        bow_to_rights()
    if request["file_bytes"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_bytes"], request["file_bytes"]))
    main(request["arguments"], prog_name="vidviz")


DROP_FROM_BOUNDS, OVERRIDES_RIGHTS, VERSION_3 = 24, 1, 0x20080522  # of linux/prctl.h and linux/capability.h


def bow_to_rights() -> None:
    """Take root's right to ignore rights from this process and from whatever it starts."""
    if os.geteuid():
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(DROP_FROM_BOUNDS, OVERRIDES_RIGHTS, 0, 0, 0)
    header, held = (ctypes.c_uint32 * 2)(VERSION_3, 0), (ctypes.c_uint32 * 6)()
    failed = libc.capget(header, held)
    for place in range(3):  # effective, permitted, inheritable
        held[place] &= ~(1 << OVERRIDES_RIGHTS)
    if failed or libc.capset(header, held):
        raise OSError(ctypes.get_errno(), "root's rights cannot be given up")


if __name__ == "__main__":
    serve()
