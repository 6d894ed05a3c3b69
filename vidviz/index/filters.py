"""Filters as data: each becomes one Milvus expression, or a test of a row."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from vidviz.errors import SearchIndexError
from vidviz.index.column_keys import column_key
from vidviz.index.expressions import NOTHING, any_of, lacks, none_of, one_of, quote
from vidviz.index.rows import ClipRow


class Filter(Protocol):
    """A condition on clips, known to Milvus as an expression and to us as a test."""

    def expression(self) -> str:
        """The condition in Milvus' expression language."""

    def keeps(self, row: ClipRow) -> bool:
        """Whether a clip meets the condition."""


@dataclass(frozen=True)
class LabelIn:
    """Clips that have one of these labels; none at all when no label is given."""

    labels: tuple[str, ...]

    def expression(self) -> str:
        """`label in [...]`."""
        return one_of("label", map(quote, self.labels))

    def keeps(self, row: ClipRow) -> bool:
        """Whether the row's label is among them."""
        return row.label in self.labels


@dataclass(frozen=True)
class VideoIn:
    """Clips of these videos."""

    video_ids: tuple[str, ...]

    def expression(self) -> str:
        """`video_id in [...]`."""
        return one_of("video_id", map(quote, self.video_ids))

    def keeps(self, row: ClipRow) -> bool:
        """Whether the row's video is among them."""
        return row.video_id in self.video_ids


@dataclass(frozen=True)
class NotVideoIn:
    """Clips of every other video; leaves a query's own videos out of its answer."""

    video_ids: tuple[str, ...]

    def expression(self) -> str:
        """`video_id not in [...]`."""
        return none_of("video_id", map(quote, self.video_ids))

    def keeps(self, row: ClipRow) -> bool:
        """Whether the row is of none of them."""
        return row.video_id not in self.video_ids


@dataclass(frozen=True)
class ClipIn:
    """These clips only."""

    clip_ids: tuple[int, ...]

    def expression(self) -> str:
        """`id in [...]`."""
        return one_of("id", (str(int(number)) for number in self.clip_ids))

    def keeps(self, row: ClipRow) -> bool:
        """Whether the row is one of them."""
        return row.clip_id in self.clip_ids


@dataclass(frozen=True)
class NotClip:
    """Every clip but these; leaves the query out of its own answer."""

    clip_ids: tuple[int, ...]

    def expression(self) -> str:
        """`id not in [...]`."""
        return none_of("id", (str(int(number)) for number in self.clip_ids))

    def keeps(self, row: ClipRow) -> bool:
        """Whether the row is none of them."""
        return row.clip_id not in self.clip_ids


@dataclass(frozen=True)
class TimeRange:
    """Clips that share some time with `start_seconds <= t <= end_seconds` of their video; it may be a moment."""

    start_seconds: float
    end_seconds: float

    def __post_init__(self) -> None:
        finite = math.isfinite(self.start_seconds) and math.isfinite(self.end_seconds)
        if not finite or self.start_seconds > self.end_seconds:
            raise SearchIndexError(
                f"A time range must not end before it starts, as {self.start_seconds} to {self.end_seconds} does."
            )

    def expression(self) -> str:
        """`start_seconds <= ... and end_seconds > ...`."""
        return f"start_seconds <= {float(self.end_seconds)!r} and end_seconds > {float(self.start_seconds)!r}"

    def keeps(self, row: ClipRow) -> bool:
        """Whether the row's span overlaps the range."""
        return row.start_seconds <= self.end_seconds and row.end_seconds > self.start_seconds


@dataclass(frozen=True)
class Duration:
    """Clips of at least the one and at most the other length."""

    shortest_seconds: float
    longest_seconds: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.shortest_seconds) and math.isfinite(self.longest_seconds)):
            raise SearchIndexError("The lengths of clips wanted must be numbers of seconds.")

    def expression(self) -> str:
        """`duration_seconds >= ... and duration_seconds <= ...`."""
        shortest, longest = float(self.shortest_seconds), float(self.longest_seconds)
        return f"duration_seconds >= {shortest!r} and duration_seconds <= {longest!r}"

    def keeps(self, row: ClipRow) -> bool:
        """Whether the clip is neither shorter nor longer."""
        return self.shortest_seconds <= row.duration_seconds <= self.longest_seconds


@dataclass(frozen=True)
class TagIn:
    """Clips with one of these tags, which are a list in `meta`."""

    tags: tuple[str, ...]

    def expression(self) -> str:
        """`json_contains_any(meta["tags"], [...])`."""
        listed = ", ".join(map(quote, self.tags))
        return f'json_contains_any(meta["tags"], [{listed}])' if listed else NOTHING

    def keeps(self, row: ClipRow) -> bool:
        """Whether the row has one of them."""
        return not set(self.tags).isdisjoint(row.meta.get("tags", ()))


@dataclass(frozen=True)
class ColumnIn:
    """Clips whose further column (a key of `meta`) holds one of these texts; "" stands for those that lack it."""

    column: str
    values: tuple[str, ...]

    def expression(self) -> str:
        """`meta["column"] == ... or ...`, since Lite has no `in` for JSON."""
        key = f"meta[{quote(column_key(self.column))}]"
        return any_of([f"{key} == {quote(value)}" if value else lacks(key) for value in self.values])

    def keeps(self, row: ClipRow) -> bool:
        """Whether the row's column holds one of them."""
        return row.meta.get(self.column, "") in self.values


def join_filters(filters: Sequence[Filter]) -> str:
    """One expression that holds where all filters hold; "" without filters."""
    return " and ".join(f"({condition.expression()})" for condition in filters)


def row_test(filters: Sequence[Filter]) -> Callable[[ClipRow], bool]:
    """The same as `join_filters`, as a function of a row."""
    return lambda row: all(condition.keeps(row) for condition in filters)
