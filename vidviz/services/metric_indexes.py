"""A set by another metric: a collection of its own, made when somebody first asks for it."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path

from vidviz.config import milvus_settings
from vidviz.errors import IndexLockedError
from vidviz.index.design import IndexDesign, Metric, default_design
from vidviz.index.exact_index import ExactIndex
from vidviz.index.sync import sync_index
from vidviz.services import embedding_sets, indexing, library
from vidviz.services.index_building import is_building
from vidviz.services.indexing import STORED, OpenIndex
from vidviz.services.progress import Progress, ignore_progress
from vidviz.store.workspace import WorkspaceFolder

_in_line: dict[tuple[str, str], tuple[str, int]] = {}
"""(workspace, collection) -> (version of the vectors, revision of the catalogue) that it was brought in line with."""
_guard = threading.Lock()


def open_by_metric(
    folder: WorkspaceFolder, set_key: str, metric: Metric = "COSINE", progress: Progress = ignore_progress
) -> OpenIndex:
    """The index of a set that compares by this metric, in line with its stored vectors.

    Where another process holds the local Milvus file, the answer is computed from the stored vectors instead.

    Raises:
        SearchIndexError: Milvus does not answer, or the metric is not known.
    """
    if metric == "COSINE" and not is_building(folder, set_key):
        return indexing.open_index(folder, set_key, progress)
    found = embedding_sets.find_set(folder, set_key)
    if metric == "COSINE":
        exact = _exact(folder.path, found.key, metric, folder.vectors(found.key).version, library.read_revision(folder))
        return OpenIndex(exact, STORED, "The index is being built; answered from the stored vectors meanwhile.")
    try:
        lite = not milvus_settings().uri
        index = indexing.open_collection(folder, found, default_design(lite, metric))
    except IndexLockedError as error:
        exact = _exact(folder.path, found.key, metric, folder.vectors(found.key).version, library.read_revision(folder))
        return OpenIndex(exact, STORED, f"{error} Answered from the stored vectors.")
    with _guard:
        place = (str(folder.path), f"{index.connection.place.shown} {index.name}")
        state = (folder.vectors(found.key).version, library.read_revision(folder))
        if _in_line.get(place) != state or not index.count():
            sync_index(index, *indexing.list_rows(folder, found), progress)
            _in_line[place] = state
    return OpenIndex(index, "Milvus Lite" if lite else "Milvus")


@lru_cache(maxsize=2)
def _exact(path: Path, set_key: str, metric: Metric, _version: str, _revision: int) -> ExactIndex:
    folder = WorkspaceFolder(path)
    found = embedding_sets.find_set(folder, set_key)
    index = ExactIndex(found.dimension, IndexDesign(metric))
    index.upsert(*indexing.list_rows(folder, found))
    return index
