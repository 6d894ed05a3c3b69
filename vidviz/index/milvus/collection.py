"""The Milvus collection of one embedding set: its name, its fields, its index, and what it says of itself."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from vidviz.index.rows import LONGEST_LABEL_BYTES, LONGEST_VIDEO_ID_BYTES
from vidviz.index_design import IndexDesign
from vidviz.types import EmbeddingSetSpec

LONGEST_NAME = 255
SET_PROPERTY = "vidviz.set"
DIGEST_PROPERTY = "vidviz.rows"
SCALAR_FIELDS = ("id", "video_id", "label", "start_seconds", "end_seconds", "meta")
TRIAL = "_lab"
"""What the name of a collection ends with that is there for one trial of its process."""
DURATION = "duration_seconds"  # kept for filters: a server cannot subtract one field from another


def collection_name(spec: EmbeddingSetSpec, workspace_id: str = "", suffix: str = "") -> str:
    """`vv_<slug>_<hash8>`, a name that Milvus takes.

    Args:
        spec: the embedding set.
        workspace_id: tells workspaces apart that share a server; two of them may hold the same set of different
            videos. Leave it empty where the index lies inside the workspace.
        suffix: tells collections of one set apart (see `IndexDesign.suffix`).
    """
    key = spec.key if not workspace_id else hashlib.sha256(f"{spec.key}|{workspace_id}".encode()).hexdigest()
    return f"vv_{spec.slug[: LONGEST_NAME - 12 - len(suffix)] or 'set'}_{key[:8]}{suffix}"


def describe_set(spec: EmbeddingSetSpec) -> str:
    """The whole configuration of the set, as it is kept with the collection."""
    return json.dumps({"vidviz": 1, **asdict(spec)}, sort_keys=True)


def create_collection(client: Any, name: str, dimension: int, set_text: str, timeout: float) -> None:
    """Create the collection with its fields; it needs an index and to be loaded before rows are read."""
    from pymilvus import DataType

    # Lite forgets descriptions, old servers forget properties: the set is told in both.
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False, description=set_text)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("video_id", DataType.VARCHAR, max_length=LONGEST_VIDEO_ID_BYTES)
    schema.add_field("label", DataType.VARCHAR, max_length=LONGEST_LABEL_BYTES)
    schema.add_field("start_seconds", DataType.DOUBLE)
    schema.add_field("end_seconds", DataType.DOUBLE)
    schema.add_field(DURATION, DataType.DOUBLE)
    schema.add_field("meta", DataType.JSON)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    client.create_collection(
        name,
        schema=schema,
        consistency_level="Session",
        properties={SET_PROPERTY: set_text},
        timeout=timeout,
    )


def ensure_index(client: Any, name: str, design: IndexDesign, timeout: float) -> None:
    """Create the index on the vectors of a collection that has none yet; one that is there stays as it is."""
    if client.list_indexes(name, "vector", timeout=timeout):
        return
    index_params = client.prepare_index_params()
    index_params.add_index("vector", **design.building)
    # Without rows there is nothing to wait for; pymilvus would look again after half a second.
    client.create_index(name, index_params, timeout=timeout, sync=False)


def collection_dimension(description: dict[str, Any]) -> int:
    """D of a collection as `describe_collection` tells it; 0 when its fields are not ours."""
    fields = {field["name"]: field for field in description.get("fields", [])}
    if not {*SCALAR_FIELDS, DURATION, "vector"} <= fields.keys():
        return 0
    return int(fields["vector"].get("params", {}).get("dim", 0))


def collection_set(description: dict[str, Any]) -> str:
    """What the collection says of its embedding set (see `describe_set`); "" when it is not ours."""
    properties = dict(description.get("properties") or {})
    return str(properties.get(SET_PROPERTY) or description.get("description") or "")
