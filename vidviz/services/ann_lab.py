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
from vidviz.index.design import IndexDesign as IndexDesign
from vidviz.index.design import Kind, compare_exactly
from vidviz.index.filters import Filter
from vidviz.index.rows import ClipRow, check_rows
from vidviz.index.vector_index import ExactIndex, MilvusIndex
from vidviz.services import embedding_sets, indexing
from vidviz.services.clip_filters import to_index_filters
from vidviz.services.filtering import ClipFilter
from vidviz.services.progress import Progress, ignore_progress
from vidviz.store.workspace import WorkspaceFolder

EFFORTS: dict[Kind, tuple[int, ...]] = {
    "FLAT": (1,),
    "HNSW": (10, 16, 32, 64, 128, 256, 512),
    "IVF_FLAT": (1, 2, 4, 8, 16, 32, 64, 128),
}
MOST_QUERIES = 500
_turn = threading.Lock()


@dataclass(frozen=True)
class LabPoint:
    """One setting: recall@k over the queries, and the time of a query.

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
    """An index under test: its points by rising effort, and what its first and last settings missed."""

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
        efforts: `ef` or `nprobe` to try; some usual ones when None.
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
    index = indexing.open_collection(folder, found, design)
    index.name = lab_name(index.name)
    with _trial_of(index):
        started = time.perf_counter()
        _build(index, checked.rows, checked.vectors, progress)
        built = time.perf_counter() - started
        tried = list(efforts or EFFORTS[design.kind])
        points, answers = [], []
        for number, effort in enumerate(tried):
            tell = partial(_tell_asked, progress, number * len(drawn), len(tried) * len(drawn))
            point, answer = _measure(index, checked.vectors[drawn], k, conditions, effort, truth, tell)
            points.append(point)
            answers.append(answer)
    queries = [checked.rows[place].clip_id for place in drawn]
    missed = _list_missed(queries, truth, answers[0], checked.rows, checked.vectors, drawn, design)
    engine = "Milvus Lite" if milvus_settings().lite else "Milvus"
    return LabReport(design, tuple(points), missed, len(drawn), k, len(checked.rows), matching, built, engine)


def lab_name(name: str) -> str:
    """The collection that the lab makes beside one, for a trial of its set."""
    return f"{name[:200]}_lab"


@contextmanager
def _trial_of(index: MilvusIndex) -> Iterator[None]:
    """A collection that is there for one trial; a trial that was stopped clears up before the next begins."""
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
) -> tuple[list[list[int]], int]:
    """The true neighbours of each query among the clips that the filter keeps, and how many it keeps."""
    exact = ExactIndex(vectors.shape[1], replace(design, kind="FLAT"))
    kept = [place for place, row in enumerate(rows) if all(condition.keeps(row) for condition in conditions)]
    exact.upsert([rows[place] for place in kept], vectors[kept])
    found = exact.search(vectors[drawn], k) if kept else [[] for _ in drawn]
    return [[near.clip_id for near in hits] for hits in found], len(kept)


def _measure(
    index: MilvusIndex,
    queries: np.ndarray,
    k: int,
    conditions: Sequence[Filter],
    effort: int,
    truth: list[list[int]],
    tell: Callable[[int], None],
) -> tuple[LabPoint, list[list[int]]]:
    answers, seconds = [], []
    index.search(queries[0], k, conditions, effort=effort)  # the first call pays for what all share
    for number, query in enumerate(queries, 1):
        started = time.perf_counter()
        hits = index.search(query, k, conditions, effort=effort)[0]
        seconds.append(time.perf_counter() - started)
        answers.append([near.clip_id for near in hits])
        tell(number)
    wanted = sum(map(len, truth))
    right = sum(len(set(answer) & set(true)) for answer, true in zip(answers, truth, strict=True))
    point = LabPoint(
        effort,
        right / wanted if wanted else 1.0,
        float(np.median(seconds)) * 1000,
        float(np.mean([len(answer) for answer in answers])),
        wanted / len(truth),
    )
    return point, answers


def _list_missed(
    queries: Sequence[int],
    truth: list[list[int]],
    answers: list[list[int]],
    rows: Sequence[ClipRow],
    vectors: np.ndarray,
    drawn: np.ndarray,
    design: IndexDesign,
) -> tuple[Missed, ...]:
    """What the first setting missed, the nearest first."""
    place_of = {row.clip_id: place for place, row in enumerate(rows)}
    missed = []
    for query, start, true, answer in zip(queries, drawn, truth, answers, strict=True):
        for rank, clip_id in enumerate(true, 1):
            if clip_id not in answer:
                pair = compare_exactly(design.metric, vectors[start : start + 1], vectors[[place_of[clip_id]]])
                missed.append(Missed(query, clip_id, rank, float(pair[0, 0])))
    return tuple(sorted(missed, key=lambda one: (one.rank, one.query))[:200])
