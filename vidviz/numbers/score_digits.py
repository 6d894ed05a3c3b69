"""In how many digits a similarity is shown: as many as hold."""

from __future__ import annotations

from collections.abc import Sequence

HALF_WIDTH = ("bfloat16", "float16")
HALF_DIGITS = 2
"""Between vectors computed in bfloat16 and in float32, cosines of real clips were found to differ by up to 0.009."""

USUAL_DIGITS, MOST_DIGITS = 3, 6


def score_digits(scores: Sequence[float], precision: str) -> int:
    """Digits after the point for scores that stand together.

    Two where the network computed in half width. Otherwise three, or up to six where most scores would look the same:
    random weights make all cosines near 1.

    Args:
        scores: all that are shown.
        precision: the number type that the embedding set was computed in.
    """
    if precision in HALF_WIDTH:
        return HALF_DIGITS
    for digits in range(USUAL_DIGITS, MOST_DIGITS):
        if len({f"{score:.{digits}f}" for score in scores}) > len(scores) / 2:
            return digits
    return MOST_DIGITS


def say_score(score: float, precision: str) -> str:
    """One score by itself: `0.987`, or `0.99` where the network computed in half width."""
    return f"{score:.{score_digits([score], precision)}f}"
