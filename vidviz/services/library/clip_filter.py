"""Which clips are looked at: one filter for the map, the gallery and the search, as data that fits into a URL."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.numbers.clip_length import clip_length
from vidviz.records import TAGS
from vidviz.services.library.contents import split_tags
from vidviz.services.library.reserved_columns import COLUMNS
from vidviz.services.library.url_text import read_url_text, write_url_text

if TYPE_CHECKING:
    import pandas as pd

NO_LABEL = ""
"""The value that stands for clips without a label in a column."""
LONGEST_TEXT = 200
MOST_VALUES = 500


@dataclass(frozen=True)
class ClipFilter:
    """Conditions on clips, all of which must hold; one that is empty holds for every clip.

    Attributes:
        labels: (column, values) pairs; a clip has one of the values in each column, `NO_LABEL` for none.
        tags: a clip has one of these tags.
        video_ids: a clip is of one of these videos.
        text: part of the video's name, in any case.
        seconds: a stretch of the video's time, (start, end), of which the clip shares some; it may be a moment.
        duration_seconds: the shortest and the longest a clip may be, both included.
    """

    labels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    tags: tuple[str, ...] = ()
    video_ids: tuple[str, ...] = ()
    text: str = ""
    seconds: tuple[float, float] | None = None
    duration_seconds: tuple[float, float] | None = None

    def __bool__(self) -> bool:
        return self != ClipFilter()

    def keeps(self, table: pd.DataFrame) -> np.ndarray:
        """Which rows of a clip table meet all conditions, (N,) bool.

        Columns that the table lacks, or that are no labels (`reserved_columns.COLUMNS`), hold no labels.
        """
        kept = np.ones(len(table), dtype=bool)
        for column, values in self.labels:
            if column in table and column not in COLUMNS:
                kept &= table[column].fillna(NO_LABEL).isin(values).to_numpy(bool)
            else:
                kept &= NO_LABEL in values
        if self.tags:
            wanted = set(self.tags)
            kept &= np.array([bool(wanted & set(split_tags(text))) for text in table[TAGS]], dtype=bool)
        if self.video_ids:
            kept &= table["video_id"].isin(self.video_ids).to_numpy()
        if self.text:
            kept &= table["video"].str.contains(self.text, case=False, regex=False).to_numpy(bool)
        return np.asarray(kept & self._keeps_times(table))

    def _keeps_times(self, table: pd.DataFrame) -> np.ndarray:
        starts, ends = table["start_seconds"].to_numpy(float), table["end_seconds"].to_numpy(float)
        kept = np.ones(len(table), dtype=bool)
        if self.seconds:
            kept &= (starts <= self.seconds[1]) & (ends > self.seconds[0])
        if self.duration_seconds:
            shortest, longest = self.duration_seconds
            lengths = clip_length(starts, ends)
            kept &= (lengths >= shortest) & (lengths <= longest)
        return kept

    def label_values(self, column: str) -> tuple[str, ...]:
        """The values wanted in a column; none where it does not matter."""
        return dict(self.labels).get(column, ())

    def with_labels(self, column: str, values: tuple[str, ...]) -> ClipFilter:
        """The same with other values wanted in a column."""
        others = {name: wanted for name, wanted in self.labels if name != column}
        changed = {**others, column: values} if values else others
        return replace(self, labels=tuple(sorted(changed.items())))

    @property
    def text_form(self) -> str:
        """The filter as short JSON for a URL; "" when it is empty."""
        parts: dict[str, Any] = {
            "labels": {column: list(values) for column, values in self.labels},
            "tags": list(self.tags),
            "videos": list(self.video_ids),
            "text": self.text,
            "seconds": self.seconds,
            "duration": self.duration_seconds,
        }
        return write_url_text(parts)


def read_filter(text: str) -> ClipFilter:
    """The filter that a URL holds; what of it is no filter is left out, whatever was written there."""
    parts = read_url_text(text)
    labels = parts.get("labels")
    columns = labels if isinstance(labels, Mapping) else {}
    wanted = {str(column)[:LONGEST_TEXT]: _read_texts(values) for column, values in list(columns.items())[:MOST_VALUES]}
    named = parts.get("text")
    return ClipFilter(
        labels=tuple(sorted((column, values) for column, values in wanted.items() if values)),
        tags=_read_texts(parts.get("tags")),
        video_ids=_read_texts(parts.get("videos")),
        text=named[:LONGEST_TEXT] if isinstance(named, str) else "",
        seconds=_read_range(parts.get("seconds")),
        duration_seconds=_read_range(parts.get("duration")),
    )


def _read_texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        return ()
    return tuple(dict.fromkeys(value for value in values[:MOST_VALUES] if isinstance(value, str)))


def _read_range(value: object) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    if not all(isinstance(end, int | float) and not isinstance(end, bool) for end in value):
        return None
    try:
        low, high = float(value[0]), float(value[1])
    except OverflowError:
        return None
    return (low, high) if math.isfinite(low) and math.isfinite(high) and 0 <= low <= high else None
