"""Clips worth a second look: those like no other, and those that are almost the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vidviz.log.timing import timed
from vidviz.services.cache import cached
from vidviz.services.library import contents, embedding_sets
from vidviz.services.maps.set_neighbours import shared_neighbours
from vidviz.store import videos
from vidviz.store.catalogue import read_catalogue
from vidviz.workspace_folder import WorkspaceFolder


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


@timed
def find_outliers(folder: WorkspaceFolder, set_key: str) -> Outlying:
    """The clips of a set whose distance from others stands out."""
    return _outliers(folder.path, set_key, embedding_sets.set_version(folder, set_key))


@cached()
def _outliers(path: Path, set_key: str, _version: str) -> Outlying:
    from vidviz.measure import outliers

    folder = WorkspaceFolder(path)
    ids = embedding_sets.load_embeddings(folder, set_key).ids
    found = outliers.find_outliers(outliers.outlier_scores(shared_neighbours(folder, set_key)[1]))
    return Outlying(tuple(ids[found.rows].tolist()), tuple(found.scores.tolist()), found.typical)


@timed
def find_near_duplicates(folder: WorkspaceFolder, set_key: str, threshold: float) -> Alike:
    """Pairs of clips whose cosine reaches the threshold; clips of one video are alike by nature and left out."""
    return _alike(folder.path, set_key, embedding_sets.set_version(folder, set_key), threshold)


@cached()
def _alike(path: Path, set_key: str, _version: str, threshold: float) -> Alike:
    from vidviz.measure.duplicates import near_duplicates

    folder = WorkspaceFolder(path)
    embeddings = embedding_sets.load_embeddings(folder, set_key)
    sources = np.asarray(contents.clip_rows(folder, embeddings.ids, _recipe(folder, set_key))["video_id"], dtype=str)
    found = near_duplicates(embeddings.vectors, threshold, sources=sources)
    pairs = tuple((int(a), int(b)) for a, b in embeddings.ids[found.pairs])
    return Alike(pairs, tuple(found.cosines.tolist()), found.total)


@dataclass(frozen=True)
class DuplicateGroup:
    """Clips that are almost the same, linked by pairs: `keep` stays, `remove` may go, by falling likeness to it.

    `cosines` are the similarities of those to remove to the one to keep.
    """

    keep: int
    remove: tuple[int, ...]
    cosines: tuple[float, ...]


@timed
def group_duplicates(folder: WorkspaceFolder, set_key: str, threshold: float) -> list[DuplicateGroup]:
    """Groups of clips of different videos whose cosines reach the threshold, the largest first.

    Kept is the clip with the most pixels, else of the longest video, else the first by name: what a person would keep.
    Clips of one video are in one group where clips of others link them. Of more than 10,000 pairs the most alike link
    (`find_near_duplicates` tells how many there are).
    """
    return list(_groups(folder.path, set_key, embedding_sets.set_version(folder, set_key), threshold))


@cached()
def _groups(path: Path, set_key: str, _version: str, threshold: float) -> tuple[DuplicateGroup, ...]:
    from vidviz.measure.duplicates import duplicate_groups

    folder = WorkspaceFolder(path)
    embeddings = embedding_sets.load_embeddings(folder, set_key)
    pairs = np.array(_alike(path, set_key, _version, threshold).pairs, dtype=np.int64).reshape(-1, 2)
    numbers = duplicate_groups(np.searchsorted(embeddings.ids, pairs), len(embeddings.ids))
    worth = _worth(folder, embeddings.ids, _recipe(folder, set_key))
    groups = []
    for number in range(int(numbers.max(initial=-1)) + 1):
        rows = np.flatnonzero(numbers == number)
        best = min(rows.tolist(), key=lambda row: worth[row])
        others = rows[rows != best]
        lengths = np.linalg.norm(embeddings.vectors[others], axis=1) * np.linalg.norm(embeddings.vectors[best])
        cosines = embeddings.vectors[others] @ embeddings.vectors[best] / np.maximum(lengths, 1e-30)
        order = np.argsort(-cosines, kind="stable")
        similarities = np.minimum(cosines[order], 1.0).astype(float).tolist()
        groups.append(
            DuplicateGroup(
                int(embeddings.ids[best]), tuple(embeddings.ids[others[order]].tolist()), tuple(similarities)
            )
        )
    return tuple(groups)


def _recipe(folder: WorkspaceFolder, set_key: str) -> str:
    return embedding_sets.find_set(folder, set_key).spec.recipe_key


def _worth(folder: WorkspaceFolder, ids: np.ndarray, recipe_key: str) -> list[tuple[float, float, str, float]]:
    """What decides which clip is kept, the smallest first."""
    table = contents.clip_rows(folder, ids, recipe_key)
    with read_catalogue(folder) as db:
        size = {
            video.id: (video.probe.width_px * video.probe.height_px, video.probe.duration_seconds)
            for video in videos.list_videos(db)
        }
    return [
        (-size[row["video_id"]][0], -size[row["video_id"]][1], row["video"], row["start_seconds"])
        for row in table.to_dict("records")
    ]
