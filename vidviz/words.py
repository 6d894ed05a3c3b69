"""Numbers and names as sentences hold them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def count_of(number: int, noun: str) -> str:
    """A number with its noun, `1 clip` or `2,000 clips`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def say_bytes(number: int) -> str:
    """A size as people read it, in powers of ten: `0 kB`, `640 kB`, `1.3 MB`, `2.0 GB`."""
    for unit, size in (("GB", 10**9), ("MB", 10**6)):
        if number >= size:
            return f"{number / size:,.1f} {unit}"
    return f"{-(-number // 1000):,} kB"


def say_choices(names: Iterable[str]) -> str:
    """Names among which one is chosen: `mean, max or gem`."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def say_first(names: Sequence[str], shown: int = 3) -> str:
    """The first of many names: `fc1, fc2, fc3 and 5 more`; empty where there are none."""
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return f"{', '.join(names[:shown])}{more}"
