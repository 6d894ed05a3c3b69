"""What a Milvus holds: its version and our collections in it, and how much room they take on Lite."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass

from vidviz.errors import SearchIndexError
from vidviz.index.milvus.collection import TRIAL, collection_dimension, collection_set
from vidviz.index.milvus.collection_rows import count_loaded
from vidviz.index.milvus.connection import MilvusConnection
from vidviz.index.milvus.failures import GoneError, explain_failures
from vidviz.index.milvus.lite_files import count_bytes


@dataclass(frozen=True)
class FoundCollection:
    """A collection of ours: `described` are the fields of its embedding set; `bytes_on_disk` 0 where nobody knows."""

    name: str
    described: dict[str, str]
    dimension: int
    rows: int
    kind: str
    metric: str
    bytes_on_disk: int


def survey(connection: MilvusConnection) -> tuple[str, list[FoundCollection]]:
    """The engine's version, and every collection that vidviz made, by name.

    Raises:
        SearchIndexError: the engine does not answer.
    """
    with explain_failures(connection.place):
        client, seconds = connection.client, connection.read_seconds
        version = str(client.get_server_version(timeout=seconds))
        found: list[FoundCollection] = []
        for name in sorted(client.list_collections(timeout=seconds)):
            # Somebody may drop one meanwhile.
            with contextlib.suppress(GoneError), explain_failures(connection.place, name):
                found += _look_at(connection, name)
        return version, found


def _look_at(connection: MilvusConnection, name: str) -> list[FoundCollection]:
    """The collection, unless somebody else made it."""
    client, seconds = connection.client, connection.read_seconds
    description = dict(client.describe_collection(name, timeout=seconds))
    described = collection_set(description)
    if '"vidviz"' not in described:
        return []
    index = client.describe_index(name, "vector", timeout=seconds) or {}
    rows = _count(connection, name)
    size = count_bytes(connection.lite_path, name) if connection.lite_path else 0
    kind, metric = str(index.get("index_type", "")), str(index.get("metric_type", ""))
    dimension = collection_dimension(description)
    return [FoundCollection(name, _fields_of(described), dimension, rows, kind, metric, size)]


def _count(connection: MilvusConnection, name: str) -> int:
    # The statistics of a server count rows that were replaced or removed as well, until it tidies up; but only a
    # loaded collection can be counted, and loading all for a look would fill its memory.
    from pymilvus.client.types import LoadState

    client, seconds = connection.client, connection.read_seconds
    if not connection.lite and client.get_load_state(name, timeout=seconds)["state"] == LoadState.Loaded:
        return count_loaded(client, name, timeout=seconds)
    return int(client.get_collection_stats(name, timeout=seconds).get("row_count", 0))


def drop_collection(connection: MilvusConnection, name: str) -> None:
    """Remove a collection that vidviz made; no error when it is gone.

    Raises:
        SearchIndexError: the engine does not answer, or somebody else made the collection.
    """
    with connection.writing, explain_failures(connection.place, name):
        client, seconds = connection.client, connection.write_seconds
        if not client.has_collection(name, timeout=seconds):
            return
        if '"vidviz"' not in collection_set(dict(client.describe_collection(name, timeout=seconds))):
            raise SearchIndexError(f"The collection {name} was not made by vidviz and stays.")
        client.drop_collection(name, timeout=seconds)
        connection.loaded.pop(name, None)
        connection.writes[name] += 1


def drop_left_trials(connection: MilvusConnection) -> None:
    """Remove what trials of ended processes left on Lite, which has just been opened: nobody else can have one there.

    On a server another process may be in the midst of it: there the next trial of the same set removes it.
    """
    names: list[str] = []
    with contextlib.suppress(SearchIndexError), explain_failures(connection.place):
        names = connection.client.list_collections(timeout=connection.read_seconds)
    for name in names:
        if name.endswith(TRIAL):
            # One that is damaged is told by whoever needs the folder, and one that somebody else made stays.
            with contextlib.suppress(SearchIndexError):
                drop_collection(connection, name)


def _fields_of(described: str) -> dict[str, str]:
    with contextlib.suppress(ValueError):
        fields = json.loads(described)
        if isinstance(fields, dict):
            return {str(name): str(value) for name, value in fields.items()}
    return {}
