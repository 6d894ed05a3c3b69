"""What a page has made and the browser will fetch: sprite sheets and the points of large maps, within bounds."""

from __future__ import annotations

import hashlib
from typing import Generic, TypeVar

from vidviz.byte_lru import ByteLru

TOKEN_DIGITS = 32

_T = TypeVar("_T")


class Shelf(Generic[_T]):
    """A bounded shelf of things by token, shared by all sessions of the server.

    When the shelf is full, what was used least recently goes. It is apart from the cache of derived arrays: the browser
    has been told these addresses, so no computation may take their room.
    """

    def __init__(self, most_bytes: int) -> None:
        self._things: ByteLru[str, _T] = ByteLru(lambda: most_bytes)

    def keep(self, token: str, thing: _T, num_bytes: int) -> None:
        """Keep a thing under its token, unless one is there already."""
        if self.get(token) is None:
            self._things.put(token, thing, {token: num_bytes})

    def get(self, token: str) -> _T | None:
        """The thing of this token, or None when it was never here or has gone."""
        return self._things.get(token)


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
