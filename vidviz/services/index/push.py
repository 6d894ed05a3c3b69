"""Push: the sets of a workspace to another Milvus, and proof that they arrived."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidviz.config import MilvusSettings
from vidviz.errors import SearchIndexError
from vidviz.index.milvus.milvus_index import MilvusIndex
from vidviz.index.rows import check_rows
from vidviz.index.sync import sync_index
from vidviz.log.timing import timed
from vidviz.services.index import set_index
from vidviz.services.index.index_rows import list_rows
from vidviz.services.library import embedding_sets
from vidviz.services.progress import Progress, ignore_progress
from vidviz.workspace_folder import WorkspaceFolder

SAMPLE = 100


@dataclass(frozen=True)
class Pushed:
    """A set that arrived: `rows` are there, `sent` of them by this push, and `compared` vectors came back equal."""

    set_key: str
    collection: str
    rows: int
    sent: int
    compared: int
    left_out: int


@timed
def push_set(
    folder: WorkspaceFolder, set_key: str, settings: MilvusSettings, progress: Progress = ignore_progress
) -> Pushed:
    """Store a set in another Milvus and hold it against the stored vectors. Interrupted, it goes on where it stopped.

    Raises:
        SearchIndexError: that Milvus does not answer or refuses, or what arrived is not what was sent.
    """
    if not settings.uri:
        raise SearchIndexError("Say where to: --uri http://HOST:19530.")
    found = embedding_sets.find_set(folder, set_key)
    index = set_index.open_collection(folder, found, settings=settings)
    rows, vectors = list_rows(folder, found)
    report = sync_index(index, rows, vectors, progress)
    checked = check_rows(rows, vectors, found.dimension)
    arrived = index.count()
    if arrived != len(checked.rows):
        raise SearchIndexError(
            f"{index.name} on {index.connection.place.shown} holds {arrived:,} clips and {len(checked.rows):,} were "
            "sent; push again."
        )
    ids = np.array([row.clip_id for row in checked.rows], dtype=np.int64)
    compared = _compare_sample(index, ids, checked.vectors)
    sent = report.added + report.changed
    return Pushed(found.key, index.name, arrived, sent, compared, len(report.left_out))


def _compare_sample(index: MilvusIndex, ids: np.ndarray, vectors: np.ndarray) -> int:
    """Read some vectors back; returns how many were compared.

    Raises:
        SearchIndexError: one is missing or another.
    """
    if not len(ids):
        return 0
    places = np.unique(np.linspace(0, len(ids) - 1, min(SAMPLE, len(ids))).astype(int))
    back = index.read_vectors(ids[places].tolist())
    for place in places.tolist():
        stored = back.get(int(ids[place]))
        if stored is None or not np.allclose(stored, vectors[place], atol=1e-6):
            raise SearchIndexError(
                f"Clip {ids[place]} did not arrive as it was sent at {index.connection.place.shown}; push again."
            )
    return len(places)
