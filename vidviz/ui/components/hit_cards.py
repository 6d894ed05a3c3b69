"""Hits of a search as cards, with their scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vidviz.numbers.score_digits import score_digits
from vidviz.render.colours import OTHER_COLOUR
from vidviz.services.search.hits import Hit
from vidviz.ui.components.gallery_and_player import ShownClip


def cards_of_hits(hits: Sequence[Hit], colours: Mapping[str, str], precision: str) -> list[ShownClip]:
    """Hits of a set of this precision as cards with their score, in as many digits as hold and tell them apart."""
    digits = score_digits([hit.score for hit in hits], precision)
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
