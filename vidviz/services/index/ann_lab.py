"""The index lab: what an approximate index finds of what is there, and how long it takes.

It works on collections of its own, which it removes, so that it disturbs no search.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np

from vidviz.config import milvus_settings
from vidviz.errors import SearchIndexError
from vidviz.index.milvus.collection import TRIAL
from vidviz.index.milvus.milvus_index import MilvusIndex
from vidviz.index.rows import ClipRow, check_rows
from vidviz.index_design import MOST_EFFORT, IndexDesign, Kind
from vidviz.log.timing import timed
from vidviz.services.index import set_index
from vidviz.services.index.filter_expressions import to_index_filters
from vidviz.services.index.index_rows import list_rows
from vidviz.services.index.lab_points import LabPoint, Missed, answer_exactly, list_missed, measure_setting
from vidviz.services.library import embedding_sets
from vidviz.services.library.clip_filter import ClipFilter
from vidviz.services.progress import Progress, ignore_progress
from vidviz.store.files import holding
from vidviz.workspace_folder import WorkspaceFolder

EFFORTS: dict[Kind, tuple[int, ...]] = {
    "FLAT": (1,),
    "HNSW": (10, 16, 32, 64, 128, 256, 512),
    "IVF_FLAT": (1, 2, 4, 8, 16, 32, 64, 128),
}
MOST_QUERIES = 500
_turn = threading.Lock()


@dataclass(frozen=True)
class LabReport:
    """An index under test: its points by rising effort, and what the first of them missed."""

    design: IndexDesign
    points: tuple[LabPoint, ...]
    missed: tuple[Missed, ...]
    num_queries: int
    k: int
    clips: int
    matching: int
    build_seconds: float
    engine: str


@timed
def try_index(
    folder: WorkspaceFolder,
    set_key: str,
    design: IndexDesign,
    *,
    k: int = 10,
    num_queries: int = 50,
    clip_filter: ClipFilter | None = None,
    efforts: Sequence[int] | None = None,
    seed: int = 0,
    progress: Progress = ignore_progress,
) -> LabReport:
    """Build an index of a set, ask it with sample clips at rising effort, and hold it against exact search.

    Args:
        folder: the workspace.
        set_key: the embedding set.
        design: metric, kind and building parameters.
        k: neighbours wanted.
        num_queries: clips drawn at random as queries, at most 500.
        clip_filter: a filter for all queries.
        efforts: `ef` or `nprobe` to try; some usual ones when None. HNSW looks at no fewer candidates than it returns
            and IVF_FLAT into no more cells than there are: what comes to the same is tried once.
        seed: of the draw.
        progress: called while the index is built, and after each setting.

    Raises:
        IndexLockedError: another process holds the local Milvus file.
        SearchIndexError: the engine cannot build such an index, the set is too small, or another process tries one.
    """
    if not 1 <= num_queries <= MOST_QUERIES:
        raise SearchIndexError(f"The lab asks with 1 to {MOST_QUERIES} clips, not {num_queries}.")
    found = embedding_sets.find_set(folder, set_key)
    rows, vectors = list_rows(folder, found)
    checked = check_rows(rows, vectors, found.dimension, unit_length=design.by_direction)
    if not checked.rows:
        raise SearchIndexError("This set has no clips to try an index on.")
    conditions = to_index_filters(folder, found.spec.recipe_key, clip_filter or ClipFilter())
    drawn = np.random.default_rng(seed).permutation(len(checked.rows))[:num_queries]
    truth, matching = answer_exactly(checked.rows, checked.vectors, drawn, k, conditions, design)
    index = set_index.open_collection(folder, found, design, suffix=TRIAL)
    with _trial_of(folder, index):
        started = time.perf_counter()
        _build(index, checked.rows, checked.vectors, progress)
        built = time.perf_counter() - started
        tried = _settle_efforts(design, k, efforts or EFFORTS[design.kind])
        points, lacking = [], []
        for number, effort in enumerate(tried):
            tell = partial(_tell_asked, progress, number * len(drawn), len(tried) * len(drawn))
            point, lacks = measure_setting(index, checked.vectors[drawn], k, conditions, effort, truth, tell)
            points.append(point)
            lacking.append(lacks)
    missed = list_missed([checked.rows[place].clip_id for place in drawn], truth, lacking[0])
    engine = "Milvus Lite" if milvus_settings().lite else "Milvus"
    return LabReport(design, tuple(points), missed, len(drawn), k, len(checked.rows), matching, built, engine)


def _settle_efforts(design: IndexDesign, k: int, efforts: Sequence[int]) -> list[int]:
    """What the index really does for each, rising and once."""
    bounds = {"FLAT": (1, 1), "HNSW": (k, MOST_EFFORT), "IVF_FLAT": (1, design.nlist)}
    least, most = bounds[design.kind]
    return sorted({min(most, max(least, effort)) for effort in efforts})


@contextmanager
def _trial_of(folder: WorkspaceFolder, index: MilvusIndex) -> Iterator[None]:
    """A collection that is there for one trial; of two dashboards on a server, each would take the other's away.

    What a process that was killed left is removed when Lite is next opened, or here, before the next trial of its set.
    """
    with _turn, holding(folder.milvus.with_name("lab.lock"), _refuse_second):
        try:
            index.drop()
            yield
        finally:
            index.drop()


def _refuse_second(holder: str) -> SearchIndexError:
    return SearchIndexError(f"Process {holder} tries an index of this workspace now. Try again when it is through.")


def _build(index: MilvusIndex, rows: Sequence[ClipRow], vectors: np.ndarray, progress: Progress) -> None:
    index.prepare()
    for first in range(0, len(rows), 2000):
        index.upsert(rows[first : first + 2000], vectors[first : first + 2000])
        progress(min(first + 2000, len(rows)), len(rows), "clips indexed")
    index.flush()
    index.reload()


def _tell_asked(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total, "queries asked")
