"""Searches in a collection: the nearest clips, and the nearest clip of each video."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vidviz.index.filters import Filter, NotVideoIn, join_filters
from vidviz.index.hit_order import rank_neighbours
from vidviz.index.milvus.open_collection import OpenCollection
from vidviz.index.rows import LARGEST_K
from vidviz.types import Neighbour

HITS_A_CALL = 400_000
LEAST_DEPTH = 100  # clips looked through for further videos
QUERIES_A_CALL = 100  # Lite computes all scores of a call at once: 40 MB at 100,000 clips


def search_clips(
    collection: OpenCollection, queries: np.ndarray, k: int, filters: Sequence[Filter], effort: int | None
) -> list[list[Neighbour]]:
    """The `k` nearest clips of each query, (Q, D), among those that every filter keeps."""
    return [_neighbours(collection, hits, k) for hits in _search(collection, queries, k, filters, effort)]


def search_videos(
    collection: OpenCollection, query: np.ndarray, k: int, filters: Sequence[Filter], effort: int | None
) -> list[Neighbour]:
    """The nearest clip of each of the `k` nearest videos of one query, (1, D), grouped by the engine.

    A server groups each of its segments by itself, and Lite only the nearest ten clips for each video wanted: a video
    may come more than once, and others not at all. It counts once, and further videos are looked for among the clips
    of all others, twice as deep each time.
    """
    best, _ = _first_of_each(collection, query, k, filters, effort, group_by_field="video_id")
    depth, whole = k, False
    while len(best) < k and not whole:
        depth = min(LARGEST_K, max(LEAST_DEPTH, 2 * depth))
        others = [*filters, NotVideoIn(tuple(best))]
        more, whole = _first_of_each(collection, query, depth, others, effort)
        best |= more
    ids = np.array([near.clip_id for near in best.values()], dtype=np.int64)
    return rank_neighbours(ids, np.array([near.score for near in best.values()]), k, collection.design)


def _first_of_each(
    collection: OpenCollection,
    query: np.ndarray,
    k: int,
    filters: Sequence[Filter],
    effort: int | None,
    **further: Any,
) -> tuple[dict[str, Neighbour], bool]:
    """Video -> its nearest clip among the `k` hits of the query; and whether there are no further hits.

    Fewer than `k` tell that of an index that compares all, and none of one that may miss some.
    """
    (hits,) = _search(collection, query, k, filters, effort, output_fields=["id", "video_id"], **further)
    video_of = {hit["id"]: hit["entity"]["video_id"] for hit in hits}
    best: dict[str, Neighbour] = {}
    for near in _neighbours(collection, hits, k):
        best.setdefault(video_of[near.clip_id], near)
    return best, len(hits) < (k if collection.kind == "FLAT" else 1)


def _search(
    collection: OpenCollection,
    queries: np.ndarray,
    k: int,
    filters: Sequence[Filter],
    effort: int | None,
    **further: Any,
) -> list[Any]:
    """The engine's hits of each query."""
    settings: dict[str, Any] = {
        "limit": k,
        "filter": join_filters(filters),
        "output_fields": ["id"],
        "timeout": collection.connection.read_seconds,
        **further,
    }
    step = max(1, min(QUERIES_A_CALL, HITS_A_CALL // k))
    answers: list[Any] = []
    with collection.reading() as client:
        settings["search_params"] = collection.design.searching(collection.kind, k, effort)
        for first in range(0, len(queries), step):
            answers += client.search(collection.name, data=queries[first : first + step], **settings)
    return answers


def _neighbours(collection: OpenCollection, hits: Any, k: int) -> list[Neighbour]:
    ids = np.array([hit["id"] for hit in hits], dtype=np.int64)
    scores = collection.design.to_scores(np.array([hit["distance"] for hit in hits]))
    return rank_neighbours(ids, scores, k, collection.design)
