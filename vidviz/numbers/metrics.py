"""How two vectors are compared: by their directions, or by the distance between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from vidviz.errors import ProjectionError

Metric = Literal["cosine", "euclidean"]
"""Of a map, and of what is measured among embeddings."""

SearchMetric = Literal["COSINE", "IP", "L2"]
"""Of a search: cosine similarity, inner product, distance."""


@dataclass(frozen=True)
class SearchMetricRow:
    """What everybody must know of a search's metric; how it is computed stands in `vidviz.index_design`.

    Attributes:
        title: on the screen.
        smaller_is_nearer: whether scores are distances.
        by_direction: whether only directions count, so that vectors are compared at unit length.
    """

    title: str
    smaller_is_nearer: bool = False
    by_direction: bool = False


SEARCH_METRICS: dict[SearchMetric, SearchMetricRow] = {
    "COSINE": SearchMetricRow("cosine similarity", by_direction=True),
    "IP": SearchMetricRow("inner product"),
    "L2": SearchMetricRow("distance", smaller_is_nearer=True),
}
"""In the order in which they are offered."""


def check_metric(metric: str) -> None:
    """Nothing where the metric is one of `Metric`.

    Raises:
        ProjectionError: it is not.
    """
    if metric not in get_args(Metric):
        raise ProjectionError(f"Vectors are compared by 'cosine' or 'euclidean', not {metric!r}.")
