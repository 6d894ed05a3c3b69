"""Clips that are almost the same."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.measure.directions import unit_directions

BLOCK_SCORES = 4_000_000  # cosines held at once: 16 MB of float32, and what is found among them
ROUNDING = 1e-6  # the cosine of float32 copies may fall short of 1 by this
DEFAULT_THRESHOLD = 0.99
MOST_PAIRS = 10_000


@dataclass(frozen=True)
class Duplicates:
    """Pairs of clips that are almost the same, the most alike first.

    Attributes:
        pairs: (P, 2) int64 row numbers, the smaller first.
        cosines: (P,) float32, falling.
        total: how many pairs there are; more than P where the list was cut short.
    """

    pairs: np.ndarray
    cosines: np.ndarray
    total: int


def near_duplicates(
    vectors: np.ndarray,
    threshold: float = DEFAULT_THRESHOLD,
    *,
    sources: np.ndarray | None = None,
    spans: np.ndarray | None = None,
    apart_seconds: float = math.inf,
    most: int = MOST_PAIRS,
) -> Duplicates:
    """All pairs of clips whose cosine reaches a threshold, found exactly.

    Memory beyond the vectors is bounded by `BLOCK_SCORES` and `most`: about 300 MB where every clip equals every other.

    Args:
        vectors: (N, D) floats. A vector of zeros points nowhere and is nobody's copy.
        threshold: the smallest cosine, above 0 and at most 1.
        sources: (N,) of any kind, e.g. the video of each clip; pairs from one source are left out, as clips that
            overlap or follow each other are alike without being copies.
        spans: (N, 2) seconds, start and end of each clip in its source.
        apart_seconds: pairs from one source count nevertheless where so much time lies between the two clips.
        most: how many pairs to list; all are counted.

    Raises:
        ProjectionError: some vectors are not finite, or the threshold or sources make no sense.
    """
    units = unit_directions(np.asarray(vectors, dtype=np.float32))
    if not 0 < threshold <= 1:
        raise ProjectionError(f"The threshold is a cosine above 0 and at most 1, not {threshold!r}.")
    if sources is not None and len(sources) != len(units):
        raise ProjectionError(f"There are {len(sources):,} sources for {len(units):,} vectors.")
    groups = None if sources is None else np.unique(np.asarray(sources), return_inverse=True)[1]
    least = max(threshold - ROUNDING, threshold / 2)  # never clips at right angles
    pairs, cosines, total = np.empty((0, 2), np.int64), np.empty(0, np.float32), 0
    for first, scores in _later_cosines(units):
        if groups is not None:
            block = slice(first, first + len(scores))
            close = groups[block, None] == groups[None, first:]
            if spans is not None and math.isfinite(apart_seconds):
                close &= _seconds_between(spans[block], spans[first:]) < apart_seconds
            scores[close] = -1
        rows, columns = np.nonzero(scores >= least)
        total += len(rows)
        cosines = np.concatenate([cosines, scores[rows, columns]])
        pairs = np.concatenate([pairs, np.stack([rows, columns], axis=1) + first])
        kept = np.argsort(-cosines, kind="stable")[:most]
        pairs, cosines = pairs[kept], cosines[kept]
    return Duplicates(pairs, np.minimum(cosines, 1.0), total)


def _seconds_between(spans: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The time between any two clips, (N, M); below 0 where they overlap."""
    between: np.ndarray = np.maximum(others[None, :, 0] - spans[:, None, 1], spans[:, None, 0] - others[None, :, 1])
    return between


def _later_cosines(units: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """(first row, its block's cosines with that row and all later ones); -1 where a pair was met or is none."""
    step = max(1, BLOCK_SCORES // max(1, len(units)))
    for first in range(0, len(units), step):
        block = units[first : first + step]
        scores = block @ units[first:].T
        scores[:, : len(block)][np.tri(len(block), dtype=bool)] = -1
        yield first, scores


def duplicate_groups(pairs: np.ndarray, count: int) -> np.ndarray:
    """Clips that are linked by pairs, through others too, as groups.

    Args:
        pairs: (P, 2) row numbers.
        count: N, how many clips there are.

    Returns:
        (N,) int64: 0, 1, ... by falling size, the first clip deciding among equals; -1 for clips in no pair.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    links = coo_matrix((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    labels = connected_components(links, directed=False)[1]
    _, firsts, inverse, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    numbers = np.full(len(sizes), -1, dtype=np.int64)
    order = [place for place in np.lexsort((firsts, -sizes)) if sizes[place] > 1]
    numbers[order] = np.arange(len(order))
    return np.asarray(numbers[inverse])
