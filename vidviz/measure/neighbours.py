"""How far the neighbours on a map are the true ones."""

from __future__ import annotations

import numpy as np

BLOCK_COMPARISONS = 16_000_000


def neighbour_overlap(true_indices: np.ndarray, map_indices: np.ndarray) -> np.ndarray:
    """The trust in each point: which fraction of its true neighbours are its neighbours on the map.

    Args:
        true_indices: (N, K) row numbers of each clip's nearest neighbours in the embedding, each once.
        map_indices: (N, L) the same on the map, in any order; usually L = K.

    Returns:
        (N,) float64 in 0..1; NaN where there are no neighbours to keep (K = 0).

    Raises:
        ValueError: the two do not speak of the same N points.
    """
    if true_indices.ndim != 2 or map_indices.ndim != 2 or len(true_indices) != len(map_indices):
        raise ValueError(f"neighbours {true_indices.shape} and {map_indices.shape} are not of the same points")
    count, k = true_indices.shape
    kept = np.full(count, np.nan)
    step = max(1, BLOCK_COMPARISONS // max(1, k * map_indices.shape[1]))
    for first in range(0, count if k else 0, step):
        block = slice(first, first + step)
        same = true_indices[block, :, None] == map_indices[block, None, :]
        kept[block] = same.any(axis=2).mean(axis=1)
    return kept
