"""The rows of a collection, written and read as they are stored there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vidviz.index.column_keys import column_key, column_name
from vidviz.index.milvus.collection import DURATION, SCALAR_FIELDS
from vidviz.index.milvus.open_collection import OpenCollection
from vidviz.index.rows import ClipRow

ROWS_A_PAGE = 10_000


def make_record(row: ClipRow, vector: np.ndarray) -> dict[str, Any]:
    """A row beside its vector (D,), field by field, as pymilvus takes it."""
    return {
        "id": row.clip_id,
        "video_id": row.video_id,
        "label": row.label,
        "start_seconds": float(row.start_seconds),
        "end_seconds": float(row.end_seconds),
        DURATION: row.duration_seconds,
        "meta": {column_key(name): value for name, value in row.meta.items()},
        "vector": vector,
    }


def read_rows(collection: OpenCollection) -> list[ClipRow]:
    """All rows without their vectors, by ascending id."""
    rows = (
        ClipRow(
            clip_id=int(row["id"]),
            video_id=row["video_id"],
            label=row["label"],
            start_seconds=row["start_seconds"],
            end_seconds=row["end_seconds"],
            meta={column_name(key): value for key, value in (row["meta"] or {}).items()},
        )
        for row in read_fields(collection, list(SCALAR_FIELDS))
    )
    return sorted(rows, key=lambda row: row.clip_id)


def read_vectors(collection: OpenCollection, clip_ids: Sequence[int]) -> dict[int, np.ndarray]:
    """The stored vectors of some clips, (D,) float32 each; those that are not there are left out."""
    with collection.reading() as client:
        rows = client.get(
            collection.name,
            ids=[int(number) for number in clip_ids],
            output_fields=["id", "vector"],
            timeout=collection.connection.read_seconds,
        )
    return {int(row["id"]): np.asarray(row["vector"], dtype=np.float32) for row in rows}


def count_rows(collection: OpenCollection) -> int:
    """How many rows the collection holds; 0 when it does not exist."""
    if not collection.exists():
        return 0
    with collection.reading() as client:
        timeout = collection.connection.read_seconds
        return count_loaded(client, collection.name, timeout=timeout, consistency_level="Strong")


def count_loaded(client: Any, name: str, **settings: Any) -> int:
    """How many rows a loaded collection holds."""
    answer = client.query(name, filter="", output_fields=["count(*)"], **settings)
    return int(answer[0]["count(*)"])


def read_fields(collection: OpenCollection, fields: list[str]) -> list[dict[str, Any]]:
    """These fields of all rows, in whatever order they come; nothing when the collection does not exist."""
    if not collection.exists():
        return []
    with collection.reading() as client:
        if collection.connection.lite:
            return list(client.query(collection.name, filter="id >= 0", output_fields=fields))
        # Asked for at once where they are few: an old server's iterator waits a second before its first page.
        settings = {
            "output_fields": fields,
            "consistency_level": "Strong",
            "timeout": collection.connection.read_seconds,
        }
        first = client.query(collection.name, filter="id >= 0", limit=ROWS_A_PAGE, **settings)
        if len(first) < ROWS_A_PAGE:
            return [dict(row) for row in first]
        pages = client.query_iterator(
            collection.name, batch_size=ROWS_A_PAGE, output_fields=fields, consistency_level="Strong"
        )
        try:
            return [dict(row) for page in iter(pages.next, []) for row in page]
        finally:
            pages.close()
