"""A gallery in which a click makes a clip the one at hand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from vidviz.ui import state
from vidviz.ui.components.gallery_and_player import ShownClip, clicked_clip, clip_gallery


def choose_among(cards: Sequence[ShownClip], *, key: str, **looks: Any) -> None:
    """A gallery in which a click makes a clip the one at hand; `looks` are those of `clip_gallery`."""
    clip_gallery(cards, key=key, on_click=partial(_choose_clicked, key), **looks)


def _choose_clicked(key: str) -> None:
    """Called before the run that a click starts, so that this run answers it already."""
    picked = clicked_clip(key)
    if picked is not None:
        state.choose_clip(picked)
