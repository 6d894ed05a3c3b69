"""The index of one embedding set in Milvus, Lite or server."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from vidviz.errors import SearchIndexError
from vidviz.index.collection import (
    DIGEST_PROPERTY,
    DURATION,
    SCALAR_FIELDS,
    collection_dimension,
    collection_name,
    collection_set,
    create_collection,
    describe_set,
)
from vidviz.index.design import IndexDesign, default_design
from vidviz.index.failures import NoAnswerError, explain_failures
from vidviz.index.filters import Filter, NotVideoIn, join_filters
from vidviz.index.open import MilvusConnection
from vidviz.index.ranking import rank_neighbours
from vidviz.index.rows import LARGEST_K, ClipRow, LeftOut, check_k, check_queries, check_rows
from vidviz.types import EmbeddingSetSpec, Neighbour

BATCH_ROWS = 1000
BATCH_BYTES = 16_000_000
HITS_A_CALL = 400_000
QUERIES_A_CALL = 100  # Lite computes all scores of a call at once: 40 MB at 100,000 clips


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
    """

    def __init__(
        self,
        connection: MilvusConnection,
        spec: EmbeddingSetSpec,
        dimension: int,
        workspace_id: str = "",
        design: IndexDesign | None = None,
    ) -> None:
        self.connection = connection
        self.design = design or default_design(connection.lite)
        self.name = collection_name(spec, workspace_id, self.design.suffix)
        self.dimension = dimension
        self.exact = connection.lite
        self._set_text = describe_set(spec)

    def prepare(self) -> None:
        """Create the collection, or make it anew when it has another dimension or other fields.

        Raises:
            SearchIndexError: a collection of this name exists that vidviz did not make.
        """
        with self._writing() as client:
            found = self._describe(client)
            if found is not None and not self._fits(found):
                client.drop_collection(self.name, timeout=self.connection.write_seconds)
                self.connection.loaded.pop(self.name, None)
                found = None
            if found is None:
                seconds, text = self.connection.write_seconds, self._set_text
                create_collection(client, self.name, self.dimension, text, design=self.design, timeout=seconds)
            self._load(client)

    def _fits(self, description: dict[str, Any]) -> bool:
        told = collection_set(description)
        if '"vidviz"' not in told:
            raise SearchIndexError(
                f"The collection {self.name} on {self.connection.place.shown} was not made by vidviz; rename it, or "
                "use another database."
            )
        return collection_dimension(description) == self.dimension and told == self._set_text

    def upsert(self, rows: Sequence[ClipRow], vectors: np.ndarray) -> tuple[LeftOut, ...]:
        """Store rows with their (N, D) vectors in batches, replacing rows of the same id."""
        checked = check_rows(rows, vectors, self.dimension, unit_length=self._unit_length)
        # By id, so that a clip that comes twice in a batch is stored once, as it came last.
        by_id = {row.clip_id: _record(row, vector) for row, vector in zip(checked.rows, checked.vectors, strict=True)}
        records = list(by_id.values())
        step = max(1, min(BATCH_ROWS, BATCH_BYTES // (4 * self.dimension)))
        for first in range(0, len(records), step):
            with self._writing() as client:
                client.upsert(self.name, records[first : first + step], timeout=self.connection.write_seconds)
        return checked.left_out

    def delete(self, clip_ids: Sequence[int]) -> None:
        """Remove clips; ids that are not there are no error."""
        for first in range(0, len(clip_ids), LARGEST_K):
            batch = [int(number) for number in clip_ids[first : first + LARGEST_K]]
            with self._writing() as client:
                client.delete(self.name, ids=batch, timeout=self.connection.write_seconds)

    def search(
        self, vectors: np.ndarray, k: int, filters: Sequence[Filter] = (), *, effort: int | None = None
    ) -> list[list[Neighbour]]:
        """The `k` nearest clips of each query among those that every filter keeps.

        `effort` is the `ef` or `nprobe` of an index that has one.
        """
        k, queries = check_k(k), check_queries(vectors, self.dimension, unit_length=self._unit_length)
        return [self._neighbours(hits, k) for hits in self._search(queries, k, filters, effort)]

    def search_videos(
        self, vector: np.ndarray, k: int, filters: Sequence[Filter] = (), *, effort: int | None = None
    ) -> list[Neighbour]:
        """The nearest clip of each of the `k` nearest videos, grouped by the engine.

        A server groups each of its segments by itself, so a video may come more than once and others not at all: it
        counts once, and the list is filled up with clips of further videos.
        """
        k, queries = check_k(k), check_queries(vector, self.dimension, unit_length=self._unit_length)
        with_video = {"output_fields": ["id", "video_id"]}
        best = self._first_of_each(queries, k, filters, effort, group_by_field="video_id", **with_video)
        while len(best) < k and not self.exact:
            others = [*filters, NotVideoIn(tuple(best))]
            more = self._first_of_each(queries, min(LARGEST_K, 4 * k), others, effort, **with_video)
            if not more:
                break
            best |= more
        ids = np.array([near.clip_id for near in best.values()], dtype=np.int64)
        return rank_neighbours(ids, np.array([near.score for near in best.values()]), k, self.design)

    def _first_of_each(
        self, queries: np.ndarray, k: int, filters: Sequence[Filter], effort: int | None, **further: Any
    ) -> dict[str, Neighbour]:
        """Video -> its nearest clip among the hits of the first query."""
        (hits,) = self._search(queries[:1], k, filters, effort, **further)
        video_of = {hit["id"]: hit["entity"]["video_id"] for hit in hits}
        best: dict[str, Neighbour] = {}
        for near in self._neighbours(hits, k):
            best.setdefault(video_of[near.clip_id], near)
        return best

    def _search(
        self, queries: np.ndarray, k: int, filters: Sequence[Filter], effort: int | None, **further: Any
    ) -> list[Any]:
        """The engine's hits of each query."""
        settings: dict[str, Any] = {
            "limit": k,
            "filter": join_filters(filters),
            "output_fields": ["id"],
            "timeout": self.connection.read_seconds,
            **further,
        }
        step = max(1, min(QUERIES_A_CALL, HITS_A_CALL // k))
        answers: list[Any] = []
        with self._reading() as client:
            settings["search_params"] = self.design.searching(self.connection.loaded[self.name], k, effort)
            for first in range(0, len(queries), step):
                answers += client.search(self.name, data=queries[first : first + step], **settings)
        return answers

    def _neighbours(self, hits: Any, k: int) -> list[Neighbour]:
        ids = np.array([hit["id"] for hit in hits], dtype=np.int64)
        scores = self.design.to_scores(np.array([hit["distance"] for hit in hits]))
        return rank_neighbours(ids, scores, k, self.design)

    @property
    def _unit_length(self) -> bool:
        return self.design.metric == "COSINE"

    def count(self) -> int:
        """How many clips the collection holds; 0 when it does not exist."""
        if not self._exists():
            return 0
        with self._reading() as client:
            answer = client.query(
                self.name,
                filter="",
                output_fields=["count(*)"],
                consistency_level="Strong",
                timeout=self.connection.read_seconds,
            )
        return int(answer[0]["count(*)"])

    def ids(self) -> np.ndarray:
        """The ids of all clips, ascending."""
        found = [row["id"] for row in self._read(["id"])]
        return np.array(sorted(found), dtype=np.int64)

    def read_rows(self) -> list[ClipRow]:
        """All rows without their vectors, by ascending id."""
        rows = (
            ClipRow(
                clip_id=int(row["id"]),
                video_id=row["video_id"],
                label=row["label"],
                start_seconds=row["start_seconds"],
                end_seconds=row["end_seconds"],
                meta=row["meta"] or {},
            )
            for row in self._read(list(SCALAR_FIELDS))
        )
        return sorted(rows, key=lambda row: row.clip_id)

    def digest(self) -> str:
        """The note that `write_digest` left with the collection."""
        with self._using() as client:
            description = self._describe(client) or {}
        return str(dict(description.get("properties") or {}).get(DIGEST_PROPERTY, ""))

    def write_digest(self, digest: str) -> None:
        """Leave a note of what the collection holds in its properties."""
        # A server without free properties only costs a full comparison the next time.
        allowed = () if self.connection.lite else (SearchIndexError,)
        with contextlib.suppress(*allowed), self._writing() as client:
            client.alter_collection_properties(
                self.name, properties={DIGEST_PROPERTY: digest}, timeout=self.connection.write_seconds
            )

    def flush(self) -> None:
        """Have everything written to disk."""
        with self._writing() as client:
            client.flush(self.name, timeout=self.connection.write_seconds)

    def drop(self) -> None:
        """Remove the collection; no error when it does not exist."""
        with self._writing() as client:
            if client.has_collection(self.name, timeout=self.connection.read_seconds):
                client.drop_collection(self.name, timeout=self.connection.write_seconds)
            self.connection.loaded.pop(self.name, None)

    def reload(self) -> None:
        """Have the index looked into at the next search; until then Lite compares all that was just written."""
        deadline = time.monotonic() + self.connection.write_seconds
        while int(self.describe().get("pending_index_rows", 0)) and time.monotonic() < deadline:
            time.sleep(0.2)
        with self._using() as client:
            client.release_collection(self.name, timeout=self.connection.write_seconds)
            self.connection.loaded.pop(self.name, None)

    def describe(self) -> dict[str, Any]:
        """The index that the collection has, as the engine tells it; empty where there is none."""
        with self._using() as client:
            if not client.has_collection(self.name, timeout=self.connection.read_seconds):
                return {}
            return dict(client.describe_index(self.name, "vector", timeout=self.connection.read_seconds) or {})

    def read_vectors(self, clip_ids: Sequence[int]) -> dict[int, np.ndarray]:
        """The stored vectors of some clips, (D,) float32 each; those that are not there are left out."""
        with self._reading() as client:
            rows = client.get(
                self.name,
                ids=[int(number) for number in clip_ids],
                output_fields=["id", "vector"],
                timeout=self.connection.read_seconds,
            )
        return {int(row["id"]): np.asarray(row["vector"], dtype=np.float32) for row in rows}

    def _exists(self) -> bool:
        with self._using() as client:
            return bool(client.has_collection(self.name, timeout=self.connection.read_seconds))

    def _describe(self, client: Any) -> dict[str, Any] | None:
        seconds = self.connection.read_seconds
        if not client.has_collection(self.name, timeout=seconds):
            return None
        return dict(client.describe_collection(self.name, timeout=seconds))

    def _load(self, client: Any) -> None:
        client.load_collection(self.name, timeout=self.connection.write_seconds)
        told = client.describe_index(self.name, "vector", timeout=self.connection.read_seconds) or {}
        self.connection.loaded[self.name] = str(told.get("index_type", self.design.kind))

    @contextlib.contextmanager
    def _using(self) -> Iterator[Any]:
        """The client, its failures explained."""
        try:
            with explain_failures(self.connection.place, self.name):
                yield self.connection.client
        except NoAnswerError:
            self.connection.reconnect_later()
            raise
        except SearchIndexError:
            self.connection.loaded.pop(self.name, None)  # somebody may have released or dropped it: look again
            raise

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Any]:
        with self.connection.writing, self._using() as client:
            yield client

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Any]:
        """The client, with the collection loaded; Lite forgets that at every opening."""
        with self._using() as client:
            if self.name not in self.connection.loaded:
                self._load(client)
            yield client

    def _read(self, fields: list[str]) -> list[dict[str, Any]]:
        if not self._exists():
            return []
        with self._reading() as client:
            if self.connection.lite:
                return list(client.query(self.name, filter="id >= 0", output_fields=fields))
            pages = client.query_iterator(
                self.name, batch_size=10_000, output_fields=fields, consistency_level="Strong"
            )
            try:
                return [dict(row) for page in iter(pages.next, []) for row in page]
            finally:
                pages.close()


def _record(row: ClipRow, vector: np.ndarray) -> dict[str, Any]:
    return {
        "id": row.clip_id,
        "video_id": row.video_id,
        "label": row.label,
        "start_seconds": float(row.start_seconds),
        "end_seconds": float(row.end_seconds),
        DURATION: row.duration_seconds,
        "meta": dict(row.meta),
        "vector": vector,
    }
