"""t-SNE (van der Maaten and Hinton 2008; the Barnes-Hut form of 2014), by scikit-learn, from exact neighbours.

It starts from PCA, without which the large shape of the map is chance (Kobak and Linderman 2021), and by cosine it
sees unit vectors, whose straight distance is the one that the method was derived for.
"""

from __future__ import annotations

import warnings

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.numbers.metrics import Metric
from vidviz.project.checks import all_equal, at_ordinary_size, check_vectors, vectors_for
from vidviz.project.iterative_layout import FEWEST_CLIPS, Layout, starting_points, substitute_pca
from vidviz.project.neighbours import exact_neighbours

SMALLEST_PERPLEXITY = 1.0
START_SPREAD = 1e-4  # of the first axis; from a wider start, clips that belong together no longer find each other
FEW_CLIPS = 1000  # below, threads wait for each other longer than they work
SAME_SUM_THREADS = 2  # sums of two parts do not depend on which comes first; of more, a map would differ each time


def project_tsne(
    vectors: np.ndarray,
    *,
    dims: int = 2,
    perplexity: float = 30.0,
    metric: Metric = "cosine",
    seed: int = 0,
    neighbours: tuple[np.ndarray, np.ndarray] | None = None,
) -> Layout:
    """Lay embeddings out by t-SNE; the same vectors and seed give the same map on the same machine.

    Too few clips, and clips that are all alike, are laid out by PCA instead, and the note says so.

    Args:
        vectors: (N, D) floats.
        dims: 2 or 3, coordinates a point.
        perplexity: how many neighbours of a clip count, softly; at most a third of the other clips.
        metric: "cosine" or "euclidean".
        seed: of the noise that the layout starts with.
        neighbours: what `exact_neighbours(vectors, k, metric)` returned, with k at least `3 * perplexity + 1`;
            computed when not given.

    Raises:
        ProjectionError: some vectors are not finite, or the metric, perplexity or dimensions make no sense.
    """
    matrix = check_vectors(vectors)
    if metric == "euclidean" and neighbours is None:
        matrix = at_ordinary_size(matrix)
    measured = vectors_for(metric, matrix)
    check_tsne(dims, perplexity)
    if len(matrix) < FEWEST_CLIPS:
        return substitute_pca(matrix, dims, f"t-SNE needs at least {FEWEST_CLIPS} clips; this map is a PCA.")
    if all_equal(measured):
        return substitute_pca(matrix, dims, "All vectors point the same way, so all clips share one place.")
    used = min(perplexity, (len(matrix) - 1) / 3)
    note = "" if used >= perplexity else f"There are only {len(matrix)} clips, so t-SNE used perplexity {used:.3g}."
    k = neighbours_for(used, len(matrix))
    if neighbours is None or neighbours[0].shape[1] < k:
        neighbours = exact_neighbours(matrix, k, metric)
    indices, distances = neighbours[0][:, :k], neighbours[1][:, :k]
    if metric == "cosine":
        distances = np.sqrt(2 * distances)  # of unit vectors, the straight distance
    points = _lay_out(indices, distances, starting_points(measured, dims, seed), used, seed)
    if not np.isfinite(points).all():
        return substitute_pca(matrix, dims, "t-SNE found no layout for these vectors; this map is a PCA.")
    return Layout(points, note)


def neighbours_for(perplexity: float, count: int) -> int:
    """How many neighbours t-SNE asks for among `count` clips: three times the perplexity and one."""
    return min(count - 1, int(3 * perplexity + 1))


def check_tsne(dims: int, perplexity: float) -> None:
    """Refuse parameters that t-SNE has no meaning for.

    Raises:
        ProjectionError: the sentence names the parameter.
    """
    if dims not in (2, 3):
        raise ProjectionError(f"t-SNE makes maps of 2 or 3 dimensions, not {dims!r}.")
    if not SMALLEST_PERPLEXITY <= perplexity < float("inf"):
        raise ProjectionError(f"Perplexity must be at least {SMALLEST_PERPLEXITY:g}, not {perplexity!r}.")


def _lay_out(indices: np.ndarray, distances: np.ndarray, start: np.ndarray, perplexity: float, seed: int) -> np.ndarray:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    model = TSNE(
        n_components=start.shape[1],
        perplexity=perplexity,
        metric="precomputed",
        init=np.ascontiguousarray(start / start[:, 0].std() * START_SPREAD, dtype=np.float32),
        random_state=seed,
    )
    with warnings.catch_warnings(), threadpool_limits(_threads(len(start)), user_api="openmp"):
        warnings.simplefilter("ignore")  # about neighbours that are not sorted where copies are at distance 0
        return np.asarray(model.fit_transform(_neighbour_graph(indices, distances)), dtype=np.float32)


def _threads(count: int) -> int:
    from threadpoolctl import threadpool_info

    allowed = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "openmp"]
    return 1 if count < FEW_CLIPS else min([SAME_SUM_THREADS, *allowed])


def _neighbour_graph(indices: np.ndarray, distances: np.ndarray):  # type: ignore[no-untyped-def]
    """The distances as scikit-learn wants them, (N, N) CSR: every row its own first neighbour, nearest first."""
    from scipy.sparse import csr_matrix

    count, k = indices.shape
    columns = np.hstack([np.arange(count)[:, None], indices])
    values = np.hstack([np.zeros((count, 1)), distances])
    starts = np.arange(0, count * (k + 1) + 1, k + 1)
    return csr_matrix((values.ravel(), columns.ravel(), starts), shape=(count, count))
