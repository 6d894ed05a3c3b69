"""The order in which every index returns its neighbours."""

from __future__ import annotations

import numpy as np

from vidviz.types import Neighbour

SCORE_DECIMALS = 6


def rank_neighbours(ids: np.ndarray, scores: np.ndarray, k: int) -> list[Neighbour]:
    """The best `k` of the candidates (N,): highest score first and, where equal, smallest id first.

    Scores are rounded to six decimals and kept within -1..1. Two equal vectors may differ in the last bit of their
    dot products, by their place in the matrix, and would otherwise change places from call to call.
    """
    # Adding zero turns -0.0 into 0.0, which JSON and people would otherwise see.
    rounded = np.clip(np.round(np.asarray(scores, dtype=np.float64), SCORE_DECIMALS), -1.0, 1.0) + 0.0
    order = np.lexsort((ids, -rounded))[:k]
    return [Neighbour(int(ids[place]), float(rounded[place])) for place in order]
