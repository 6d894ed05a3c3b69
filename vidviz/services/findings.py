"""Clips worth a second look: those like no other, and those that are almost the same."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from vidviz.services import embedding_sets, library
from vidviz.services.neighbourhoods import shared_neighbours
from vidviz.store.workspace import WorkspaceFolder


@dataclass(frozen=True)
class Outlying:
    """Clips like no other, the strangest first.

    `distances` are their mean cosine distances to their ten nearest clips, `typical` that of the middle clip.
    """

    clip_ids: tuple[int, ...]
    distances: tuple[float, ...]
    typical: float


@dataclass(frozen=True)
class Alike:
    """Pairs of clips of different videos that are almost the same, the most alike first; `total` with those cut off."""

    pairs: tuple[tuple[int, int], ...]
    cosines: tuple[float, ...]
    total: int


def find_outliers(folder: WorkspaceFolder, set_key: str) -> Outlying:
    """The clips of a set whose distance from others stands out."""
    return _outliers(folder.path, set_key, folder.vectors(set_key).version)


@lru_cache(maxsize=4)
def _outliers(path: Path, set_key: str, _version: str) -> Outlying:
    from vidviz.measure import outliers

    folder = WorkspaceFolder(path)
    ids = embedding_sets.load_embeddings(folder, set_key).ids
    found = outliers.find_outliers(outliers.outlier_scores(shared_neighbours(folder, set_key)[1]))
    return Outlying(tuple(ids[found.rows].tolist()), tuple(found.scores.tolist()), found.typical)


def find_near_duplicates(folder: WorkspaceFolder, set_key: str, threshold: float) -> Alike:
    """Pairs of clips whose cosine reaches the threshold; clips of one video are alike by nature and left out."""
    return _alike(folder.path, set_key, folder.vectors(set_key).version, threshold)


@lru_cache(maxsize=8)
def _alike(path: Path, set_key: str, _version: str, threshold: float) -> Alike:
    from vidviz.measure.duplicates import near_duplicates

    folder = WorkspaceFolder(path)
    embeddings = embedding_sets.load_embeddings(folder, set_key)
    table = library.clip_table(folder).set_index("clip_id")
    videos = np.asarray(table.loc[embeddings.ids, "video_id"], dtype=str)
    found = near_duplicates(embeddings.vectors, threshold, sources=videos)
    pairs = tuple((int(a), int(b)) for a, b in embeddings.ids[found.pairs])
    return Alike(pairs, tuple(found.cosines.tolist()), found.total)
