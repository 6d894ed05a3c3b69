"""Hits in one order, whichever engine found them."""

from __future__ import annotations

import numpy as np

from vidviz.index_design import IndexDesign
from vidviz.types import Neighbour

SCORE_DECIMALS = 6
BY_COSINE = IndexDesign()


def rank_neighbours(ids: np.ndarray, scores: np.ndarray, k: int, design: IndexDesign = BY_COSINE) -> list[Neighbour]:
    """The best `k` of the candidates (N,): nearest first and, where equal, smallest id first.

    Scores are rounded to six decimals; cosines are kept within -1..1. Two equal vectors may differ in the last bit of
    their dot products, by their place in the matrix, and would otherwise change places from call to call.
    """
    found = np.asarray(scores, dtype=np.float64)
    if design.by_direction:
        found = np.clip(found, -1.0, 1.0)
    # Adding zero turns -0.0 into 0.0, which JSON and people would otherwise see.
    rounded = np.round(found, SCORE_DECIMALS) + 0.0
    order = np.lexsort((ids, rounded if design.smaller_is_nearer else -rounded))[:k]
    return [Neighbour(int(ids[place]), float(rounded[place])) for place in order]
