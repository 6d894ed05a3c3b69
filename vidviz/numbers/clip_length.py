"""How long a clip is, the same wherever it is shown, searched or filtered by."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

Seconds = TypeVar("Seconds", float, np.ndarray)
DECIMALS = 6
"""Microseconds: what times are kept in, so that a subtraction's noise does not count."""


def clip_length(start_seconds: Seconds, end_seconds: Seconds) -> Seconds:
    """Seconds from the start to the end, of one clip or of (N,) clips."""
    length: Seconds = np.round(end_seconds - start_seconds, DECIMALS)
    return length
