"""The graph that UMAP lays out: how strongly clips are neighbours (McInnes, Healy, Melville 2018, section 3.1)."""

from __future__ import annotations

from typing import Any

import numpy as np

BISECTIONS = 40
LEAST_WIDTH = 1e-3  # of a neighbourhood, as a part of its mean distance: where all neighbours are equally far


def fuzzy_graph(indices: np.ndarray, distances: np.ndarray) -> Any:
    """The strength of each link between neighbours, made mutual.

    A clip is linked to its nearest neighbour with strength 1, and to one at distance d with exp(-(d - r) / s), where r
    is the distance of the nearest that is no copy, and s is chosen so that all its strengths sum to log2(k + 1)
    (algorithm 3). Two strengths of one link, seen from both ends, are joined by a + b - ab, as chances are.

    Args:
        indices: (N, k) of each clip's nearest other clips.
        distances: (N, k), nearest first.

    Returns:
        (N, N) scipy CSR, symmetric, strengths in 0..1.
    """
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    count, k = indices.shape
    strengths = link_strengths(distances.astype(np.float64))
    rows = np.repeat(np.arange(count), k)
    seen = csr_matrix((strengths.ravel(), (rows, indices.ravel())), shape=(count, count))
    both = seen.multiply(seen.T)
    graph = (seen + seen.T - both).tocsr()
    graph.eliminate_zeros()
    return graph


def link_strengths(distances: np.ndarray) -> np.ndarray:
    """(N, k) in 0..1, from each clip's own point of view; k + 1, as a clip is counted among its own neighbours."""
    apart = distances > 0
    nearest = np.where(apart.any(axis=1), np.where(apart, distances, np.inf).min(axis=1), 0.0)[:, None]
    beyond = np.maximum(distances - nearest, 0.0)
    goal = np.log2(distances.shape[1] + 1)
    low, high = np.zeros(len(distances)), np.full(len(distances), np.inf)
    width = np.ones(len(distances))
    for _ in range(BISECTIONS):
        too_wide = np.exp(-beyond / width[:, None]).sum(axis=1) > goal
        low, high = np.where(too_wide, low, width), np.where(too_wide, width, high)
        width = np.where(np.isinf(high), width * 2, (low + high) / 2)
    means = np.where(nearest[:, 0] > 0, distances.mean(axis=1), distances.mean())
    width = np.maximum(width, np.maximum(LEAST_WIDTH * means, 1e-12))
    return np.asarray(np.exp(-beyond / width[:, None]))
