"""Bytes that a page has made and the browser will fetch: sprite sheets, kept by their content."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict

TOKEN_DIGITS = 32


class SheetShelf:
    """A bounded shelf of sprite sheets, shared by all sessions of the server.

    A sheet is named by its content, so the same film has the same address and the browser need not fetch it again.
    When the shelf is full, the sheet that was used least recently goes.
    """

    def __init__(self, most_bytes: int = 256 * 2**20) -> None:
        self._most_bytes = most_bytes
        self._sheets: OrderedDict[str, bytes] = OrderedDict()
        self._held_bytes = 0
        self._lock = threading.Lock()

    def put(self, sheet: bytes) -> str:
        """Keep a sheet and return its token, 32 hexadecimal digits."""
        token = hashlib.sha256(sheet).hexdigest()[:TOKEN_DIGITS]
        with self._lock:
            if token not in self._sheets:
                self._sheets[token] = sheet
                self._held_bytes += len(sheet)
            self._sheets.move_to_end(token)
            while self._held_bytes > self._most_bytes and len(self._sheets) > 1:
                _, dropped = self._sheets.popitem(last=False)
                self._held_bytes -= len(dropped)
        return token

    def get(self, token: str) -> bytes | None:
        """The sheet of this token, or None when it was never here or has gone."""
        with self._lock:
            sheet = self._sheets.get(token)
            if sheet is not None:
                self._sheets.move_to_end(token)
            return sheet
