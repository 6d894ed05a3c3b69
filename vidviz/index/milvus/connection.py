"""Connections to Milvus that are open in this process: one a place, shared by all that use it."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from vidviz.errors import SearchIndexError
from vidviz.index.milvus.failures import Place
from vidviz.single_flight import SingleFlight

READ_SECONDS = 10.0
WRITE_SECONDS = 60.0
LITE_SECONDS = 600.0  # a batch on Lite may wait for a merge of its segments


class MilvusConnection:
    """An open Milvus, shared by all that use the same place in this process.

    `writing` is held around every write: Lite loses rows when two threads write at once. `loaded` are the
    collections that were loaded since the place was opened, each with the kind of its index; `writes` counts what was
    written to each.
    """

    def __init__(self, connect: Callable[[], Any], place: Place, lite_path: Path | None) -> None:
        self.place = place
        self.lite_path = lite_path
        self.lite = lite_path is not None
        self.read_seconds = LITE_SECONDS if self.lite else READ_SECONDS
        self.write_seconds = LITE_SECONDS if self.lite else WRITE_SECONDS
        self.writing = threading.RLock()
        self.loaded: dict[str, str] = {}
        self.writes: Counter[str] = Counter()
        self.closed = False
        self._connecting = threading.RLock()
        self._connect = connect
        self._client = connect()

    @property
    def client(self) -> Any:
        """The `MilvusClient`, made anew when the server did not answer the last time."""
        with self._connecting:
            if self.closed:
                raise SearchIndexError(f"The index {self.place.shown} was closed; open it again.")
            if self._client is None:
                self._client = self._connect()
            return self._client

    def reconnect_later(self) -> None:
        """Give up the client: after a failed call pymilvus stays on a dead channel, even when the server is back."""
        with self._connecting:
            client, self._client = self._client, None
            self.loaded.clear()
            if client is not None:
                client.close()

    def close(self) -> None:
        """Close for everyone who shares the connection; on Lite, other processes may open the folder now."""
        # In this order everywhere: a writer holds the first while it takes the last.
        with self.writing, ExitStack() as held:
            for key in _keys_of(self):
                held.enter_context(_opening.hold(key))
            with self._connecting:
                self._close()

    def _close(self) -> None:
        if self.closed:
            return
        for key in _keys_of(self):
            _shared.pop(key, None)
        self.reconnect_later()
        self.closed = True
        if self.lite_path is not None:
            # client.close() leaves the engine, and its lock, in place.
            from milvus_lite.server_manager import server_manager_instance

            server_manager_instance.release_server(str(self.lite_path))


_Key = tuple[int, str, str]
"""(process, place, token): a forked child must not use its parent's connections."""
_shared: dict[_Key, MilvusConnection] = {}
_opening: SingleFlight[_Key, MilvusConnection] = SingleFlight()
"""Whoever opens, closes or keeps closed a place has its flight; other places are free meanwhile."""


def _keys_of(connection: MilvusConnection) -> list[_Key]:
    return [key for key, shared in list(_shared.items()) if shared is connection]


def share_connection(where: str, token: str, make: Callable[[], MilvusConnection]) -> MilvusConnection:
    """The connection of this process to a place, made when there is none yet.

    Those that ask for the same place meanwhile wait, and get the connection or the error that it could not be made for.
    """
    key = (os.getpid(), where, token)

    def find_or_make() -> MilvusConnection:
        if key not in _shared:
            _shared[key] = make()
        return _shared[key]

    return _opening.run(key, find_or_make)


def close_shared(where: str) -> None:
    """Close the connection to a place that is reached without a token; nothing where there is none."""
    connection = _shared.get((os.getpid(), where, ""))
    if connection is not None:
        connection.close()


@contextmanager
def keep_closed(where: str) -> Iterator[None]:
    """Have a place closed, and nobody in this process open it, until the block ends."""
    key = (os.getpid(), where, "")
    while True:
        close_shared(where)  # waits for a write, so others may open meanwhile
        with _opening.hold(key):
            if key not in _shared:
                yield
                return
