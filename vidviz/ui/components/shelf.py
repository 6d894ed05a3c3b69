"""What a page has made and the browser will fetch: sprite sheets and the points of large maps, within bounds."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import Generic, TypeVar

TOKEN_DIGITS = 32

_T = TypeVar("_T")


class Shelf(Generic[_T]):
    """A bounded shelf of things by token, shared by all sessions of the server.

    When the shelf is full, what was used least recently goes.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._things: OrderedDict[str, tuple[_T, int]] = OrderedDict()
        self._held_bytes = 0
        self._lock = threading.Lock()

    def keep(self, token: str, thing: _T, num_bytes: int) -> None:
        """Keep a thing under its token, unless one is there already."""
        with self._lock:
            if token not in self._things:
                self._things[token] = (thing, num_bytes)
                self._held_bytes += num_bytes
            self._things.move_to_end(token)
            while self._held_bytes > self._most_bytes and len(self._things) > 1:
                _, (_, dropped) = self._things.popitem(last=False)
                self._held_bytes -= dropped

    def get(self, token: str) -> _T | None:
        """The thing of this token, or None when it was never here or has gone."""
        with self._lock:
            if token not in self._things:
                return None
            self._things.move_to_end(token)
            return self._things[token][0]


class ByteShelf(Shelf[bytes]):
    """Bytes named by their content: the same ones have the same address, and the browser need not fetch them again."""

    def __init__(self, most_bytes: int = 256 * 2**20) -> None:
        super().__init__(most_bytes)

    def put(self, content: bytes) -> str:
        """Keep the bytes and return their token, 32 hexadecimal digits."""
        token = name_content(content)
        self.keep(token, content, len(content))
        return token


def name_content(*parts: bytes) -> str:
    """The token of a content that consists of these parts, each of which counts with its length."""
    digest = hashlib.sha256()
    for part in parts:
        if len(parts) > 1:
            digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()[:TOKEN_DIGITS]
