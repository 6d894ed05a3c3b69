"""How well neighbours have each other's labels: average precision, recall, and which labels are taken for which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.measure.directions import unit_directions

BLOCK_SCORES = 8_000_000  # cosines held at once


@dataclass(frozen=True)
class LabelRetrieval:
    """Retrieval of one label: how many clips have it, and means over them, each asked in turn for all others.

    Attributes:
        average_precision: the mean over clips of average precision (mAP): 1 where all clips of the label come before
            all others.
        recall: the part of its other clips that are among the k nearest, counted against what k allows.
        precision: the part of the k nearest that have the label.
        chance: what the average precision would be by chance, about: the label's share.
    """

    label: str
    clips: int
    average_precision: float
    recall: float
    precision: float
    chance: float


@dataclass(frozen=True)
class Retrieval:
    """`labels` by falling number of clips; `confusion` (L, L) in that order: of the k nearest of a row's clips, the
    share that has each column's label. `mean_average_precision` is over clips.
    """

    labels: tuple[LabelRetrieval, ...]
    confusion: np.ndarray
    mean_average_precision: float
    k: int


def measure_retrieval(
    vectors: np.ndarray, labels: np.ndarray, k: int = 10, *, sources: np.ndarray | None = None
) -> Retrieval:
    """Ask with every labelled clip for all others, by cosine, exactly.

    Average precision as in Manning, Raghavan and Schütze, Introduction to Information Retrieval (2008), 8.4. Clips
    with nothing to be found, as those of a label of a single clip, count in no average precision and no recall; a label
    of such clips alone has NaN.

    Args:
        vectors: (N, D) floats.
        labels: (N,) texts; "" stands for none, and such clips are left out.
        k: neighbours that count for recall, precision and confusion.
        sources: (N,) e.g. videos: clips of the query's own source are left out of its answer, where given.

    Raises:
        ProjectionError: vectors that are not finite, or labels that do not belong to them.
    """
    units = unit_directions(np.asarray(vectors, dtype=np.float32))
    texts = np.asarray(labels, dtype=str)
    if len(texts) != len(units) or k < 1:
        raise ProjectionError(f"{len(units)} vectors need as many labels, and k must be 1 or more.")
    groups = None if sources is None else np.unique(np.asarray(sources), return_inverse=True)[1]
    kept = texts != ""
    units, texts = units[kept], texts[kept]
    groups = None if groups is None else groups[kept]
    names, numbers, counts = np.unique(texts, return_inverse=True, return_counts=True)
    precisions = np.full(len(units), np.nan)
    recalls, shares = np.full(len(units), np.nan), np.full(len(units), np.nan)
    confusion = np.zeros((len(names), len(names)))
    step = max(1, BLOCK_SCORES // max(1, len(units)))
    for first in range(0, len(units), step):
        rows = np.arange(first, min(first + step, len(units)))
        scores = units[rows] @ units.T
        scores[np.arange(len(rows)), rows] = -np.inf
        if groups is not None:
            scores[groups[rows][:, None] == groups[None]] = -np.inf
        order = np.argsort(-scores, axis=1, kind="stable")
        answerable = np.isfinite(np.take_along_axis(scores, order, axis=1))
        found = numbers[order]
        right = (found == numbers[rows][:, None]) & answerable
        precisions[rows] = average_precision(right)
        near = answerable[:, :k]
        hits = right[:, :k].sum(axis=1)
        reachable = np.minimum(right.sum(axis=1), k)
        recalls[rows] = np.divide(hits, reachable, out=np.full(len(rows), np.nan), where=reachable > 0)
        shares[rows] = np.divide(hits, near.sum(axis=1), out=np.full(len(rows), np.nan), where=near.any(axis=1))
        np.add.at(confusion, (np.repeat(numbers[rows], near.sum(axis=1)), found[:, :k][near]), 1)
    return _summarise(names, counts, numbers, precisions, recalls, shares, confusion, k)


def average_precision(right: np.ndarray) -> np.ndarray:
    """Average precision of each ranking (Q, R) bool, best first; NaN where nothing is right."""
    ranks = np.arange(1, right.shape[1] + 1)
    precision_at = np.cumsum(right, axis=1) / ranks
    total = right.sum(axis=1)
    summed = (precision_at * right).sum(axis=1)
    return np.asarray(np.divide(summed, total, out=np.full(len(right), np.nan), where=total > 0))


def _summarise(
    names: np.ndarray,
    counts: np.ndarray,
    numbers: np.ndarray,
    precisions: np.ndarray,
    recalls: np.ndarray,
    shares: np.ndarray,
    confusion: np.ndarray,
    k: int,
) -> Retrieval:
    def mean(values: np.ndarray) -> float:
        return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")

    order = np.lexsort((names, -counts))
    listed = tuple(
        LabelRetrieval(
            str(names[place]),
            int(counts[place]),
            mean(precisions[numbers == place]),
            mean(recalls[numbers == place]),
            mean(shares[numbers == place]),
            float(max(0, counts[place] - 1) / max(1, len(numbers) - 1)),
        )
        for place in order
    )
    table = confusion[np.ix_(order, order)]
    sums = table.sum(axis=1, keepdims=True)
    return Retrieval(listed, np.divide(table, sums, out=np.zeros_like(table), where=sums > 0), mean(precisions), k)
