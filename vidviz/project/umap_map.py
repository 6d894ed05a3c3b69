"""UMAP: the map that keeps neighbours together (McInnes, Healy, Melville 2018, arXiv:1802.03426).

Written from the paper. Three things make it several times faster than `umap.UMAP(metric="cosine")` at the same
trustworthiness: neighbours are computed exactly with BLAS and shared with all else that needs them, the layout
starts from PCA, which spares the spectral decomposition and its failures (and is as good a start: Kobak and Linderman
2021), and nothing is compiled, which takes the authors' program longer than the layout does.
"""

from __future__ import annotations

import numpy as np

from vidviz.project.checks import Metric, all_equal, check_vectors, vectors_for
from vidviz.project.fuzzy_graph import fuzzy_graph
from vidviz.project.layout import FEWEST_CLIPS, Layout, starting_points, substitute_pca
from vidviz.project.neighbours import exact_neighbours
from vidviz.project.umap_layout import lay_out

FEWEST_NEIGHBOURS = 2
MANY_CLIPS = 2000
EPOCHS, MANY_EPOCHS = 500, 200  # of many clips, more epochs keep no more neighbours
HALF_WIDTH = 5.0  # of the start: as wide as the authors' program lets it be


def project_umap(
    vectors: np.ndarray,
    *,
    dims: int = 2,
    n_neighbors: int = 15,
    min_dist: float = 0.1,
    metric: Metric = "cosine",
    seed: int = 0,
    neighbours: tuple[np.ndarray, np.ndarray] | None = None,
) -> Layout:
    """Lay embeddings out by UMAP; the same vectors and seed give the same map.

    Too few clips, and clips that are all alike, are laid out by PCA instead, and the note says so.

    Args:
        vectors: (N, D) floats.
        dims: coordinates a point.
        n_neighbors: the size of a neighbourhood, the clip itself included.
        min_dist: how close two points may be put.
        metric: "cosine" or "euclidean".
        seed: of the layout's random choices.
        neighbours: what `exact_neighbours(vectors, k, metric)` returned, with k at least `n_neighbors - 1`; computed
            when not given.

    Raises:
        ProjectionError: some vectors are not finite, or the metric is not known.
    """
    matrix = check_vectors(vectors)
    measured = vectors_for(metric, matrix)
    if len(matrix) < FEWEST_CLIPS:
        return substitute_pca(matrix, dims, f"UMAP needs at least {FEWEST_CLIPS} clips; this map is a PCA.")
    if all_equal(measured):
        return substitute_pca(matrix, dims, "All vectors point the same way, so all clips share one place.")
    kept = max(FEWEST_NEIGHBOURS, min(n_neighbors, len(matrix) - 1))
    note = "" if kept >= n_neighbors else f"There are only {len(matrix)} clips, so UMAP used {kept} neighbours."
    if neighbours is None or neighbours[0].shape[1] < kept - 1:
        # Of the vectors as given: the last bit of a distance changes the whole layout.
        neighbours = exact_neighbours(matrix, kept - 1, metric)
    graph = fuzzy_graph(neighbours[0][:, : kept - 1], neighbours[1][:, : kept - 1])
    epochs = MANY_EPOCHS if len(matrix) > MANY_CLIPS else EPOCHS
    start = HALF_WIDTH * starting_points(measured, dims, seed)
    points = lay_out(graph, start, min_dist=min_dist, epochs=epochs, seed=seed)
    if not np.isfinite(points).all():
        return substitute_pca(matrix, dims, "UMAP found no layout for these vectors; this map is a PCA.")
    return Layout(points, note)
