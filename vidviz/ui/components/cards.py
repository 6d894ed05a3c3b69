"""Clips as cards: the same name, range, label and colour wherever a clip is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from vidviz.numbers.score_digits import say_score
from vidviz.render.colours import OTHER_COLOUR
from vidviz.services.library.contents import KnownClip
from vidviz.ui.components.gallery_and_player import ShownClip, clip_player


def card_of(clip: KnownClip, colours: Mapping[str, str] | None = None) -> ShownClip:
    """A clip of the library as a card."""
    label = clip.label or ""
    colour = (colours or {}).get(label, OTHER_COLOUR)
    return ShownClip(clip.clip_id, clip.video_id, clip.start_seconds, clip.end_seconds, clip.video, label, colour)


def play_large(clip: KnownClip, colours: Mapping[str, str], *, key: str, height_px: int) -> None:
    """A clip in the large player, in its video's shape and at its pace."""
    clip_player(
        card_of(clip, colours),
        key=key,
        aspect_ratio=clip.aspect_ratio,
        height_px=height_px,
        frame_rate=clip.frame_rate,
    )


def cards_of(
    rows: pd.DataFrame, colours: Mapping[str, str], scores: Sequence[float] | None = None, precision: str = "float32"
) -> list[ShownClip]:
    """Rows of a clip table as cards, in their order, with scores of a set of this precision."""
    cards = []
    for place, row in enumerate(rows.to_dict("records")):
        label = str(row["label"] or "")
        score = None if scores is None else say_score(scores[place], precision)
        cards.append(
            ShownClip(
                row["clip_id"],
                row["video_id"],
                row["start_seconds"],
                row["end_seconds"],
                row["video"],
                label,
                colours.get(label, OTHER_COLOUR),
                score,
            )
        )
    return cards
