"""The exact neighbours of a set, computed once and shared by maps, clusters and measures; and what they tell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vidviz.log.timing import timed
from vidviz.measure.directions import cosines_to
from vidviz.records import StoredMap
from vidviz.services.cache import cached
from vidviz.services.library import embedding_sets
from vidviz.workspace_folder import WorkspaceFolder

SHARED_NEIGHBOURS = 91
"""Neighbours a clip: what t-SNE wants at its usual perplexity of 30, which is enough for all others."""
TRUST_NEIGHBOURS = 15


@dataclass(frozen=True)
class MapTrust:
    """How far a map is to be believed.

    `points` (N,) is the part of each clip's `k` true neighbours that are its neighbours on the map too;
    `trustworthiness` falls where the map invents neighbours, `continuity` where it tears them apart (Venna and Kaski
    2001). A map made by chance has `chance` as its mean.
    """

    points: np.ndarray
    trustworthiness: float
    continuity: float
    k: int
    chance: float


@timed
def shared_neighbours(folder: WorkspaceFolder, set_key: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows and cosine distances of each clip's nearest others, nearest first, (N, k) each; the ids' order is the set's.

    Raises:
        ProjectionError: some vectors are not finite.
    """
    return _neighbours(folder.path, set_key, embedding_sets.set_version(folder, set_key))


@cached()
def _neighbours(path: Path, set_key: str, _version: str) -> tuple[np.ndarray, np.ndarray]:
    from vidviz.project.neighbours import exact_neighbours

    vectors = embedding_sets.load_embeddings(WorkspaceFolder(path), set_key).vectors
    return exact_neighbours(vectors, SHARED_NEIGHBOURS)


@timed
def measure_map(folder: WorkspaceFolder, set_key: str, stored: StoredMap, map_key: str) -> MapTrust:
    """Hold a map against the vectors that it was made from.

    Args:
        folder: the workspace.
        set_key: the embedding set.
        stored: the map.
        map_key: its `MapSpec.key`.
    """
    version = embedding_sets.set_version(folder, set_key)
    points = np.asarray(stored.points, np.float32)
    return _measure(folder.path, set_key, version, map_key, points.tobytes(), points.shape[1])


@cached(most=8)
def _measure(path: Path, set_key: str, _version: str, _map_key: str, points: bytes, dims: int) -> MapTrust:
    from vidviz.measure.point_trust import point_trust
    from vidviz.measure.rank_trust import continuity, trustworthiness

    folder = WorkspaceFolder(path)
    vectors = embedding_sets.load_embeddings(folder, set_key).vectors
    places = np.frombuffer(points, np.float32).reshape(-1, dims)
    near = shared_neighbours(folder, set_key)[0]
    k = min(TRUST_NEIGHBOURS, near.shape[1])
    if k < 1:
        return MapTrust(np.full(len(places), np.nan), float("nan"), float("nan"), 0, float("nan"))
    return MapTrust(
        point_trust(near, places, k),
        trustworthiness(vectors, places, k),
        continuity(near, places, k),
        k,
        k / max(1, len(places) - 1),
    )


def count_kept(folder: WorkspaceFolder, set_key: str, stored: StoredMap, clip_id: int) -> tuple[int, int]:
    """How many of one clip's true neighbours are its neighbours on the map, and of how many.

    It looks at this clip alone, so that it is known at once, where the measures of a whole map take seconds. None of
    none where the set does not hold the clip, or nothing but it.
    """
    row = int(np.searchsorted(stored.ids, clip_id))
    cosines = similarity_to(folder, set_key, clip_id)
    k = min(TRUST_NEIGHBOURS, len(cosines) - 1)
    if k < 1 or row >= len(stored.ids) or stored.ids[row] != clip_id:
        return 0, 0
    apart = np.linalg.norm(stored.points - stored.points[row], axis=1)
    cosines[row], apart[row] = -np.inf, np.inf
    true, shown = (np.argsort(distances, kind="stable")[:k] for distances in (-cosines, apart))
    return len(np.intersect1d(true, shown)), k


def compare_maps(first: StoredMap, second: StoredMap) -> np.ndarray:
    """The part of each clip's neighbours on one map that are its neighbours on another of the same clips, (N,).

    NaN where there is one clip, or the maps are of different clips.
    """
    if not np.array_equal(first.ids, second.ids):
        return np.full(len(first.ids), np.nan)
    return _compare(first.points.tobytes(), second.points.tobytes(), len(first.ids))


@cached(most=8)
def _compare(first: bytes, second: bytes, count: int) -> np.ndarray:
    from vidviz.measure.point_trust import point_trust
    from vidviz.project.neighbours import exact_neighbours

    places = [np.frombuffer(points, np.float32).reshape(count, -1) for points in (first, second)]
    near = exact_neighbours(places[0], TRUST_NEIGHBOURS, "euclidean")[0]
    return point_trust(near, places[1], TRUST_NEIGHBOURS)


def similarity_to(folder: WorkspaceFolder, set_key: str, clip_id: int) -> np.ndarray:
    """The cosine similarity of every clip of a set to one clip, (N,).

    NaN where the set does not hold that clip, or one of the two has no direction.
    """
    embeddings = embedding_sets.load_embeddings(folder, set_key)
    place = int(np.searchsorted(embeddings.ids, clip_id))
    if place >= len(embeddings) or embeddings.ids[place] != clip_id:
        return np.full(len(embeddings), np.nan)
    return cosines_to(embeddings.vectors, embeddings.vectors[place])
