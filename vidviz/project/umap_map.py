"""UMAP: the map that keeps neighbours together (McInnes, Healy, Melville 2018, arXiv:1802.03426).

Two things make it several times faster than `umap.UMAP(metric="cosine")` at the same trustworthiness: neighbours are
computed exactly with BLAS, which spares pynndescent and its compilation, and the layout starts from PCA, which spares
the spectral decomposition and its failures (and is as good a start: Kobak and Linderman 2021).
"""

from __future__ import annotations

import warnings

import numpy as np

from vidviz.numbers.metrics import Metric
from vidviz.project.checks import all_equal, at_ordinary_size, check_vectors, vectors_for
from vidviz.project.iterative_layout import FEWEST_CLIPS, Layout, starting_points, substitute_pca
from vidviz.project.neighbours import exact_neighbours

FEWEST_NEIGHBOURS = 2
MANY_CLIPS = 2000  # above, 200 epochs are as good as umap's own 500 and take less than half the time
MANY_EPOCHS = 200


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
    if metric == "euclidean" and neighbours is None:
        matrix = at_ordinary_size(matrix)
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
    points = _lay_out(measured, _with_self(neighbours, kept), dims, min_dist, metric, seed)
    if not np.isfinite(points).all():
        return substitute_pca(matrix, dims, "UMAP found no layout for these vectors; this map is a PCA.")
    return Layout(points, note)


def _lay_out(
    measured: np.ndarray, knn: tuple[np.ndarray, np.ndarray], dims: int, min_dist: float, metric: Metric, seed: int
) -> np.ndarray:
    with warnings.catch_warnings():
        # About the search index it is not given, single-threading under a seed, and disconnected points.
        warnings.simplefilter("ignore")
        import umap

        model = umap.UMAP(
            n_neighbors=knn[0].shape[1],
            n_components=dims,
            metric=metric,
            min_dist=min_dist,
            init=starting_points(measured, dims, seed),
            n_epochs=MANY_EPOCHS if len(measured) > MANY_CLIPS else None,
            random_state=seed,
            n_jobs=1,
            precomputed_knn=knn,
            force_approximation_algorithm=True,  # else it computes its own distances below 4,096 clips
        )
        return np.asarray(model.fit_transform(measured), dtype=np.float32)


def _with_self(neighbours: tuple[np.ndarray, np.ndarray], k: int) -> tuple[np.ndarray, np.ndarray]:
    """The `k` neighbours as umap wants them: every row its own first neighbour, at distance 0."""
    indices, distances = neighbours
    itself = np.arange(len(indices), dtype=np.int32)[:, None]
    return (
        np.ascontiguousarray(np.hstack([itself, indices[:, : k - 1]]), dtype=np.int32),
        np.ascontiguousarray(np.hstack([np.zeros_like(itself), distances[:, : k - 1]]), dtype=np.float32),
    )
