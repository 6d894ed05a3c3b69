"""Open Milvus: Lite inside the workspace, or a server by its address. One connection a place and process."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vidviz.config import MilvusSettings
from vidviz.errors import IndexLockedError, SearchIndexError
from vidviz.index.failures import Place, explain_failures, server_place
from vidviz.index.lite_lock import find_lock_holder

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
WRITE_SECONDS = 60.0
LOOPBACK = "127.0.0.1"
LITE_SECONDS = 600.0  # a batch on Lite may wait for a merge of its segments


class MilvusConnection:
    """An open Milvus, shared by all that use the same place in this process.

    `writing` is held around every write: Lite loses rows when two threads write at once. `loaded` are the
    collections that were loaded since the place was opened, each with the kind of its index.
    """

    def __init__(self, connect: Callable[[], Any], place: Place, lite_path: Path | None) -> None:
        self.place = place
        self.lite_path = lite_path
        self.lite = lite_path is not None
        self.read_seconds = LITE_SECONDS if self.lite else READ_SECONDS
        self.write_seconds = LITE_SECONDS if self.lite else WRITE_SECONDS
        self.writing = threading.RLock()
        self.loaded: dict[str, str] = {}
        self.closed = False
        self._connect = connect
        self._client = connect()

    @property
    def client(self) -> Any:
        """The `MilvusClient`, made anew when the server did not answer the last time."""
        with _opening:
            if self.closed:
                raise SearchIndexError(f"The index {self.place.shown} was closed; open it again.")
            if self._client is None:
                self._client = self._connect()
            return self._client

    def reconnect_later(self) -> None:
        """Give up the client: after a failed call pymilvus stays on a dead channel, even when the server is back."""
        with _opening:
            client, self._client = self._client, None
            self.loaded.clear()
            if client is not None:
                client.close()

    def close(self) -> None:
        """Close for everyone who shares the connection; on Lite, other processes may open the folder now."""
        with self.writing, _opening:
            if self.closed:
                return
            for key in [key for key, connection in _open.items() if connection is self]:
                del _open[key]
            self.reconnect_later()
            self.closed = True
            if self.lite_path is not None:
                # client.close() leaves the engine, and its lock, in place.
                from milvus_lite.server_manager import server_manager_instance

                server_manager_instance.release_server(str(self.lite_path))


_open: dict[tuple[int, str, str], MilvusConnection] = {}
"""(process, place, token): a forked child must not use its parent's connections."""
_opening = threading.RLock()


def open_milvus(settings: MilvusSettings, lite_path: Path) -> MilvusConnection:
    """The connection to Milvus, opened when this process has none yet.

    Args:
        settings: an empty `uri` means Lite at `lite_path`; one that ends in `.db` means Lite at that path.
        lite_path: a path that ends in `.db`; the folder around it is created.

    Raises:
        IndexLockedError: another process has the Lite folder open; the sentence says which.
        SearchIndexError: the server does not answer or refuses the token, or the Lite folder is damaged.
    """
    if not settings.uri:
        return _open_lite(lite_path)
    if settings.uri.endswith(".db") and "://" not in settings.uri:
        return _open_lite(Path(settings.uri))
    return _open_server(settings)


def close_lite(lite_path: Path) -> None:
    """Let another process open a Lite folder that this one has open; nothing where it has not."""
    with _opening:
        connection = _open.get((os.getpid(), os.path.realpath(lite_path), ""))
        if connection:
            connection.close()


def delete_lite_folder(lite_path: Path) -> None:
    """Remove a Lite folder with all its collections, damaged or not; they can be built again.

    Raises:
        IndexLockedError: another process has it open.
        SearchIndexError: it cannot be removed.
    """
    path = Path(os.path.realpath(lite_path))
    with _opening:
        close_lite(path)
        _refuse_if_locked(path)
        try:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise SearchIndexError(f"The index {path} cannot be removed: {error.strerror}.") from error


def _open_lite(lite_path: Path) -> MilvusConnection:
    path = Path(os.path.realpath(lite_path))
    if path.suffix != ".db":
        raise SearchIndexError(f"The name of a Milvus Lite index must end in .db, which {path} does not.")
    key = (os.getpid(), str(path), "")
    with _opening:
        if key in _open:
            return _open[key]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SearchIndexError(f"The index {path} cannot be made: {error.strerror}.") from error
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise SearchIndexError(f"The index {path} cannot be written; check the rights of its folder.")
        _refuse_if_locked(path)
        _open[key] = _connect(str(path), "", Place(str(path), lite=True), path)
        return _open[key]


def _open_server(settings: MilvusSettings) -> MilvusConnection:
    key = (os.getpid(), settings.uri, settings.token)
    with _opening:
        if key not in _open:
            place = server_place(settings.uri, settings.token)
            _open[key] = _connect(settings.uri, settings.token, place, None)
        return _open[key]


def _connect(uri: str, token: str, place: Place, lite_path: Path | None) -> MilvusConnection:
    client_class = _load_client_class()

    def connect() -> Any:
        with explain_failures(place):
            # Dedicated: pymilvus would hand out its shared connection to a server again, dead or not.
            return client_class(uri=uri, token=token, timeout=CONNECT_SECONDS, dedicated=True)

    try:
        return MilvusConnection(connect, place, lite_path)
    except SearchIndexError:
        if lite_path is not None:
            _refuse_if_locked(lite_path)  # another process came between our look and our opening
        raise


def _refuse_if_locked(path: Path) -> None:
    holder = find_lock_holder(path)
    if holder is None or holder.pid == os.getpid():
        return
    raise IndexLockedError(
        f"The index {path} is open in {holder}, and one process at a time may use it; close that one, or use a "
        "Milvus server (VIDVIZ_MILVUS_URI)."
    )


def _load_client_class() -> Any:
    """Import pymilvus, which takes seconds, and keep it and Lite from writing whole tracebacks to the terminal."""
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    _spare_this_machine_the_proxy()
    from pymilvus import MilvusClient

    # Importing pymilvus sets up handlers and levels for each of these. What they would say comes as our error.
    for name in ("pymilvus", "pymilvus.milvus_client", "pymilvus.bulk_writer", "milvus_lite"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return MilvusClient


def _spare_this_machine_the_proxy() -> None:
    """Lite is a server on 127.0.0.1, which gRPC would look for behind `http_proxy`."""
    environment = os.environ
    spared = environment.get("no_grpc_proxy") or environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    if LOOPBACK not in spared.split(","):
        environment["no_grpc_proxy"] = ",".join(filter(None, (spared, LOOPBACK, "localhost")))
