"""Search: a clip -> its nearest neighbours, with scores and where to find them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidviz.errors import WorkspaceError
from vidviz.index.filters import NotClip
from vidviz.index.rows import check_k
from vidviz.services import embedding_sets, indexing, library
from vidviz.store.videos import LABEL
from vidviz.store.workspace import WorkspaceFolder
from vidviz.types import Neighbour


@dataclass(frozen=True)
class Hit:
    """A clip that was found; `score` is its cosine similarity to the query, 1.0 for the query itself."""

    clip_id: int
    video: str
    start_seconds: float
    end_seconds: float
    score: float
    label: str | None
    video_id: str


@dataclass(frozen=True)
class SearchAnswer:
    """Hits, best first, which engine answered, and a note where a person should know more."""

    hits: tuple[Hit, ...]
    engine: str
    note: str


def search_by_clip(
    folder: WorkspaceFolder, set_key: str, clip_id: int, k: int = 10, *, include_self: bool = True
) -> SearchAnswer:
    """The `k` nearest clips of a clip of the library.

    The clip itself comes first, with score 1.0, unless it is left out; so it does among any number of exact copies.

    Raises:
        WorkspaceError: no such clip, or the set holds no vector of it.
        SearchIndexError: Milvus does not answer, or `k` is not between 1 and 16,384.
    """
    check_k(k)
    found = embedding_sets.find_set(folder, set_key)
    query = query_vector(folder, found.key, clip_id)
    opened = indexing.open_index(folder, found.key)
    neighbours = opened.index.search(query[None], k, [NotClip((clip_id,))])[0]
    if include_self:
        neighbours.insert(0, Neighbour(clip_id, 1.0))
    return SearchAnswer(tuple(describe(folder, found.spec.recipe_key, neighbours[:k])), opened.engine, opened.note)


def nearest_exactly(folder: WorkspaceFolder, set_key: str, clip_id: int, k: int) -> list[Hit]:
    """The `k` nearest other clips by exact arithmetic on the stored vectors: at hand without any index.

    Raises:
        WorkspaceError: no such clip, or the set holds no usable vector of it.
    """
    found = embedding_sets.find_set(folder, set_key)
    embeddings = embedding_sets.load_embeddings(folder, found.key)
    query = query_vector(folder, found.key, clip_id)
    lengths = np.linalg.norm(embeddings.vectors, axis=1) * np.linalg.norm(query)
    scores = np.where(lengths > 0, embeddings.vectors @ query / np.maximum(lengths, 1e-30), -1.0)
    scores[embeddings.ids == clip_id] = -np.inf
    best = np.argsort(-scores, kind="stable")[: min(k, len(scores) - 1)]
    return describe(folder, found.spec.recipe_key, [Neighbour(int(embeddings.ids[i]), float(scores[i])) for i in best])


def query_vector(folder: WorkspaceFolder, set_key: str, clip_id: int) -> np.ndarray:
    """The vector of a clip, (D,) float32.

    Raises:
        WorkspaceError: no such clip, or the set holds no usable vector of it.
    """
    embeddings = embedding_sets.load_embeddings(folder, set_key)
    place = int(np.searchsorted(embeddings.ids, clip_id))
    if place >= len(embeddings) or embeddings.ids[place] != clip_id:
        card = library.know_clip(folder, clip_id)
        raise WorkspaceError(
            f"The clip {clip_id} ({card.video}) is not in this embedding set. Embed again, or choose another set."
        )
    vector: np.ndarray = embeddings.vectors[place]
    if not np.linalg.norm(vector) > 0:
        raise WorkspaceError(f"The vector of clip {clip_id} is zero: it has no direction to search in.")
    return vector


def describe(folder: WorkspaceFolder, recipe_key: str, neighbours: list[Neighbour]) -> list[Hit]:
    """Neighbours with what the catalogue knows of them."""
    table = library.clip_table(folder, recipe_key).set_index("clip_id")
    rows = table.loc[[neighbour.clip_id for neighbour in neighbours]].to_dict("records")
    return [
        Hit(
            clip_id=neighbour.clip_id,
            video=row["video"],
            start_seconds=row["start_seconds"],
            end_seconds=row["end_seconds"],
            score=round(min(1.0, neighbour.score), 6),
            label=row[LABEL],
            video_id=row["video_id"],
        )
        for neighbour, row in zip(neighbours, rows, strict=True)
    ]
