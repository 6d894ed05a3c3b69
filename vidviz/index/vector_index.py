"""What every index of vectors can do, whichever engine stands behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from vidviz.index.filters import Filter
from vidviz.index.rows import ClipRow, LeftOut
from vidviz.index_design import IndexDesign
from vidviz.types import Neighbour


class VectorIndex(Protocol):
    """Clips with their vectors, searched by the metric of their design.

    Scores are cosine similarities in -1..1 (or inner products, or distances), rounded to six decimals (float32 has no
    more to say), nearest first and, where equal, smallest clip id first.
    """

    @property
    def dimension(self) -> int:
        """D, the embedding size."""

    @property
    def design(self) -> IndexDesign:
        """How vectors are compared and found."""

    def prepare(self) -> None:
        """Make the index ready for rows: create it, or make it anew when it does not fit."""

    def upsert(self, rows: Sequence[ClipRow], vectors: np.ndarray) -> tuple[LeftOut, ...]:
        """Store rows with their (N, D) vectors, replacing rows of the same id; returns the clips left out."""

    def delete(self, clip_ids: Sequence[int]) -> None:
        """Remove clips; ids that are not there are no error."""

    def search(
        self, vectors: np.ndarray, k: int, filters: Sequence[Filter] = (), *, effort: int | None = None
    ) -> list[list[Neighbour]]:
        """The `k` nearest clips of each query, (D,) or (Q, D), among those that every filter keeps."""

    def search_videos(
        self, vector: np.ndarray, k: int, filters: Sequence[Filter] = (), *, effort: int | None = None
    ) -> list[Neighbour]:
        """The nearest clip of each of the `k` nearest videos, nearest first."""

    def count(self) -> int:
        """How many clips the index holds; 0 when it does not exist."""

    def ids(self) -> np.ndarray:
        """The ids of all clips, (N,) int64, ascending."""

    def read_rows(self) -> list[ClipRow]:
        """All rows as they are stored, without vectors, by ascending id."""

    def digest(self) -> str:
        """The note that `write_digest` left; "" when there is none."""

    def write_digest(self, digest: str) -> None:
        """Leave a short note with the index of what it holds, to be compared when it is opened again."""

    def flush(self) -> None:
        """Make what was stored durable."""

    def drop(self) -> None:
        """Remove the index with everything in it; no error when it does not exist."""
