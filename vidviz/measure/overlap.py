"""Two embeddings of the same clips: how many neighbours they have in common."""

from __future__ import annotations

import numpy as np

from vidviz.errors import ProjectionError

NOBODY = -1
"""In a row of neighbours: there is no further one."""


def neighbour_overlap(first: np.ndarray, second: np.ndarray, k: int) -> np.ndarray:
    """Which part of each clip's `k` nearest others by one embedding are among its `k` nearest by another.

    The mean over all clips is the mutual nearest-neighbour metric of Huh et al. (2024, The Platonic Representation
    Hypothesis, appendix A): the mean of |first k of A and of B| / k. Two embeddings that have nothing to do with each
    other have k / (N - 1), see `chance_overlap`.

    Args:
        first: (Q, K) row numbers of each clip's nearest others, nearest first; `NOBODY` after the last.
        second: (Q, K) the same by the other embedding.
        k: how many count, at most K.

    Returns:
        (Q,) float64 in 0..1: of as many as there are, where a clip has fewer than k others; NaN where it has none.

    Raises:
        ProjectionError: the two do not speak of the same clips, or k is below 1.
    """
    near, beside = np.asarray(first), np.asarray(second)
    if near.ndim != 2 or near.shape != beside.shape:
        raise ProjectionError(f"Neighbours of shapes {near.shape} and {beside.shape} are not those of the same clips.")
    if k < 1:
        raise ProjectionError(f"An overlap needs at least 1 neighbour, not {k}.")
    near, beside = near[:, :k], beside[:, :k]
    counted = np.minimum((near != NOBODY).sum(axis=1), (beside != NOBODY).sum(axis=1))
    # Each number is at most once in either: in both of them together, those in common stand beside themselves.
    together = np.sort(np.concatenate([near, beside], axis=1), axis=1)
    shared = ((together[:, 1:] == together[:, :-1]) & (together[:, 1:] != NOBODY)).sum(axis=1)
    return np.asarray(np.divide(shared, counted, out=np.full(len(near), np.nan), where=counted > 0))


def chance_overlap(others: np.ndarray, k: int) -> np.ndarray:
    """The overlap to expect where the second embedding draws its neighbours blindly from `others` (Q,) clips.

    The mean of the hypergeometric distribution: k / others, and 1 where all others are neighbours; NaN without others.
    """
    counts = np.asarray(others, dtype=np.float64)
    nothing = np.full(counts.shape, np.nan)
    return np.asarray(np.divide(np.minimum(counts, k), counts, out=nothing, where=counts > 0))


def rank_others(scores: np.ndarray, left_out: np.ndarray) -> np.ndarray:
    """The place of each clip by falling score, from 1; the first clip first where equal.

    Args:
        scores: (N,) floats.
        left_out: (N,) bool, clips that have no place; theirs is 0.
    """
    counted = np.flatnonzero(~np.asarray(left_out, bool))
    ranks = np.zeros(len(scores), np.int64)
    ranks[counted[np.argsort(-np.asarray(scores)[counted], kind="stable")]] = np.arange(1, len(counted) + 1)
    return ranks
