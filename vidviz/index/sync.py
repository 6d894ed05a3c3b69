"""Bring an index in line with the stored vectors, which are the truth; the index can always be made again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vidviz.index.rows import CheckedRows, ClipRow, LeftOut, check_rows
from vidviz.index.vector_index import VectorIndex

BATCH_ROWS = 1000

Progress = Callable[[int, int], None]
"""Called with (rows done, rows to do)."""


@dataclass(frozen=True)
class IndexCheck:
    """How an index differs from the clips that should be in it: ids, int64, ascending.

    `missing` are clips that it lacks, `extra` clips that it should not have.
    """

    missing: np.ndarray
    extra: np.ndarray

    @property
    def in_line(self) -> bool:
        """Whether the index holds exactly what it should."""
        return not (len(self.missing) or len(self.extra))


@dataclass(frozen=True)
class SyncReport:
    """What a synchronisation did: how many clips it added, changed and removed, and which no index can hold."""

    added: int
    changed: int
    removed: int
    left_out: tuple[LeftOut, ...]


def check_index(index: VectorIndex, ids: Iterable[int]) -> IndexCheck:
    """Compare an index with the clips that should be in it, without changing it.

    Args:
        index: the index, which may not exist yet.
        ids: clips with a usable vector, in any order (see `vidviz.index.rows.searchable`).

    Raises:
        SearchIndexError: the index cannot be reached or read.
    """
    wanted, stored = _as_ids(ids), index.ids()
    return IndexCheck(np.setdiff1d(wanted, stored), np.setdiff1d(stored, wanted))


def sync_index(
    index: VectorIndex, rows: Sequence[ClipRow], vectors: np.ndarray, progress: Progress | None = None
) -> SyncReport:
    """Store what is missing or changed, delete what is extra, make the index anew where it does not fit.

    Interrupted at any moment, it goes on from there when called again. When the index carries the digest of exactly
    these rows, and as many clips, nothing is read back. Vectors are not compared: an embedding set's key decides
    them, and where it does not, the rows hold a digest of them.

    Args:
        index: the index to bring in line.
        rows: N clips, each once.
        vectors: (N, D) in the order of the rows; clips whose vector is unusable are left out and reported.
        progress: called after every batch; what it raises stops the work between two batches.

    Raises:
        SearchIndexError: the index cannot be reached, read or written, or the vectors have another dimension.
    """
    checked = check_rows(rows, vectors, index.dimension, unit_length=index.design.by_direction)
    index.prepare()
    wanted = {row.clip_id: row.text for row in checked.rows}
    digest = row_digest(wanted)
    if index.digest() == digest and index.count() == len(checked.rows):
        return SyncReport(0, 0, 0, checked.left_out)
    stored = _read_once(index)
    missing = wanted.keys() - stored.keys()
    extra = stored.keys() - wanted.keys()
    changed = {number for number in wanted.keys() & stored.keys() if wanted[number] != stored[number]}
    index.write_digest("")  # from here on the old digest would vouch for something else
    index.delete(sorted(extra))
    _store(index, checked, missing | changed, progress)
    index.flush()
    # Last: the digest vouches for rows that are already safe.
    index.write_digest(digest)
    return SyncReport(len(missing), len(changed), len(extra), checked.left_out)


def _read_once(index: VectorIndex) -> dict[int, str]:
    """The rows of an index by clip. One that holds a clip twice is made anew: killed between writing a segment and
    forgetting its journal, Lite has its last rows twice.
    """
    rows = index.read_rows()
    stored = {row.clip_id: row.text for row in rows}
    if len(stored) < len(rows):
        index.drop()
        index.prepare()
        return {}
    return stored


def row_digest(texts: Mapping[int, str]) -> str:
    """A text that is equal for equal rows, each by its clip (see `ClipRow.text`), in whatever order they come."""
    digest = hashlib.sha256()
    for _, text in sorted(texts.items()):
        digest.update(text.encode())
    return digest.hexdigest()


def _store(index: VectorIndex, checked: CheckedRows, clip_ids: set[int], progress: Progress | None) -> None:
    places = [place for place, row in enumerate(checked.rows) if row.clip_id in clip_ids]
    for first in range(0, len(places), BATCH_ROWS):
        batch = places[first : first + BATCH_ROWS]
        index.upsert([checked.rows[place] for place in batch], checked.vectors[batch])
        if progress:
            progress(first + len(batch), len(places))


def _as_ids(numbers: Iterable[int]) -> np.ndarray:
    return np.array(sorted({int(number) for number in numbers}), dtype=np.int64)
