"""Exact search with numpy, in memory: the answer when Milvus Lite is in other hands, and the reference in tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vidviz.index.filters import Filter, row_test
from vidviz.index.hit_order import rank_neighbours
from vidviz.index.rows import ClipRow, LeftOut, check_k, check_queries, check_rows
from vidviz.index_design import IndexDesign
from vidviz.numbers.metrics import SearchMetric
from vidviz.types import Neighbour

BLOCK_SCORES = 16_000_000  # scores computed at once: 64 MB of float32


class ExactIndex:
    """A `VectorIndex` over vectors in memory; nothing is written anywhere. Of the design, the metric matters."""

    def __init__(self, dimension: int, design: IndexDesign | None = None) -> None:
        self.dimension = dimension
        self.design = design or IndexDesign()
        self._forget()

    def _forget(self) -> None:
        self._rows: dict[int, ClipRow] = {}
        self._ids = np.empty(0, dtype=np.int64)
        self._vectors = np.empty((0, self.dimension), dtype=np.float32)
        self._digest = ""

    def prepare(self) -> None:
        """Nothing to do: it is always ready."""

    def upsert(self, rows: Sequence[ClipRow], vectors: np.ndarray) -> tuple[LeftOut, ...]:
        """Store rows with their (N, D) vectors; where an id comes twice, the later one stays."""
        checked = check_rows(rows, vectors, self.dimension, unit_length=self._unit_length)
        last = {row.clip_id: place for place, row in enumerate(checked.rows)}
        self.delete(list(last))
        self._rows.update((clip_id, checked.rows[place]) for clip_id, place in last.items())
        ids = np.concatenate([self._ids, np.fromiter(last, dtype=np.int64, count=len(last))])
        order = np.argsort(ids)
        self._vectors = np.concatenate([self._vectors, checked.vectors[list(last.values())]])[order]
        self._ids = ids[order]
        return checked.left_out

    def delete(self, clip_ids: Sequence[int]) -> None:
        """Remove clips; ids that are not there are no error."""
        gone = [clip_id for clip_id in clip_ids if self._rows.pop(clip_id, None) is not None]
        if gone:
            kept = ~np.isin(self._ids, np.asarray(gone, dtype=np.int64))
            self._ids, self._vectors = self._ids[kept], self._vectors[kept]

    def search(
        self, vectors: np.ndarray, k: int, filters: Sequence[Filter] = (), *, effort: int | None = None
    ) -> list[list[Neighbour]]:
        """The `k` nearest clips of each query among those that every filter keeps; no effort changes what is exact."""
        return self._nearest(vectors, check_k(k), filters)

    def _nearest(self, vectors: np.ndarray, k: int, filters: Sequence[Filter]) -> list[list[Neighbour]]:
        queries = check_queries(vectors, self.dimension, unit_length=self._unit_length)
        ids, matrix = self._kept(filters)
        if not len(ids):
            return [[] for _ in queries]
        step = max(1, BLOCK_SCORES // len(ids))
        hits: list[list[Neighbour]] = []
        for first in range(0, len(queries), step):
            scores = compare_exactly(self.design.metric, queries[first : first + step], matrix)
            hits += [self._best(ids, row, k) for row in scores]
        return hits

    def search_videos(
        self, vector: np.ndarray, k: int, filters: Sequence[Filter] = (), *, effort: int | None = None
    ) -> list[Neighbour]:
        """The nearest clip of each of the `k` nearest videos."""
        k = check_k(k)
        best: dict[str, Neighbour] = {}
        for near in self._nearest(vector, len(self._ids), filters)[0]:
            best.setdefault(self._rows[near.clip_id].video_id, near)
        return list(best.values())[:k]

    def _best(self, ids: np.ndarray, scores: np.ndarray, k: int) -> list[Neighbour]:
        if len(ids) > k:
            # All that tie with the k-th stay candidates, so that the smallest ids win and not chance.
            distances = scores if self.design.smaller_is_nearer else -scores
            threshold = np.partition(distances, k - 1)[k - 1] + 1e-6
            near = np.flatnonzero(distances <= threshold)
            ids, scores = ids[near], scores[near]
        return rank_neighbours(ids, scores, k, self.design)

    @property
    def _unit_length(self) -> bool:
        return self.design.by_direction

    def _kept(self, filters: Sequence[Filter]) -> tuple[np.ndarray, np.ndarray]:
        if not filters:
            return self._ids, self._vectors
        keeps = row_test(filters)
        mask = np.fromiter((keeps(self._rows[number]) for number in self._ids.tolist()), bool, len(self._ids))
        return self._ids[mask], self._vectors[mask]

    def count(self) -> int:
        """How many clips the index holds."""
        return len(self._ids)

    def ids(self) -> np.ndarray:
        """The ids of all clips, ascending."""
        return self._ids.copy()

    def read_rows(self) -> list[ClipRow]:
        """All rows, by ascending id."""
        return [self._rows[number] for number in self._ids.tolist()]

    def digest(self) -> str:
        """The note that `write_digest` left."""
        return self._digest

    def write_digest(self, digest: str) -> None:
        """Keep a note of what the index holds."""
        self._digest = digest

    def flush(self) -> None:
        """Nothing to do: memory is all there is."""

    def drop(self) -> None:
        """Forget everything."""
        self._forget()


def compare_exactly(metric: SearchMetric, queries: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Scores (Q, N) of queries (Q, D) against vectors (N, D), both as a design stores them, by plain arithmetic."""
    if metric != "L2":
        return np.asarray(queries @ known.T)
    # About the known vectors' mean and in float64: near ones differ by little of their length.
    centre = known.mean(axis=0, dtype=np.float64) if len(known) else 0.0
    left, right = queries - centre, known - centre
    squares = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1)[None] - 2 * left @ right.T
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))
