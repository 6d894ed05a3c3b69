"""The index lab: what an approximate index finds of what is there, and how long it takes.

It works on collections of its own, which it removes, so that it disturbs no search.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from vidviz.config import milvus_settings
from vidviz.errors import SearchIndexError
from vidviz.index.collection import TRIAL
from vidviz.index.design import MOST_EFFORT, Kind
from vidviz.index.design import IndexDesign as IndexDesign
from vidviz.index.filters import Filter, row_test
from vidviz.index.rows import ClipRow, check_rows
from vidviz.index.vector_index import ExactIndex, MilvusIndex
from vidviz.services import embedding_sets, indexing
from vidviz.services.clip_filters import to_index_filters
from vidviz.services.filtering import ClipFilter
from vidviz.services.progress import Progress, ignore_progress
from vidviz.store.workspace import WorkspaceFolder
from vidviz.types import Neighbour

EFFORTS: dict[Kind, tuple[int, ...]] = {
    "FLAT": (1,),
    "HNSW": (10, 16, 32, 64, 128, 256, 512),
    "IVF_FLAT": (1, 2, 4, 8, 16, 32, 64, 128),
}
MOST_QUERIES = 500
MOST_MISSED = 200
_turn = threading.Lock()


@dataclass(frozen=True)
class LabPoint:
    """One setting: recall@k over the queries (see `missing_neighbours`), and the time of a query.

    `returned` is the mean number of hits that came back, of `wanted` that could have.
    """

    effort: int
    recall: float
    milliseconds: float
    returned: float
    wanted: float


@dataclass(frozen=True)
class Missed:
    """A true neighbour that the index did not return; `rank` is its true place from 1."""

    query: int
    clip_id: int
    rank: int
    score: float


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
        SearchIndexError: the engine cannot build such an index, or the set is too small.
    """
    if not 1 <= num_queries <= MOST_QUERIES:
        raise SearchIndexError(f"The lab asks with 1 to {MOST_QUERIES} clips, not {num_queries}.")
    found = embedding_sets.find_set(folder, set_key)
    rows, vectors = indexing.list_rows(folder, found)
    checked = check_rows(rows, vectors, found.dimension, unit_length=design.metric == "COSINE")
    if not checked.rows:
        raise SearchIndexError("This set has no clips to try an index on.")
    conditions = to_index_filters(folder, found.spec.recipe_key, clip_filter or ClipFilter())
    drawn = np.random.default_rng(seed).permutation(len(checked.rows))[:num_queries]
    truth, matching = _exact_answers(checked.rows, checked.vectors, drawn, k, conditions, design)
    index = indexing.open_collection(folder, found, design, suffix=TRIAL)
    with _trial_of(index):
        started = time.perf_counter()
        _build(index, checked.rows, checked.vectors, progress)
        built = time.perf_counter() - started
        tried = _settle_efforts(design, k, efforts or EFFORTS[design.kind])
        points, lacking = [], []
        for number, effort in enumerate(tried):
            tell = partial(_tell_asked, progress, number * len(drawn), len(tried) * len(drawn))
            point, lacks = _measure(index, checked.vectors[drawn], k, conditions, effort, truth, tell)
            points.append(point)
            lacking.append(lacks)
    missed = _list_missed([checked.rows[place].clip_id for place in drawn], truth, lacking[0])
    engine = "Milvus Lite" if milvus_settings().lite else "Milvus"
    return LabReport(design, tuple(points), missed, len(drawn), k, len(checked.rows), matching, built, engine)


def _settle_efforts(design: IndexDesign, k: int, efforts: Sequence[int]) -> list[int]:
    """What the index really does for each, rising and once."""
    bounds = {"FLAT": (1, 1), "HNSW": (k, MOST_EFFORT), "IVF_FLAT": (1, design.nlist)}
    least, most = bounds[design.kind]
    return sorted({min(most, max(least, effort)) for effort in efforts})


@contextmanager
def _trial_of(index: MilvusIndex) -> Iterator[None]:
    """A collection that is there for one trial.

    What a process that was killed left is removed when Lite is next opened, or here, before the next trial of its set.
    """
    with _turn:
        try:
            index.drop()
            yield
        finally:
            index.drop()


def _build(index: MilvusIndex, rows: Sequence[ClipRow], vectors: np.ndarray, progress: Progress) -> None:
    index.prepare()
    for first in range(0, len(rows), 2000):
        index.upsert(rows[first : first + 2000], vectors[first : first + 2000])
        progress(min(first + 2000, len(rows)), len(rows), "clips indexed")
    index.flush()
    index.reload()


def _tell_asked(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total, "queries asked")


def _exact_answers(
    rows: Sequence[ClipRow],
    vectors: np.ndarray,
    drawn: np.ndarray,
    k: int,
    conditions: Sequence[Filter],
    design: IndexDesign,
) -> tuple[list[list[Neighbour]], int]:
    """The true neighbours of each query among the clips that the filter keeps, and how many it keeps."""
    exact, keeps = ExactIndex(vectors.shape[1], replace(design, kind="FLAT")), row_test(conditions)
    kept = [place for place, row in enumerate(rows) if keeps(row)]
    exact.upsert([rows[place] for place in kept], vectors[kept])
    return exact.search(vectors[drawn], k), len(kept)


def _measure(
    index: MilvusIndex,
    queries: np.ndarray,
    k: int,
    conditions: Sequence[Filter],
    effort: int,
    truth: list[list[Neighbour]],
    tell: Callable[[int], None],
) -> tuple[LabPoint, list[list[int]]]:
    """The point of a setting, and the places of the true neighbours that each answer lacks."""
    from vidviz.measure.search_recall import missing_neighbours

    answers, seconds = [], []
    index.search(queries[0], k, conditions, effort=effort)  # the first call pays for what all share
    for number, query in enumerate(queries, 1):
        started = time.perf_counter()
        answers.append(index.search(query, k, conditions, effort=effort)[0])
        seconds.append(time.perf_counter() - started)
        tell(number)
    lacking = [missing_neighbours(answer, true) for answer, true in zip(answers, truth, strict=True)]
    wanted = sum(map(len, truth))
    point = LabPoint(
        effort,
        1 - sum(map(len, lacking)) / wanted if wanted else 1.0,
        float(np.median(seconds)) * 1000,
        float(np.mean([len(answer) for answer in answers])),
        wanted / len(truth),
    )
    return point, lacking


def _list_missed(queries: Sequence[int], truth: list[list[Neighbour]], lacking: list[list[int]]) -> tuple[Missed, ...]:
    """What a setting missed, the nearest first."""
    missed = [
        Missed(query, true[place].clip_id, place + 1, true[place].score)
        for query, true, places in zip(queries, truth, lacking, strict=True)
        for place in places
    ]
    return tuple(sorted(missed, key=lambda one: (one.rank, one.query))[:MOST_MISSED])
