"""The best clip of each video: by the engine's own grouping where it has one, else by looking further down the list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vidviz.index.filters import Filter, NotVideoIn
from vidviz.index.rows import LARGEST_K
from vidviz.index.vector_index import VectorIndex
from vidviz.services import library
from vidviz.store.sets import EmbeddingSet
from vidviz.store.workspace import WorkspaceFolder
from vidviz.types import Neighbour


def search_videos(
    folder: WorkspaceFolder,
    found: EmbeddingSet,
    index: VectorIndex,
    vector: np.ndarray,
    k: int,
    conditions: Sequence[Filter],
    effort: int | None = None,
) -> list[Neighbour]:
    """The nearest clip of each of the `k` nearest videos, nearest first.

    An approximate index groups only what it visits, so videos may be missing: the list is then filled up by looking
    further down the clips of the others.
    """
    table = library.clip_table(folder, found.spec.recipe_key)
    video_of = dict(zip(table["clip_id"].tolist(), table["video_id"].tolist(), strict=True))
    best = index.search_videos(vector, k, conditions, effort=effort)
    missing = min(k, len(set(video_of.values()))) - len(best)
    if missing > 0 and not index.exact:
        known = tuple({video_of[near.clip_id] for near in best if near.clip_id in video_of})
        others = [*conditions, NotVideoIn(known)]
        best = best + _first_of_each(index, vector, missing, others, effort, video_of)
    ordered = sorted(
        best, key=lambda near: (near.score if index.design.smaller_is_nearer else -near.score, near.clip_id)
    )
    return ordered[:k]


def _first_of_each(
    index: VectorIndex,
    vector: np.ndarray,
    k: int,
    conditions: Sequence[Filter],
    effort: int | None,
    video_of: dict[int, str],
) -> list[Neighbour]:
    wanted = min(LARGEST_K, 4 * k)
    while True:
        hits = index.search(vector[None], wanted, conditions, effort=effort)[0]
        best: dict[str, Neighbour] = {}
        for near in hits:
            best.setdefault(video_of.get(near.clip_id, ""), near)
        best.pop("", None)
        if len(best) >= k or len(hits) < wanted or wanted == LARGEST_K:
            return list(best.values())[:k]
        wanted = min(LARGEST_K, 4 * wanted)
