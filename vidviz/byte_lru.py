"""Things in memory within a bound of bytes: what was used least recently goes first."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

_K = TypeVar("_K", bound=Hashable)
_T = TypeVar("_T")


@dataclass(frozen=True)
class _Held(Generic[_T]):
    thing: _T
    parts: Mapping[Hashable, int]


class ByteLru(Generic[_K, _T]):
    """Things by key, safe to share between threads.

    A thing has parts, e.g. arrays, each with its bytes. A part of several things counts once, and until the last of
    them has gone.

    Args:
        most_bytes: tells how much may be held; asked whenever something comes.
    """

    def __init__(self, most_bytes: Callable[[], int]) -> None:
        self._most_bytes = most_bytes
        self._held: OrderedDict[_K, _Held[_T]] = OrderedDict()
        self._sizes: dict[Hashable, int] = {}
        self._users: Counter[Hashable] = Counter()
        self._num_bytes = 0
        self._lock = threading.Lock()

    def get(self, key: _K) -> _T | None:
        """The thing of this key, which is the most recently used now; None where there is none."""
        with self._lock:
            held = self._held.get(key)
            if held is None:
                return None
            self._held.move_to_end(key)
            return held.thing

    def put(self, key: _K, thing: _T, parts: Mapping[Hashable, int]) -> None:
        """Hold a thing, in place of one of the same key. It stays even alone beyond the bound, until another comes.

        Args:
            key: by which it is found again.
            thing: what is held.
            parts: bytes by what they are of.
        """
        most_bytes = self._most_bytes()
        with self._lock:
            if key in self._held:
                self._drop(key)
            self._held[key] = _Held(thing, parts)
            for part, size in parts.items():
                self._users[part] += 1
                self._num_bytes += size - self._sizes.get(part, 0)
                self._sizes[part] = size
            while self._num_bytes > most_bytes and len(self._held) > 1:
                self._drop(next(iter(self._held)))

    def _drop(self, key: _K) -> None:
        for part in self._held.pop(key).parts:
            self._users[part] -= 1
            if not self._users[part]:
                del self._users[part]
                self._num_bytes -= self._sizes.pop(part)

    def keep_last(self, count: int, belongs: Callable[[_K], bool]) -> None:
        """Of the things whose key belongs, keep this many: those that were used last."""
        with self._lock:
            for key in [key for key in self._held if belongs(key)][:-count]:
                self._drop(key)

    def clear(self) -> None:
        """Let everything go."""
        with self._lock:
            self._held.clear()
            self._sizes.clear()
            self._users.clear()
            self._num_bytes = 0

    @property
    def num_bytes(self) -> int:
        """How much is held."""
        return self._num_bytes

    def sizes(self) -> dict[_K, int]:
        """The bytes of each thing, the least recently used first; a part of several counts in each."""
        with self._lock:
            return {key: sum(held.parts.values()) for key, held in self._held.items()}
