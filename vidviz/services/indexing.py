"""Index: the vectors of a set in Milvus, derived from the stored ones and brought in line when opened."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from vidviz.config import MilvusSettings, milvus_settings
from vidviz.errors import IndexLockedError, SearchIndexError
from vidviz.index.design import IndexDesign as IndexDesign
from vidviz.index.exact_index import ExactIndex
from vidviz.index.milvus_index import MilvusIndex
from vidviz.index.open import close_lite, delete_lite_folder, open_milvus
from vidviz.index.rows import ClipRow, LeftOut, searchable
from vidviz.index.sync import IndexCheck, check_index, sync_index
from vidviz.index.vector_index import VectorIndex
from vidviz.services import embedding_sets, library
from vidviz.services.progress import Progress, ignore_progress
from vidviz.store.clip_labels import TAGS
from vidviz.store.sets import EmbeddingSet
from vidviz.store.videos import LABEL
from vidviz.store.workspace import WorkspaceFolder

STORED = "stored vectors"
"""The engine that answers where another process holds the local Milvus file."""

_in_line: dict[tuple[str, str], tuple[tuple[str, int], str]] = {}
"""(workspace, set) -> (version of its vectors, revision of the catalogue) that this process brought its collection in
line with, and the note on it."""
_turns: dict[tuple[str, str], threading.RLock] = {}
_guard = threading.Lock()


@dataclass(frozen=True)
class OpenIndex:
    """An index ready for search; `note` tells a person what else there is to know, or is empty."""

    index: VectorIndex
    engine: str
    note: str = ""


def open_index(folder: WorkspaceFolder, set_key: str, progress: Progress = ignore_progress) -> OpenIndex:
    """Open the index of a set, in line with its stored vectors.

    Where another process holds the local Milvus file, the answer is computed from the stored vectors instead.

    Raises:
        SearchIndexError: a Milvus server does not answer, or the local files are damaged.
    """
    found = embedding_sets.find_set(folder, set_key)
    try:
        index = open_collection(folder, found)
    except IndexLockedError as error:
        exact, note = _exact_index(folder, found)
        return OpenIndex(exact, STORED, f"{error} Answered from the stored vectors. {note}".strip())
    note = _bring_in_line(folder, found, index, progress)
    return OpenIndex(index, "Milvus" if milvus_settings().uri else "Milvus Lite", note)


def refresh_index(folder: WorkspaceFolder, set_key: str, progress: Progress = ignore_progress) -> bool:
    """Bring the collection of a set in line; False where another process holds it, which will do so itself.

    Raises:
        SearchIndexError: Milvus does not answer.
    """
    return open_index(folder, set_key, progress).engine != STORED


def rebuild_index(
    folder: WorkspaceFolder, set_key: str, progress: Progress = ignore_progress, design: IndexDesign | None = None
) -> int:
    """Drop the collection of a set and build it from the stored vectors; returns its rows.

    `design` is the index that a server is to have; on Lite it is always exact.

    Where the local Milvus files are damaged, all of them go: every other set's collection is built when it is opened.

    Raises:
        IndexLockedError: another process holds the local Milvus file.
        SearchIndexError: Milvus does not answer.
    """
    found = embedding_sets.find_set(folder, set_key)
    try:
        open_collection(folder, found).drop()
    except IndexLockedError:
        raise
    except SearchIndexError:
        if milvus_settings().uri:
            raise
        delete_lite_folder(folder.milvus)
    _forget(folder)
    index = open_collection(folder, found, design if milvus_settings().uri else None)
    _bring_in_line(folder, found, index, progress)
    return index.count()


def check_set(folder: WorkspaceFolder, set_key: str) -> IndexCheck:
    """Hold the collection of a set against the stored vectors, without changing it."""
    found = embedding_sets.find_set(folder, set_key)
    embeddings = embedding_sets.load_embeddings(folder, found.key)
    return check_index(open_collection(folder, found), embeddings.ids[searchable(embeddings.vectors)])


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
) -> MilvusIndex:
    """The collection of a set where the settings lead (those of the environment when None), looked up when it is used.

    Raises:
        IndexLockedError: another process holds the local Milvus file.
        SearchIndexError: Milvus does not answer.
    """
    workspace_id = _workspace_id(folder.path, folder.catalogue.path.stat().st_ino)
    connection = open_milvus(settings or milvus_settings(), folder.milvus)
    return MilvusIndex(connection, found.spec, found.dimension, workspace_id, design)


@lru_cache(maxsize=16)
def _workspace_id(path: Path, _inode: int) -> str:
    with WorkspaceFolder(path).catalogue.read() as db:
        return str(db.execute("SELECT id FROM identity").fetchone()[0])


def _exact_index(folder: WorkspaceFolder, found: EmbeddingSet) -> tuple[ExactIndex, str]:
    embeddings = embedding_sets.load_embeddings(folder, found.key)
    index = ExactIndex(found.dimension)
    left_out = index.upsert(_rows(folder, found, embeddings.ids.tolist()), embeddings.vectors)
    return index, _say_left_out(left_out)


def _bring_in_line(folder: WorkspaceFolder, found: EmbeddingSet, index: MilvusIndex, progress: Progress) -> str:
    """Bring a collection in line where vectors, clips or labels have changed; returns the note on it."""
    place = (str(folder.path), found.key)
    with _turn_of(place):
        # Read before the rows: what changes in between is seen the next time.
        state = (folder.vectors(found.key).version, library.read_revision(folder))
        known, note = _in_line.get(place, (None, ""))
        if known != state:
            embeddings = embedding_sets.load_embeddings(folder, found.key)
            rows = _rows(folder, found, embeddings.ids.tolist())
            note = _say_left_out(sync_index(index, rows, embeddings.vectors, progress).left_out)
            _in_line[place] = (state, note)
        return note


def _turn_of(place: tuple[str, str]) -> threading.RLock:
    """One lock a collection: a long build of one set keeps no search of another waiting."""
    with _guard:
        return _turns.setdefault(place, threading.RLock())


def _say_left_out(left_out: Sequence[LeftOut]) -> str:
    if not left_out:
        return ""
    first = left_out[0]
    if len(left_out) == 1:
        return f"Clip {first.clip_id} cannot be found by a search: {first.reason}."
    return f"{len(left_out)} clips cannot be found by a search (clip {first.clip_id}, for one: {first.reason})."


def _forget(folder: WorkspaceFolder) -> None:
    with _guard:
        for place in [place for place in _in_line if place[0] == str(folder.path)]:
            del _in_line[place]


def _rows(folder: WorkspaceFolder, found: EmbeddingSet, ids: list[int]) -> list[ClipRow]:
    """The rows of clips, in the order of `ids`."""
    table = library.clip_table(folder, found.spec.recipe_key)
    columns = [name for name in library.label_columns(table) if name != LABEL]
    records: dict[int, Any] = {row["clip_id"]: row for row in table.to_dict("records")}
    return [_row(records[clip_id], columns) for clip_id in ids]


def _row(record: dict[str, Any], columns: list[str]) -> ClipRow:
    return ClipRow(
        clip_id=record["clip_id"],
        video_id=record["video_id"],
        label=record[LABEL] or "",
        start_seconds=record["start_seconds"],
        end_seconds=record["end_seconds"],
        meta={name: record[name] for name in columns if record[name]} | _tags(record),
    )


def _tags(record: dict[str, Any]) -> dict[str, list[str]]:
    tags = library.split_tags(record[TAGS])
    return {TAGS: tags} if tags else {}


def list_rows(folder: WorkspaceFolder, found: EmbeddingSet) -> tuple[list[ClipRow], np.ndarray]:
    """What an index of the set holds: N rows, and their vectors (N, D) as the network gave them."""
    embeddings = embedding_sets.load_embeddings(folder, found.key)
    return _rows(folder, found, embeddings.ids.tolist()), embeddings.vectors


def release_index(folder: WorkspaceFolder) -> None:
    """Leave the local Milvus file to another process; this one opens it again when it next needs it."""
    close_lite(folder.milvus)


def forget_checked(folder: WorkspaceFolder) -> None:
    """Look at the collections of a workspace anew when they are next opened: somebody has changed them."""
    _forget(folder)


def is_checked(folder: WorkspaceFolder, set_key: str) -> bool:
    """Whether this process has brought the collection of a set in line with what is stored now."""
    state = (folder.vectors(set_key).version, library.read_revision(folder))
    return _in_line.get((str(folder.path), set_key), (None, ""))[0] == state
