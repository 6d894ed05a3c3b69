"""The graph of nearest neighbours, in one piece: all of the embedding that density-based clustering needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.project.neighbours import exact_neighbours, nearest_known

if TYPE_CHECKING:
    Graph = Any  # scipy.sparse.csr_matrix, which has no types

ITSELF = 1e-7  # sparse tables drop zeros: a clip is this far from itself,
CLOSEST = 1e-6  # and at least this far from a copy


def neighbour_graph(units: np.ndarray, indices: np.ndarray, distances: np.ndarray) -> Graph:
    """The straight distances between neighbours, and those that hold the graph together.

    Groups of clips that have no neighbour outside are linked, each to the one whose mean is nearest, by their closest
    pair of clips, until one group is left (the steps of Borůvka's algorithm, with means in place of all pairs). Groups
    of clips that are neighbours both ways are linked so beforehand: else a straggler, which has neighbours
    in several groups and is nobody's, would be the bridge between them.

    Args:
        units: (N, D) float32 unit vectors.
        indices: (N, k) of each clip's neighbours, k at least 1.
        distances: (N, k) to them, by cosine.

    Returns:
        (N, N) CSR, symmetric, every row with its own entry first in distance.
    """
    from scipy.sparse import identity
    from scipy.sparse.csgraph import connected_components

    count, k = indices.shape
    one_way = _links(np.repeat(np.arange(count), k), indices.ravel(), distances.ravel(), count)
    both_ways, graph = one_way.minimum(one_way.T), one_way.maximum(one_way.T)
    labels = connected_components(both_ways, directed=False)[1]
    dense = np.flatnonzero(np.bincount(labels)[labels] >= k)
    if len(dense):
        inside = _joined(both_ways[dense][:, dense], units[dense]).tocoo()
        graph = graph.maximum(_table(dense[inside.row], dense[inside.col], inside.data, count))
    return (_joined(graph, units) + identity(count, format="csr") * ITSELF).tocsr()


def _joined(graph: Graph, units: np.ndarray) -> Graph:
    """The symmetric graph with the links that make it one piece."""
    from scipy.sparse.csgraph import connected_components

    while True:
        pieces, labels = connected_components(graph, directed=False)
        if pieces == 1:
            return graph
        links = _links(*_bridges(units, labels, pieces), len(units))
        graph = graph.maximum(links).maximum(links.T)


def _links(rows: np.ndarray, columns: np.ndarray, distances: np.ndarray, count: int) -> Graph:
    """The straight distances of unit vectors at these cosine distances."""
    return _table(rows, columns, np.maximum(np.sqrt(2 * distances.astype(np.float64)), CLOSEST), count)


def _table(rows: np.ndarray, columns: np.ndarray, values: np.ndarray, count: int) -> Graph:
    from scipy.sparse import csr_matrix

    return csr_matrix((values, (rows, columns)), shape=(count, count))


def _bridges(units: np.ndarray, labels: np.ndarray, pieces: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """From each piece to the next, the closest pair: rows, columns and cosine distances, each (pieces,)."""
    means = np.stack([units[labels == piece].mean(axis=0) for piece in range(pieces)])
    following = exact_neighbours(means, 1)[0][:, 0]
    ends = np.empty((2, pieces), dtype=np.int64)
    lengths = np.empty(pieces)
    for target in np.unique(following):
        there = np.flatnonzero(labels == target)
        for_all = np.flatnonzero(following[labels] == target)  # one search for all pieces that lead there
        indices, distances = nearest_known(units[for_all], units[there], 1)
        for piece in np.flatnonzero(following == target):
            own = np.flatnonzero(labels[for_all] == piece)
            best = own[distances[own, 0].argmin()]
            ends[:, piece] = for_all[best], there[indices[best, 0]]
            lengths[piece] = distances[best, 0]
    return ends[0], ends[1], lengths
