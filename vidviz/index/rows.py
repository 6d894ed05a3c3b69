"""One row of an index, and the checks that no engine does for us in the same way as the next.

Milvus Lite stores NaN and over-long strings without a word, a server refuses them with a stack trace. So
everything is checked here, for every engine: what cannot be searched is left out and named, and does not stop
the rest.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vidviz.errors import SearchIndexError
from vidviz.numbers.clip_length import clip_length
from vidviz.numbers.unit_vectors import unit_rows

LONGEST_VIDEO_ID_BYTES = 256
LONGEST_LABEL_BYTES = 65_535
LONGEST_META_BYTES = 65_536
LARGEST_ID = 2**63 - 1
LARGEST_K = 16_384
LONGEST_VECTOR = 2.0**62
"""Twice as long, squared, is still a float32: engines compare by such numbers where lengths matter."""


@dataclass(frozen=True)
class ClipRow:
    """What an index knows of a clip besides its vector; `meta` holds further columns, as JSON."""

    clip_id: int
    video_id: str
    label: str
    start_seconds: float
    end_seconds: float
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def duration_seconds(self) -> float:
        """How long the clip is, without the noise of a subtraction."""
        return float(clip_length(self.start_seconds, self.end_seconds))

    @property
    def text(self) -> str:
        """The row as canonical JSON: two rows say the same if, and only if, their texts are equal."""
        values = [self.clip_id, self.video_id, self.label, self.start_seconds, self.end_seconds, dict(self.meta)]
        return json.dumps(values, sort_keys=True, allow_nan=False)


@dataclass(frozen=True)
class LeftOut:
    """A clip that an index cannot hold, and why, as the end of a sentence: "its vector is all zeros"."""

    clip_id: int
    reason: str


@dataclass(frozen=True)
class CheckedRows:
    """Rows that can be stored beside their vectors (N, D) float32, and the clips that were left out."""

    rows: tuple[ClipRow, ...]
    vectors: np.ndarray
    left_out: tuple[LeftOut, ...]


def check_rows(
    rows: Sequence[ClipRow], vectors: np.ndarray, dimension: int, *, unit_length: bool = True
) -> CheckedRows:
    """Sort what can be stored from what cannot, and scale the vectors to unit length.

    Args:
        rows: N rows.
        vectors: (N, D) floats, in the order of the rows.
        dimension: the D that the index was made for.
        unit_length: whether to scale; where lengths matter, vectors stay as they are.

    Raises:
        SearchIndexError: the vectors do not belong to the rows, or have another dimension than the index.
    """
    matrix = np.asarray(vectors)
    if matrix.ndim != 2 or len(matrix) != len(rows):
        raise SearchIndexError(
            f"{len(rows)} clips cannot be indexed with vectors of shape {matrix.shape}; one row a clip is needed."
        )
    _check_dimension(matrix.shape[1], dimension)
    kept_vectors, problems = comparable(matrix, unit_length=unit_length)
    reasons = [problem or _row_problem(row) for row, problem in zip(rows, problems, strict=True)]
    kept = [number for number, reason in enumerate(reasons) if not reason]
    return CheckedRows(
        tuple(rows[number] for number in kept),
        kept_vectors[kept] if len(kept) < len(rows) else kept_vectors,
        tuple(LeftOut(row.clip_id, why) for row, why in zip(rows, reasons, strict=True) if why),
    )


def searchable(vectors: np.ndarray) -> np.ndarray:
    """Which rows of (N, D) have a direction to search in: finite and not all zeros; (N,) bool."""
    peaks = np.abs(np.asarray(vectors, dtype=np.float32)).max(axis=1, initial=0.0)
    return np.asarray(np.isfinite(peaks) & (peaks > 0))


def check_queries(vectors: np.ndarray, dimension: int, *, unit_length: bool = True) -> np.ndarray:
    """Query vectors as (Q, D) float32, of unit length unless lengths matter; a single (D,) vector becomes one row.

    Raises:
        SearchIndexError: another dimension than the index, or a query that is all zeros, not finite or too long.
    """
    matrix = np.atleast_2d(np.asarray(vectors))
    if matrix.ndim != 2:
        raise SearchIndexError(f"A query is one vector or a table of vectors, not an array of shape {matrix.shape}.")
    _check_dimension(matrix.shape[1], dimension)
    queries, problems = comparable(matrix, unit_length=unit_length)
    for problem in problems:
        if problem:
            raise SearchIndexError(f"This clip cannot be searched with: {problem}.")
    return queries


def check_k(k: int) -> int:
    """`k` if an index can answer it.

    Raises:
        SearchIndexError: fewer than 1 or more than 16,384 hits were asked for, Milvus' limit.
    """
    if not 1 <= k <= LARGEST_K:
        raise SearchIndexError(f"A search can return between 1 and {LARGEST_K:,} clips, not {k:,}.")
    return int(k)


def comparable(vectors: np.ndarray, *, unit_length: bool) -> tuple[np.ndarray, list[str]]:
    """The rows of (N, D) as engines compare them, float32, and for each row what is wrong with it, or "".

    Scaled to unit length, or as they are where lengths matter.
    """
    units, problems = unit_vectors(vectors)
    if unit_length:
        return units, problems
    matrix = np.asarray(vectors, dtype=np.float32)
    bounds = np.abs(matrix).max(axis=1, initial=0.0).astype(np.float64) * math.sqrt(matrix.shape[1])
    too_long = "its vector is too long to be compared by length"
    return matrix, [
        problem or (too_long if bound > LONGEST_VECTOR else "") for problem, bound in zip(problems, bounds, strict=True)
    ]


def unit_vectors(vectors: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """The rows of (N, D) scaled to unit length, float32, and for each row what is wrong with it, or "".

    A faulty row comes back as zeros.
    """
    matrix = np.asarray(vectors, dtype=np.float32)
    finite = np.asarray(np.isfinite(matrix).all(axis=1))
    units = unit_rows(matrix if finite.all() else np.where(finite[:, None], matrix, np.float32(0)))
    usable = np.asarray(finite & units.any(axis=1))
    return units, ["" if good else _vector_problem(whole) for good, whole in zip(usable, finite, strict=True)]


def _vector_problem(finite: bool) -> str:
    return "its vector is all zeros" if finite else "its vector holds NaN or infinite values"


def _check_dimension(found: int, expected: int) -> None:
    if found != expected:
        raise SearchIndexError(
            f"A vector of {found} numbers does not fit an index of {expected}; use the backbone, layer and "
            "pooling that the index was made with."
        )


def _row_problem(row: ClipRow) -> str:
    if not 0 <= row.clip_id <= LARGEST_ID:
        return f"its number {row.clip_id} is not between 0 and 2^63 - 1"
    if not (math.isfinite(row.start_seconds) and math.isfinite(row.end_seconds)):
        return "its times are not finite"
    return (
        _text_problem("video name", row.video_id, LONGEST_VIDEO_ID_BYTES)
        or _text_problem("label", row.label, LONGEST_LABEL_BYTES)
        or _meta_problem(row.meta)
    )


def _text_problem(what: str, text: str, longest_bytes: int) -> str:
    # Milvus counts bytes of UTF-8. A cut label would be found under a name that nobody gave it, so none is cut.
    if text.isascii() and len(text) <= longest_bytes:
        return ""
    try:
        num_bytes = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        return f"its {what} is not valid Unicode"
    return f"its {what} has {num_bytes:,} bytes, more than {longest_bytes:,}" if num_bytes > longest_bytes else ""


def _meta_problem(meta: Mapping[str, Any]) -> str:
    if not meta:
        return ""
    try:
        text = json.dumps(dict(meta), allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        return f"its further columns are not JSON ({error})"
    return _text_problem("further columns", text, LONGEST_META_BYTES).replace("columns has", "columns have")
