"""The index of one embedding set in Milvus, Lite or server."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from vidviz.errors import SearchIndexError
from vidviz.index.filters import Filter
from vidviz.index.milvus import collection_rows, collection_search
from vidviz.index.milvus.collection import (
    DIGEST_PROPERTY,
    collection_dimension,
    collection_name,
    collection_set,
    create_collection,
    describe_set,
    ensure_index,
)
from vidviz.index.milvus.connection import MilvusConnection
from vidviz.index.milvus.open_collection import OpenCollection
from vidviz.index.rows import LARGEST_K, ClipRow, LeftOut, check_k, check_queries, check_rows
from vidviz.index_design import IndexDesign, default_design
from vidviz.types import EmbeddingSetSpec, Neighbour

BATCH_ROWS = 1000
BATCH_BYTES = 16_000_000


class MilvusIndex:
    """A `VectorIndex` in Milvus: one collection, named after its embedding set.

    Making one costs nothing; the collection is looked up when it is first used.

    Args:
        connection: see `open_milvus`.
        spec: the embedding set.
        dimension: D, the embedding size.
        workspace_id: tells workspaces apart that share a server (see `collection_name`).
        design: the metric, and the index of a collection that has to be made; what suits the engine when None. A
            collection that is there keeps its index.
        suffix: keeps a further collection of the same set apart.
    """

    def __init__(
        self,
        connection: MilvusConnection,
        spec: EmbeddingSetSpec,
        dimension: int,
        workspace_id: str = "",
        design: IndexDesign | None = None,
        suffix: str = "",
    ) -> None:
        self.connection = connection
        self.design = design or default_design(connection.lite)
        self.dimension = dimension
        name = collection_name(spec, workspace_id, f"{self.design.suffix}{suffix}")
        self._collection = OpenCollection(connection, name, self.design)
        self._set_text = describe_set(spec)

    @property
    def name(self) -> str:
        """The collection's name."""
        return self._collection.name

    @property
    def version(self) -> tuple[object, int] | None:
        """Another one after every write and every opening; None where other processes may write as well."""
        return (self.connection, self.connection.writes[self.name]) if self.connection.lite else None

    def prepare(self) -> None:
        """Create the collection, or make it anew when it has another dimension or other fields.

        Raises:
            SearchIndexError: a collection of this name exists that vidviz did not make.
        """
        seconds = self.connection.write_seconds
        with self._collection.writing() as client:
            found = self._collection.describe()
            if found is not None and not self._fits(found):
                client.drop_collection(self.name, timeout=seconds)
                self._collection.forget()
                found = None
            if found is None:
                create_collection(client, self.name, self.dimension, self._set_text, seconds)
            # By itself: whoever made the collection may have been killed before it had an index.
            ensure_index(client, self.name, self.design, seconds)
            self._collection.load(client)

    def _fits(self, description: dict[str, Any]) -> bool:
        described = collection_set(description)
        if '"vidviz"' not in described:
            raise SearchIndexError(
                f"The collection {self.name} on {self.connection.place.shown} was not made by vidviz; rename it, or "
                "use another database."
            )
        return collection_dimension(description) == self.dimension and described == self._set_text

    def upsert(self, rows: Sequence[ClipRow], vectors: np.ndarray) -> tuple[LeftOut, ...]:
        """Store rows with their (N, D) vectors in batches, replacing rows of the same id."""
        checked = check_rows(rows, vectors, self.dimension, unit_length=self._unit_length)
        # By id, so that a clip that comes twice in a batch is stored once, as it came last.
        by_id = {
            row.clip_id: collection_rows.make_record(row, vector)
            for row, vector in zip(checked.rows, checked.vectors, strict=True)
        }
        records = list(by_id.values())
        step = max(1, min(BATCH_ROWS, BATCH_BYTES // (4 * self.dimension)))
        for first in range(0, len(records), step):
            with self._collection.writing() as client:
                client.upsert(self.name, records[first : first + step], timeout=self.connection.write_seconds)
        return checked.left_out

    def delete(self, clip_ids: Sequence[int]) -> None:
        """Remove clips; ids that are not there are no error."""
        for first in range(0, len(clip_ids), LARGEST_K):
            batch = [int(number) for number in clip_ids[first : first + LARGEST_K]]
            with self._collection.writing() as client:
                client.delete(self.name, ids=batch, timeout=self.connection.write_seconds)

    def search(
        self, vectors: np.ndarray, k: int, filters: Sequence[Filter] = (), *, effort: int | None = None
    ) -> list[list[Neighbour]]:
        """The `k` nearest clips of each query among those that every filter keeps.

        `effort` is the `ef` or `nprobe` of an index that has one.
        """
        k, queries = check_k(k), check_queries(vectors, self.dimension, unit_length=self._unit_length)
        return collection_search.search_clips(self._collection, queries, k, filters, effort)

    def search_videos(
        self, vector: np.ndarray, k: int, filters: Sequence[Filter] = (), *, effort: int | None = None
    ) -> list[Neighbour]:
        """The nearest clip of each of the `k` nearest videos."""
        k, queries = check_k(k), check_queries(vector, self.dimension, unit_length=self._unit_length)
        return collection_search.search_videos(self._collection, queries[:1], k, filters, effort)

    @property
    def _unit_length(self) -> bool:
        return self.design.by_direction

    def count(self) -> int:
        """How many clips the collection holds; 0 when it does not exist."""
        return collection_rows.count_rows(self._collection)

    def ids(self) -> np.ndarray:
        """The ids of all clips, ascending."""
        found = [row["id"] for row in collection_rows.read_fields(self._collection, ["id"])]
        return np.array(sorted(found), dtype=np.int64)

    def read_rows(self) -> list[ClipRow]:
        """All rows without their vectors, by ascending id."""
        return collection_rows.read_rows(self._collection)

    def read_vectors(self, clip_ids: Sequence[int]) -> dict[int, np.ndarray]:
        """The stored vectors of some clips, (D,) float32 each; those that are not there are left out."""
        return collection_rows.read_vectors(self._collection, clip_ids)

    def digest(self) -> str:
        """The note that `write_digest` left with the collection."""
        description = self._collection.describe() or {}
        return str(dict(description.get("properties") or {}).get(DIGEST_PROPERTY, ""))

    def write_digest(self, digest: str) -> None:
        """Leave a note of what the collection holds in its properties."""
        # A server without free properties only costs a full comparison the next time.
        allowed = () if self.connection.lite else (SearchIndexError,)
        with contextlib.suppress(*allowed), self._collection.writing() as client:
            client.alter_collection_properties(
                self.name, properties={DIGEST_PROPERTY: digest}, timeout=self.connection.write_seconds
            )

    def flush(self) -> None:
        """Have everything written to disk."""
        with self._collection.writing() as client:
            client.flush(self.name, timeout=self.connection.write_seconds)

    def drop(self) -> None:
        """Remove the collection; no error when it does not exist."""
        with self._collection.writing() as client:
            if client.has_collection(self.name, timeout=self.connection.read_seconds):
                client.drop_collection(self.name, timeout=self.connection.write_seconds)
            self._collection.forget()

    def reload(self) -> None:
        """Have the index looked into at the next search; until then Lite compares all that was just written."""
        deadline = time.monotonic() + self.connection.write_seconds
        while int(self.describe().get("pending_index_rows", 0)) and time.monotonic() < deadline:
            time.sleep(0.2)
        with self._collection.using() as client:
            client.release_collection(self.name, timeout=self.connection.write_seconds)
            self._collection.forget()

    def describe(self) -> dict[str, Any]:
        """The index that the collection has, as the engine tells it; empty where there is none."""
        return self._collection.describe_index()
