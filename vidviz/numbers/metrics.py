"""How two vectors are compared: by their directions, or by the distance between them."""

from __future__ import annotations

from typing import Literal, get_args

from vidviz.errors import ProjectionError

Metric = Literal["cosine", "euclidean"]
"""Of a map, and of what is measured among embeddings."""

SearchMetric = Literal["COSINE", "IP", "L2"]
"""Of a search: cosine similarity, inner product, distance."""

SEARCH_METRICS: tuple[SearchMetric, ...] = get_args(SearchMetric)


def check_metric(metric: str) -> None:
    """Nothing where the metric is one of `Metric`.

    Raises:
        ProjectionError: it is not.
    """
    if metric not in get_args(Metric):
        raise ProjectionError(f"Vectors are compared by 'cosine' or 'euclidean', not {metric!r}.")
