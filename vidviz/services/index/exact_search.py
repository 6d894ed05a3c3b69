"""Answers from the stored vectors themselves, exactly, where Milvus is in other hands or not ready yet."""

from __future__ import annotations

from pathlib import Path

from vidviz.index.exact_index import ExactIndex
from vidviz.index_design import IndexDesign
from vidviz.numbers.metrics import SearchMetric
from vidviz.records import EmbeddingSet
from vidviz.services.cache import cached
from vidviz.services.index.freshness import say_left_out
from vidviz.services.index.index_rows import list_rows
from vidviz.services.library import contents, embedding_sets
from vidviz.workspace_folder import WorkspaceFolder

STORED = "stored vectors"
"""The engine that answers then."""


def index_stored(
    folder: WorkspaceFolder, found: EmbeddingSet, metric: SearchMetric = "COSINE"
) -> tuple[ExactIndex, str]:
    """The stored vectors of a set, ready for search, and which clips no search can find.

    They are made ready once for each state of vectors and catalogue.
    """
    return _index(
        folder.path, found.key, metric, embedding_sets.set_version(folder, found.key), contents.read_revision(folder)
    )


@cached()
def _index(path: Path, set_key: str, metric: SearchMetric, _version: str, _revision: int) -> tuple[ExactIndex, str]:
    folder = WorkspaceFolder(path)
    found = embedding_sets.find_set(folder, set_key)
    index = ExactIndex(found.dimension, IndexDesign(metric))
    return index, say_left_out(index.upsert(*list_rows(folder, found)))
