"""What an index knows of the clips of a set: one row each, beside its vector."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from vidviz.index.rows import ClipRow
from vidviz.numbers.digests import short_digest
from vidviz.records import LABEL, TAGS, EmbeddingSet
from vidviz.services.library import contents, embedding_sets
from vidviz.types import OUTSIDE
from vidviz.workspace_folder import WorkspaceFolder

VECTOR_DIGEST = " vector"
"""Where rows of vectors from outside hold a digest of them, since those of a set can be replaced. No column of labels
begins with a blank."""


def list_rows(folder: WorkspaceFolder, found: EmbeddingSet) -> tuple[list[ClipRow], np.ndarray]:
    """What an index of the set holds: N rows, and their vectors (N, D) as the network gave them."""
    embeddings = embedding_sets.load_embeddings(folder, found.key)
    table = contents.clip_table(folder, found.spec.recipe_key)
    columns = [name for name in contents.label_columns(table) if name != LABEL]
    records: dict[int, Any] = {row["clip_id"]: row for row in table.to_dict("records")}
    rows = [_row(records[clip_id], columns) for clip_id in embeddings.ids.tolist()]
    if found.spec.weights == OUTSIDE:
        rows = [_mark(row, vector) for row, vector in zip(rows, embeddings.vectors, strict=True)]
    return rows, embeddings.vectors


def _mark(row: ClipRow, vector: np.ndarray) -> ClipRow:
    return replace(row, meta={**row.meta, VECTOR_DIGEST: short_digest(vector.tobytes())})


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
    tags = contents.split_tags(record[TAGS])
    return {TAGS: tags} if tags else {}
