"""One cache of this process for derived arrays and tables: computed once for all sessions, bounded in bytes over all.

Keys hold the version of what a value is derived from (of a set's vectors, of the catalogue), so nothing in here is ever
stale: what was derived from an older version is not asked for again, and goes as the least recently used.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from vidviz.byte_lru import ByteLru
from vidviz.config import cache_bytes
from vidviz.services.cached_values import freeze_and_measure
from vidviz.services.progress import JobCancelledError
from vidviz.single_flight import SingleFlight

_P = ParamSpec("_P")
_V = TypeVar("_V")
_Key = tuple[str, Hashable]
"""What is computed, and of what."""

_kept: ByteLru[_Key, tuple[Any]] = ByteLru(cache_bytes)
_flights: SingleFlight[_Key, Any] = SingleFlight(cancelled_by=(JobCancelledError,))


def cached(*, most: int | None = None) -> Callable[[Callable[_P, _V]], Callable[_P, _V]]:
    """Keep what a function returns, by its arguments, which must be hashable; see `get_or_compute`.

    Args:
        most: how many values of this function are kept at most, whatever their bytes.
    """

    def decorate(function: Callable[_P, _V]) -> Callable[_P, _V]:
        name = f"{function.__module__.removeprefix('vidviz.services.')}.{function.__name__}"

        @wraps(function)
        def call(*args: _P.args, **kwargs: _P.kwargs) -> _V:
            key = (args, tuple(sorted(kwargs.items())))
            return get_or_compute(name, key, lambda: function(*args, **kwargs), most=most)

        return call

    return decorate


def get_or_compute(name: str, key: Hashable, compute: Callable[[], _V], *, most: int | None = None) -> _V:
    """The value that is kept under a name and key, else what `compute` gives, which is kept.

    However many threads ask at the same time, one computes; the others wait and get the same value, or the same error.
    An error is not kept, and neither is a value larger than the bound. Arrays are made read-only, inside of tuples and
    dataclasses as well; of a table each caller gets a copy that shares its memory until it is written to.

    Raises:
        Exception: what `compute` raised. Where its caller was cancelled, one of those that wait computes instead.
        SettingsError: `VIDVIZ_CACHE_MB` is no number.
    """
    found = _kept.get((name, key))
    if found is None:
        cache_bytes()  # a setting that makes no sense is told before minutes have passed
        found = (_flights.run((name, key), lambda: _compute(name, key, compute, most)),)
    value: _V = _hand_out(found[0])
    return value


def _compute(name: str, key: Hashable, compute: Callable[[], _V], most: int | None) -> _V:
    found = _kept.get((name, key))
    if found is not None:  # another flight landed between our look and our start
        kept: _V = found[0]
        return kept
    value = compute()
    keep(name, key, value, most=most)
    return value


def find_kept(name: str, key: Hashable) -> Any:
    """The value that is kept under a name and key; None where there is none (any more)."""
    found = _kept.get((name, key))
    return None if found is None else _hand_out(found[0])


def keep(name: str, key: Hashable, value: object, *, most: int | None = None) -> None:
    """Keep a value, in place of one of the same name and key, unless it is larger than the bound; see `cached`."""
    parts = freeze_and_measure(value, (name, key))
    if sum(parts.values()) <= cache_bytes():
        _kept.put((name, key), (value,), parts)
        if most is not None:
            _kept.keep_last(most, lambda other: other[0] == name)


def _hand_out(value: Any) -> Any:
    pandas = sys.modules.get("pandas")
    return value.copy(deep=False) if pandas and isinstance(value, pandas.DataFrame) else value


def clear() -> None:
    """Let everything go that is kept; what is being computed is kept when it is ready."""
    _kept.clear()


@dataclass(frozen=True)
class CacheUse:
    """What the cache of this process holds: bytes in all, its bound, and bytes by what was computed, most first.

    An array that several values share is counted once in `held_bytes`, and for each of them in `sizes`.
    """

    held_bytes: int
    most_bytes: int
    sizes: dict[str, int]


def describe_cache() -> CacheUse:
    """See `CacheUse`.

    Raises:
        SettingsError: `VIDVIZ_CACHE_MB` is no number.
    """
    sizes: Counter[str] = Counter()
    for (name, _), size in _kept.sizes().items():
        sizes[name] += size
    return CacheUse(_kept.num_bytes, cache_bytes(), dict(sizes.most_common()))
