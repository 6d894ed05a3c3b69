"""Hits of a search as cards, with their scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vidviz.render.colours import OTHER_COLOUR
from vidviz.services.search.hits import Hit
from vidviz.ui.components.gallery_and_player import ShownClip


def cards_of_hits(hits: Sequence[Hit], colours: Mapping[str, str]) -> list[ShownClip]:
    """Hits as cards with their score, in as many digits as tell them apart."""
    digits = score_digits([hit.score for hit in hits])
    return [
        ShownClip(
            hit.clip_id,
            hit.video_id,
            hit.start_seconds,
            hit.end_seconds,
            hit.video,
            hit.label or "",
            colours.get(hit.label or "", OTHER_COLOUR),
            f"{hit.score:.{digits}f}",
        )
        for hit in hits
    ]


def score_digits(scores: Sequence[float]) -> int:
    """Three, or up to six where most scores would look the same: random weights make all cosines near 1."""
    for digits in (3, 4, 5):
        if len({f"{score:.{digits}f}" for score in scores}) > len(scores) / 2:
            return digits
    return 6
