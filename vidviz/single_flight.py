"""Single flight: of several threads that want the same thing at the same time, one computes it and all get it.

No lock is held while anything is computed, so a long computation keeps nobody waiting who wants something else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Generic, TypeVar

LOOK_UP_SECONDS = 0.2
"""How often a waiting thread looks up, so that an interrupt reaches it on every platform."""

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


@dataclass(eq=False)
class _Flight:
    """One computation under way. Where it ends with neither value nor error, nobody has an answer."""

    thread: int = field(default_factory=threading.get_ident)
    ended: threading.Event = field(default_factory=threading.Event)
    answered: bool = False
    value: Any = None
    error: Exception | None = None

    def wait(self) -> None:
        while not self.ended.wait(LOOK_UP_SECONDS):
            pass


_guard = threading.Lock()
"""Guards the flights of all instances and who waits for which; held for look-ups only."""
_waits_for: dict[int, _Flight] = {}
"""By thread. A thread waits for one flight at a time."""


class SingleFlight(Generic[_K, _V]):
    """Computations by key, each of which runs once at a time; nothing is kept when it has ended.

    A computation may ask for other keys, here or of another instance. Where threads would wait for each other in a
    circle, the last one computes for itself instead, and so does a thread that asks for the key it is computing.
    Threads that a computation starts must not ask for its key.

    Args:
        cancelled_by: exceptions that end the caller's own work and say nothing about the key. So does everything that
            is no `Exception`: KeyboardInterrupt, and what Streamlit ends a run with.
    """

    def __init__(self, cancelled_by: tuple[type[Exception], ...] = ()) -> None:
        self._cancelled_by = cancelled_by
        self._flights: dict[_K, _Flight] = {}

    def run(self, key: _K, compute: Callable[[], _V]) -> _V:
        """The value that `compute` gives: of this call's, or of the one under way for the key.

        Raises:
            Exception: what the computation raised, to all that waited for it. Where it was cancelled, that reaches its
                own caller only, and one of those that waited computes.
        """
        while True:
            with self._boarded(key) as (flight, own):
                if flight is None:
                    return compute()
                if own:
                    return self._fly(flight, compute)
                flight.wait()
            if flight.error is not None:
                raise flight.error
            if flight.answered:
                value: _V = flight.value
                return value

    @contextmanager
    def hold(self, key: _K) -> Iterator[None]:
        """Wait for the flight of a key and let nobody begin another one until the block ends; then they begin."""
        while True:
            with self._boarded(key) as (flight, own):
                if own or flight is None:
                    yield
                    return
                flight.wait()

    @contextmanager
    def _boarded(self, key: _K) -> Iterator[tuple[_Flight | None, bool]]:
        """The flight of a key, and whether it is this thread's to fly; None where waiting for it would never end."""
        me = threading.get_ident()
        own, flight = False, None
        try:
            with _guard:
                flight = self._flights.get(key)
                own = flight is None
                if flight is None:
                    flight = self._flights[key] = _Flight()
                elif _leads_to(flight, me):
                    flight = None
                else:
                    _waits_for[me] = flight
            yield flight, own
        finally:
            with _guard:
                if own and flight is not None:
                    del self._flights[key]
                    flight.ended.set()
                elif flight is not None:
                    _waits_for.pop(me, None)

    def _fly(self, flight: _Flight, compute: Callable[[], _V]) -> _V:
        try:
            value = compute()
        except Exception as error:
            if not isinstance(error, self._cancelled_by):
                flight.error = error
            raise
        flight.value, flight.answered = value, True
        return value


def _leads_to(flight: _Flight, thread: int) -> bool:
    """Whether the thread that flies waits, perhaps for others that wait, for this one."""
    following: _Flight | None = flight
    while following is not None:
        if following.thread == thread:
            return True
        following = _waits_for.get(following.thread)
    return False


def made_once(make: Callable[[], _V]) -> Callable[[], _V]:
    """Have a function of no arguments make its thing once in a process, however many threads ask first."""
    made: list[_V] = []
    flights: SingleFlight[None, None] = SingleFlight()

    def fill() -> None:
        if not made:
            made.append(make())

    @wraps(make)
    def give() -> _V:
        if not made:
            flights.run(None, fill)
        return made[0]

    return give
