"""The `MilvusClient` of pymilvus: imported late, kept quiet, and made for a place."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from vidviz.index.milvus.failures import Place, explain_failures
from vidviz.log.process_log import adopt

CONNECT_SECONDS = 5.0
LOOPBACK = "127.0.0.1"


def make_connect(uri: str, token: str, place: Place) -> Callable[[], Any]:
    """A function that connects to Milvus and returns a `MilvusClient` of its own.

    It raises SearchIndexError where the server does not answer or refuses the token, or the Lite folder is damaged.
    """
    client_class = _load_client_class()

    def connect() -> Any:
        with explain_failures(place):
            # Dedicated: pymilvus would hand out its shared connection to a server again, dead or not.
            return client_class(uri=uri, token=token, timeout=CONNECT_SECONDS, dedicated=True)

    return connect


def _load_client_class() -> Any:
    """Import pymilvus, which takes seconds, and keep it and Lite from writing whole tracebacks to the terminal."""
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    _spare_this_machine_the_proxy()
    from pymilvus import MilvusClient

    # Importing pymilvus sets up handlers and levels for each of these. What they would say comes as our error.
    adopt("pymilvus", "pymilvus.milvus_client", "pymilvus.bulk_writer", "milvus_lite")
    return MilvusClient


def _spare_this_machine_the_proxy() -> None:
    """Lite is a server on 127.0.0.1, which gRPC would look for behind `http_proxy`."""
    environment = os.environ
    spared = environment.get("no_grpc_proxy") or environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    if LOOPBACK not in spared.split(","):
        environment["no_grpc_proxy"] = ",".join(filter(None, (spared, LOOPBACK, "localhost")))
