"""One cache of this process for derived arrays and tables: computed once for all sessions, bounded in bytes over all.

A value is kept with the version of what it is derived from (of a set's vectors, of the catalogue): it is never stale,
and makes room for the value of another version at once.
"""

from __future__ import annotations

import inspect
import logging
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from vidviz.byte_lru import ByteLru
from vidviz.config import cache_bytes
from vidviz.services.cached_values import freeze_and_measure, is_of
from vidviz.services.progress import JobCancelledError
from vidviz.single_flight import SingleFlight

logger = logging.getLogger(__name__)

_P = ParamSpec("_P")
_V = TypeVar("_V")
_Key = tuple[str, Hashable]
"""What is computed, and of what."""

_kept: ByteLru[_Key, tuple[Hashable, Any]] = ByteLru(cache_bytes)
"""Versions and values."""
_flights: SingleFlight[tuple[_Key, Hashable], Any] = SingleFlight(cancelled_by=(JobCancelledError,))


def cached(*, most: int | None = None) -> Callable[[Callable[_P, _V]], Callable[_P, _V]]:
    """Keep what a function returns, by its arguments, which must be hashable; see `get_or_compute`.

    Parameters whose names begin with an underscore are the version of what the value is derived from.

    Args:
        most: how many values of this function are kept at most, whatever their bytes.
    """

    def decorate(function: Callable[_P, _V]) -> Callable[_P, _V]:
        name = f"{function.__module__.removeprefix('vidviz.services.')}.{function.__name__}"
        signature = inspect.signature(function)

        @wraps(function)
        def call(*args: _P.args, **kwargs: _P.kwargs) -> _V:
            given = signature.bind(*args, **kwargs)
            given.apply_defaults()
            version = tuple(value for parameter, value in given.arguments.items() if parameter.startswith("_"))
            key = tuple(value for parameter, value in given.arguments.items() if not parameter.startswith("_"))
            return get_or_compute(name, key, lambda: function(*args, **kwargs), version=version, most=most)

        return call

    return decorate


def get_or_compute(
    name: str, key: Hashable, compute: Callable[[], _V], *, version: Hashable = (), most: int | None = None
) -> _V:
    """The value that is kept under a name and key, of this version, else what `compute` gives, which is kept.

    However many threads ask at the same time, one computes; the others wait and get the same value, or the same error.
    An error is not kept, and neither is a value larger than the bound. Arrays are made read-only, inside of tuples and
    dataclasses as well; of a table each caller gets a copy that shares its memory until it is written to.

    Raises:
        Exception: what `compute` raised. Where its caller was cancelled, one of those that wait computes instead.
        SettingsError: `VIDVIZ_CACHE_MB` makes no sense.
    """

    def look_and_compute() -> _V:
        found = _find((name, key), version)
        if found is None:  # no other flight has landed since we looked
            found = (compute(),)
            keep(name, key, found[0], version=version, most=most)
        value: _V = found[0]
        return value

    found = _find((name, key), version)
    if found is None:
        cache_bytes()  # a setting that makes no sense is told before minutes have passed
        found = (_flights.run(((name, key), version), look_and_compute),)
    value: _V = _hand_out(found[0])
    return value


def _find(place: _Key, version: Hashable) -> tuple[Any] | None:
    held = _kept.get(place)
    return None if held is None or held[0] != version else (held[1],)


def find_kept(name: str, key: Hashable) -> Any:
    """The value that is kept under a name and key, by `keep`; None where there is none (any more)."""
    found = _find((name, key), ())
    return None if found is None else _hand_out(found[0])


def keep(name: str, key: Hashable, value: object, *, version: Hashable = (), most: int | None = None) -> None:
    """Keep a value, in place of one of the same name and key, unless it is larger than the bound.

    See `get_or_compute`.
    """
    parts = freeze_and_measure(value, (name, key))
    size = sum(parts.values())
    if size > cache_bytes():
        logger.warning("%s takes %.0f MB, more than VIDVIZ_CACHE_MB: it is not kept", name, size / 2**20)
        return
    _kept.put((name, key), (version, value), parts)
    if most is not None:
        _kept.keep_last(most, lambda other: other[0] == name)


def _hand_out(value: Any) -> Any:
    return value.copy(deep=False) if is_of(value, "pandas", "DataFrame") else value


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
        SettingsError: `VIDVIZ_CACHE_MB` makes no sense.
    """
    sizes: Counter[str] = Counter()
    for (name, _), size in _kept.sizes().items():
        sizes[name] += size
    return CacheUse(_kept.num_bytes, cache_bytes(), dict(sizes.most_common()))
