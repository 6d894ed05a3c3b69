"""Segments of videos that a label table names: one of a place, whoever named it how often, and what is told of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vidviz.services.importing.label_tables import TableRow
from vidviz.words import count_of, say_first

BETWEEN_VALUES = ", "


@dataclass(frozen=True)
class Segment:
    """A stretch of a video, (start, end) in seconds, with its labels; `joined` where rows gave it several."""

    span: tuple[float, float]
    labels: Mapping[str, str]
    joined: bool = False


@dataclass
class ToldSegments:
    """The videos that something is told of, each as often as that happened.

    Attributes:
        untimed: for which no table has times.
        late: with a segment that lies after their end.
        kept: with a clip that has other labels of its own already.
    """

    untimed: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def tell(self) -> Iterable[str]:
        """Each as a sentence, where there is something to tell."""
        if self.untimed:
            yield f"No label table has times for {_say(self.untimed)}: one clip each."
        if self.late:
            yield f"Left out, as they begin after the end of {_say(self.late)}: {count_of(len(self.late), 'segment')}."
        if self.kept:
            clips = count_of(len(self.kept), "clip")
            yield f"Left with other labels that they had before: {clips} of {_say(self.kept)}."


def _say(names: Iterable[str]) -> str:
    return say_first([repr(name) for name in sorted(set(names))])


def join_rows(rows: Iterable[TableRow]) -> list[Segment]:
    """The segments of one video, by time; what several rows say of the same one stands side by side in its labels."""
    told: dict[tuple[float, float], list[Mapping[str, str]]] = defaultdict(list)
    for row in rows:
        if row.span is not None:
            told[row.span].append(row.labels)
    return [Segment(span, join_labels(several), _differ(several)) for span, several in sorted(told.items())]


def join_labels(several: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Labels of the same thing as one, column by column: different values stand side by side."""
    columns: dict[str, dict[str, None]] = {}
    for labels in several:
        for name, value in labels.items():
            columns.setdefault(name, {}).update({value: None} if value else {})
    return {name: BETWEEN_VALUES.join(values) for name, values in columns.items()}


def _differ(several: list[Mapping[str, str]]) -> bool:
    joined = join_labels(several)
    return any(value and value not in {labels.get(name) for labels in several} for name, value in joined.items())


def count_overlaps(segments: Iterable[Segment]) -> int:
    """How many segments of a video begin before one that began earlier has ended."""
    count, reached = 0, 0.0
    for start, end in sorted(segment.span for segment in segments):
        count += start < reached
        reached = max(reached, end)
    return count
