"""One setting of an approximate index under test: what it finds of the true neighbours, and how long it takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vidviz.index.exact_index import ExactIndex
from vidviz.index.filters import Filter, row_test
from vidviz.index.milvus.milvus_index import MilvusIndex
from vidviz.index.rows import ClipRow
from vidviz.index_design import IndexDesign
from vidviz.types import Neighbour

MOST_MISSED = 200


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


def answer_exactly(
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


def measure_setting(
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


def list_missed(queries: Sequence[int], truth: list[list[Neighbour]], lacking: list[list[int]]) -> tuple[Missed, ...]:
    """What a setting missed, the nearest first."""
    missed = [
        Missed(query, true[place].clip_id, place + 1, true[place].score)
        for query, true, places in zip(queries, truth, lacking, strict=True)
        for place in places
    ]
    return tuple(sorted(missed, key=lambda one: (one.rank, one.query))[:MOST_MISSED])
