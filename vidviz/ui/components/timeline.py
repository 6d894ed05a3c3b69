"""The timeline of one video: its pictures along the time, marks and bars beneath, and a stretch to draw on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from vidviz.ui.components.map_events import read_clip_id
from vidviz.ui.components.mount import base_path, component, no_action


@dataclass(frozen=True)
class Slot:
    """A stretch of the video and the clip whose poster stands for it."""

    clip_id: int
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True)
class Mark:
    """A clip that is marked: `value` in 0..1 is how high, `text` what is said when one points at it."""

    clip_id: int
    start_seconds: float
    end_seconds: float
    value: float
    text: str = ""


@dataclass(frozen=True)
class Bar:
    """A number at a moment, such as the distance between two clips; a `peak` stands out."""

    seconds: float
    value: float
    text: str = ""
    peak: bool = False


@dataclass(frozen=True)
class TimelineEvent:
    """What a person did since the last run: clicked a moment (and the clip there), drew a stretch, or neither."""

    seconds: float | None = None
    clip_id: int | None = None
    stretch: tuple[float, float] | None = None


def timeline(
    duration_seconds: float,
    slots: Sequence[Slot],
    *,
    key: str,
    marks: Sequence[Mark] = (),
    bars: Sequence[Bar] = (),
    current: int | None = None,
    stretch: tuple[float, float] | None = None,
    draws_stretch: bool = False,
    title: str = "The video's time",
) -> TimelineEvent:
    """Draw the strip and return what was done on it.

    A click takes the mark there, else the clip whose picture is there. Arrows go from mark to mark (from clip to clip
    where there are none), Enter clicks.

    Args:
        duration_seconds: how long the video is.
        slots: its clips by time; where they do not fit, some are shown for all.
        key: the component's key in the session state.
        marks: clips to mark beneath the strip.
        bars: numbers along the time.
        current: the marked clip that stands out.
        stretch: a stretch to show.
        draws_stretch: whether another stretch may be drawn.
        title: what a screen reader says.
    """
    data = {
        "base": base_path(),
        "duration_seconds": duration_seconds,
        "slots": [asdict(slot) for slot in slots],
        "marks": [asdict(mark) for mark in marks],
        "bars": [asdict(bar) for bar in bars],
        "current": current,
        "stretch": stretch,
        "draws_stretch": draws_stretch,
        "title": title,
    }
    draw = component("timeline")
    return read_timeline_event(draw(key=key, data=data, on_clicked_change=no_action, on_stretched_change=no_action))


def read_timeline_event(sent: Mapping[str, object]) -> TimelineEvent:
    """What the browser sent, read with care: what is no event is none."""
    clicked, stretched = sent.get("clicked"), sent.get("stretched")
    stretch = None
    if isinstance(stretched, list) and len(stretched) == 2:
        ends = [_read_seconds(end) for end in stretched]
        if ends[0] is not None and ends[1] is not None and ends[0] <= ends[1]:
            stretch = (ends[0], ends[1])
    if not isinstance(clicked, Mapping):
        return TimelineEvent(stretch=stretch)
    return TimelineEvent(_read_seconds(clicked.get("seconds")), read_clip_id(clicked.get("clip_id")), stretch)


def _read_seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e9 else None
