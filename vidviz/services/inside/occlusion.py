"""Checking heat by covering: what is left of a score when the hottest part of a clip is hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidviz.introspect.saliency import cover, hottest_box
from vidviz.log.timing import timed
from vidviz.services.inside.class_scores import run_scores, with_scores
from vidviz.services.inside.clip_input import ClipInput
from vidviz.services.inside.score_heat import Why

RANDOM_BOXES = 8
BOX_PART = 4
"""The covered box is a quarter of the frame's sides, and half of the clip's length."""


@dataclass(frozen=True)
class CoveringCheck:
    """What is left of a score when the hottest box is covered, and on average when random ones are."""

    score: float
    hottest_covered: float
    random_covered: float

    @property
    def agrees(self) -> bool:
        """Whether the hottest box matters more than random ones."""
        return self.hottest_covered < self.random_covered


@timed
def check_by_covering(clip_input: ClipInput, class_index: int, why: Why, seed: int = 0) -> CoveringCheck:
    """Cover the hottest box of a clip, and as many random ones of the same size, and score each again."""
    ready = with_scores(clip_input)
    frames = why.frames
    size = (max(1, len(frames) // 2), *(max(1, side // BOX_PART) for side in frames.shape[1:3]))
    room = [whole - part + 1 for whole, part in zip(frames.shape[:3], size, strict=True)]
    corners = np.random.default_rng(seed).integers(0, room, (RANDOM_BOXES, 3))
    hottest = hottest_box(why.heat, size)
    left = [
        run_scores(ready, cover(frames, tuple(corner), size))[class_index] for corner in (hottest, *corners.tolist())
    ]
    return CoveringCheck(float(run_scores(ready, frames)[class_index]), float(left[0]), float(np.mean(left[1:])))
