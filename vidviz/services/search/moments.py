"""Moments: hits that lie next to each other in one video, joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

ROUNDING_SECONDS = 1e-3


class FoundClip(Protocol):
    """What a moment is made of."""

    @property
    def clip_id(self) -> int:
        """The clip."""

    @property
    def video_id(self) -> str:
        """Its video."""

    @property
    def start_seconds(self) -> float:
        """Where it begins."""

    @property
    def end_seconds(self) -> float:
        """Where it ends."""

    @property
    def score(self) -> float:
        """How near it is to the query."""


@dataclass(frozen=True)
class Moment:
    """A stretch of a video that answers a query: `clip_ids` by time, and the score and number of the best of them."""

    video_id: str
    start_seconds: float
    end_seconds: float
    score: float
    best_clip: int
    clip_ids: tuple[int, ...]


def join_moments(
    hits: Iterable[FoundClip], *, gap_seconds: float = 0.0, smaller_is_nearer: bool = False
) -> list[Moment]:
    """Join hits of one video that overlap or follow each other, the best moment first.

    Args:
        hits: in any order.
        gap_seconds: how much time may lie between two hits of one moment.
        smaller_is_nearer: scores are distances.
    """
    better: Callable[[float], float] = (lambda score: -score) if smaller_is_nearer else (lambda score: score)
    by_video: dict[str, list[FoundClip]] = defaultdict(list)
    for hit in hits:
        by_video[hit.video_id].append(hit)
    moments = []
    for of_video in by_video.values():
        of_video.sort(key=lambda hit: (hit.start_seconds, hit.end_seconds, hit.clip_id))
        together: list[FoundClip] = []
        end = 0.0
        for hit in of_video:
            if together and hit.start_seconds > end + gap_seconds + ROUNDING_SECONDS:
                moments.append(_moment(together, better))
                together = []
            end = max(end, hit.end_seconds) if together else hit.end_seconds
            together.append(hit)
        moments.append(_moment(together, better))
    return sorted(moments, key=lambda m: (-better(m.score), m.video_id, m.start_seconds))


def _moment(hits: list[FoundClip], better: Callable[[float], float]) -> Moment:
    best = max(hits, key=lambda hit: (better(hit.score), -hit.start_seconds))
    return Moment(
        video_id=best.video_id,
        start_seconds=hits[0].start_seconds,
        end_seconds=max(hit.end_seconds for hit in hits),
        score=best.score,
        best_clip=best.clip_id,
        clip_ids=tuple(hit.clip_id for hit in hits),
    )
