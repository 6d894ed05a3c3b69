"""One collection on an open Milvus: whether it is there, loaded before it is read, and its failures explained."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from vidviz.errors import SearchIndexError
from vidviz.index.milvus.connection import MilvusConnection
from vidviz.index.milvus.failures import NoAnswerError, explain_failures
from vidviz.index.milvus.lite_files import remove_index_files
from vidviz.index_design import IndexDesign


class OpenCollection:
    """A collection by its name, which need not exist. Making one costs nothing."""

    def __init__(self, connection: MilvusConnection, name: str, design: IndexDesign) -> None:
        self.connection = connection
        self.name = name
        self.design = design

    @contextlib.contextmanager
    def using(self) -> Iterator[Any]:
        """The client, its failures explained."""
        try:
            with explain_failures(self.connection.place, self.name):
                yield self.connection.client
        except NoAnswerError:
            self.connection.reconnect_later()
            raise
        except SearchIndexError:
            self.forget()  # somebody may have released or dropped it: look again
            raise

    @contextlib.contextmanager
    def writing(self) -> Iterator[Any]:
        """The client, for one writer at a time."""
        with self.connection.writing:
            try:
                with self.using() as client:
                    yield client
            finally:
                self.connection.writes[self.name] += 1  # afterwards: who counts rows meanwhile counts again

    @contextlib.contextmanager
    def reading(self) -> Iterator[Any]:
        """The client, with the collection loaded; Lite forgets that at every opening."""
        with self.using() as client:
            if self.name not in self.connection.loaded:
                self.load(client)
            yield client

    def load(self, client: Any) -> None:
        """Have the collection ready for reading, and remember what kind of index it has."""
        from pymilvus.exceptions import MilvusException

        try:
            client.load_collection(self.name, timeout=self.connection.write_seconds)
        except MilvusException:
            lite_path = self.connection.lite_path
            if lite_path is None or not remove_index_files(lite_path, self.name):
                raise
            client.load_collection(self.name, timeout=self.connection.write_seconds)
        index = client.describe_index(self.name, "vector", timeout=self.connection.read_seconds) or {}
        self.connection.loaded[self.name] = str(index.get("index_type", self.design.kind))

    @property
    def kind(self) -> str:
        """The kind of index that the collection was found to have when it was loaded, else that of the design."""
        return self.connection.loaded.get(self.name, self.design.kind)  # another thread may have forgotten it

    def forget(self) -> None:
        """Load the collection again before it is next read."""
        self.connection.loaded.pop(self.name, None)

    def exists(self) -> bool:
        """Whether the engine knows the collection."""
        with self.using() as client:
            return bool(client.has_collection(self.name, timeout=self.connection.read_seconds))

    def describe(self) -> dict[str, Any] | None:
        """The collection's fields and properties as the engine tells them; None where there is none."""
        seconds = self.connection.read_seconds
        with self.using() as client:
            if not client.has_collection(self.name, timeout=seconds):
                return None
            return dict(client.describe_collection(self.name, timeout=seconds))

    def describe_index(self) -> dict[str, Any]:
        """The index on the vectors as the engine tells it; empty where there is none."""
        seconds = self.connection.read_seconds
        with self.using() as client:
            if not client.has_collection(self.name, timeout=seconds):
                return {}
            return dict(client.describe_index(self.name, "vector", timeout=seconds) or {})
