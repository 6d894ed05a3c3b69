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

APART_SECONDS = 10.0
"""Clips of one video with so much time between them count as copies where they are almost the same."""


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
    """Pairs of clips that are almost the same, the most alike first; `total` with those cut off."""

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
def find_near_duplicates(
    folder: WorkspaceFolder, set_key: str, threshold: float, apart_seconds: float = APART_SECONDS
) -> Alike:
    """Pairs of clips whose cosine reaches the threshold.

    Clips of one video that follow each other are alike by nature: they count where `apart_seconds` lie between them,
    and never where that is infinite.
    """
    return _alike(folder.path, set_key, embedding_sets.set_version(folder, set_key), threshold, apart_seconds)


@cached()
def _alike(path: Path, set_key: str, _version: str, threshold: float, apart_seconds: float) -> Alike:
    from vidviz.measure.duplicates import near_duplicates

    folder = WorkspaceFolder(path)
    embeddings = embedding_sets.load_embeddings(folder, set_key)
    rows = contents.clip_rows(folder, embeddings.ids, _recipe(folder, set_key))
    found = near_duplicates(
        embeddings.vectors,
        threshold,
        sources=np.asarray(rows["video_id"], dtype=str),
        spans=rows[["start_seconds", "end_seconds"]].to_numpy(float),
        apart_seconds=apart_seconds,
    )
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
def group_duplicates(
    folder: WorkspaceFolder, set_key: str, threshold: float, apart_seconds: float = APART_SECONDS
) -> list[DuplicateGroup]:
    """Groups of clips whose cosines reach the threshold, the largest first; see `find_near_duplicates`.

    Kept is the clip with the most pixels, else of the longest video, else the first by name: what a person would keep.
    Clips of one video that lie closer together are in one group where others link them. Of more than 10,000 pairs the
    most alike link (`find_near_duplicates` tells how many there are).
    """
    version = embedding_sets.set_version(folder, set_key)
    return list(_groups(folder.path, set_key, version, threshold, apart_seconds))


@cached()
def _groups(
    path: Path, set_key: str, _version: str, threshold: float, apart_seconds: float
) -> tuple[DuplicateGroup, ...]:
    from vidviz.measure.duplicates import duplicate_groups

    folder = WorkspaceFolder(path)
    embeddings = embedding_sets.load_embeddings(folder, set_key)
    pairs = np.array(_alike(path, set_key, _version, threshold, apart_seconds).pairs, dtype=np.int64).reshape(-1, 2)
    numbers = duplicate_groups(np.searchsorted(embeddings.ids, pairs), len(embeddings.ids))
    worth = _worth(folder, embeddings.ids, _recipe(folder, set_key))
    groups = []
    for rows in _rows_of_groups(numbers):
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


def _rows_of_groups(numbers: np.ndarray) -> list[np.ndarray]:
    """The rows of each group, by its number; those of none (-1) left out."""
    order = np.argsort(numbers, kind="stable")
    starts = np.searchsorted(numbers[order], np.arange(int(numbers.max(initial=-1)) + 2))
    return np.split(order, starts)[1:-1]


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
