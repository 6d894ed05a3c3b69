"""Index: the vectors of a set in Milvus, derived from the stored ones and brought in line when opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vidviz.config import MilvusSettings, milvus_settings
from vidviz.errors import IndexLockedError, SearchIndexError
from vidviz.index.milvus.lite_folder import close_lite, delete_lite_folder
from vidviz.index.milvus.milvus_index import MilvusIndex
from vidviz.index.milvus.open import open_milvus
from vidviz.index.rows import searchable
from vidviz.index.sync import IndexCheck, check_index
from vidviz.index.vector_index import VectorIndex
from vidviz.index_design import IndexDesign, default_design
from vidviz.log.timing import timed
from vidviz.numbers.metrics import SearchMetric
from vidviz.records import EmbeddingSet
from vidviz.services.cache import cached
from vidviz.services.index.exact_search import STORED, index_stored
from vidviz.services.index.freshness import bring_in_line, forget_checked
from vidviz.services.library import embedding_sets
from vidviz.services.library.workspaces import is_writable
from vidviz.services.progress import Progress, ignore_progress
from vidviz.store.catalogue import read_catalogue
from vidviz.store.identity import read_workspace_id
from vidviz.workspace_folder import WorkspaceFolder

UNWRITABLE = "Nothing can be written to this workspace, so that Milvus Lite cannot be opened."


@dataclass(frozen=True)
class OpenIndex:
    """An index ready for search; `note` tells a person what else there is to know, or is empty."""

    index: VectorIndex
    engine: str
    note: str = ""


@timed
def open_index(
    folder: WorkspaceFolder, set_key: str, progress: Progress = ignore_progress, metric: SearchMetric = "COSINE"
) -> OpenIndex:
    """Open the index of a set by a metric, in line with its stored vectors; each metric has a collection of its own.

    Where another process holds the local Milvus file, or the workspace takes no changes, the answer is computed from
    the stored vectors instead.

    Raises:
        SearchIndexError: a Milvus server does not answer, the local files are damaged, or the metric is not known.
    """
    found = embedding_sets.find_set(folder, set_key)
    lite = milvus_settings().lite
    if lite and not is_writable(folder):
        exact, note = index_stored(folder, found, metric)
        return OpenIndex(exact, STORED, f"{UNWRITABLE} Answered from the stored vectors. {note}".strip())
    try:
        index = open_collection(folder, found, default_design(lite, metric))
    except IndexLockedError as error:
        exact, note = index_stored(folder, found, metric)
        return OpenIndex(exact, STORED, f"{error} Answered from the stored vectors. {note}".strip())
    note = bring_in_line(folder, found, index, progress)
    return OpenIndex(index, "Milvus Lite" if lite else "Milvus", note)


@timed
def refresh_index(folder: WorkspaceFolder, set_key: str, progress: Progress = ignore_progress) -> bool:
    """Bring the collection of a set in line; False where another process holds it, which will do so itself.

    Raises:
        SearchIndexError: Milvus does not answer.
    """
    return open_index(folder, set_key, progress).engine != STORED


@timed
def rebuild_index(
    folder: WorkspaceFolder, set_key: str, progress: Progress = ignore_progress, design: IndexDesign | None = None
) -> int:
    """Drop the collection of a set and build it from the stored vectors; returns its rows.

    `design` is the metric, and the index that a server is to have; on Lite it is always exact.

    Where the local Milvus files are damaged, all of them go: every other set's collection is built when it is opened.

    Raises:
        IndexLockedError: another process holds the local Milvus file.
        SearchIndexError: Milvus does not answer.
    """
    found, settings = embedding_sets.find_set(folder, set_key), milvus_settings()
    design = default_design(True, design.metric) if design and settings.lite else design
    try:
        open_collection(folder, found, design).drop()
    except IndexLockedError:
        raise
    except SearchIndexError:
        if not settings.lite:
            raise
        delete_lite_folder(settings.lite_path(folder.milvus))
    forget_checked(folder)
    index = open_collection(folder, found, design)
    bring_in_line(folder, found, index, progress)
    return index.count()


@timed
def check_set(folder: WorkspaceFolder, set_key: str) -> IndexCheck:
    """Hold the collection of a set against the stored vectors, without changing it."""
    found = embedding_sets.find_set(folder, set_key)
    embeddings = embedding_sets.load_embeddings(folder, found.key)
    return check_index(open_collection(folder, found), embeddings.ids[searchable(embeddings.vectors)])


def doubt_set(folder: WorkspaceFolder, set_key: str) -> None:
    """Have the next search hold the collection of a set against the stored vectors row by row, and mend it."""
    open_collection(folder, embedding_sets.find_set(folder, set_key)).write_digest("")
    forget_checked(folder)


def summarise_check(folder: WorkspaceFolder, set_key: str) -> dict[str, int]:
    """A check in numbers: vectors stored, missing from the collection, and in it without being stored."""
    check = check_set(folder, set_key)
    stored = len(embedding_sets.load_embeddings(folder, set_key))
    return {"stored": stored, "missing": len(check.missing), "extra": len(check.extra)}


def open_collection(
    folder: WorkspaceFolder,
    found: EmbeddingSet,
    design: IndexDesign | None = None,
    settings: MilvusSettings | None = None,
    suffix: str = "",
) -> MilvusIndex:
    """The collection of a set where the settings lead (those of the environment when None), looked up when it is used.

    `suffix` keeps a further collection of the same set apart.

    Raises:
        IndexLockedError: another process holds the local Milvus file.
        SearchIndexError: Milvus does not answer.
    """
    workspace_id = _workspace_id(folder.path, folder.catalogue.stat().st_ino)
    connection = open_milvus(settings or milvus_settings(), folder.milvus)
    return MilvusIndex(connection, found.spec, found.dimension, workspace_id, design, suffix)


@cached()
def _workspace_id(path: Path, _inode: int) -> str:
    with read_catalogue(WorkspaceFolder(path)) as db:
        return read_workspace_id(db)


def release_index(folder: WorkspaceFolder) -> None:
    """Leave the local Milvus file to another process; this one opens it again when it next needs it."""
    close_lite(milvus_settings().lite_path(folder.milvus))
