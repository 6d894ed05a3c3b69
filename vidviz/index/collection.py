"""The Milvus collection of one embedding set: its name, its fields, its index, and what it says of itself.

Vectors are stored at unit length and compared by inner product, which is then the cosine similarity. On Lite that
spares the engine from normalising every stored vector anew at every search (half the time at 100,000 clips); on a
server it makes no difference.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from vidviz.index.rows import LONGEST_LABEL_BYTES, LONGEST_VIDEO_ID_BYTES
from vidviz.types import EmbeddingSetSpec

LONGEST_NAME = 255
METRIC = "IP"
SET_PROPERTY = "vidviz.set"
DIGEST_PROPERTY = "vidviz.rows"
SCALAR_FIELDS = ("id", "video_id", "label", "start_seconds", "end_seconds", "meta")


def collection_name(spec: EmbeddingSetSpec, workspace_id: str = "") -> str:
    """`vv_<slug>_<hash8>`, a name that Milvus takes.

    Args:
        spec: the embedding set.
        workspace_id: tells workspaces apart that share a server; two of them may hold the same set of different
            videos. Leave it empty where the index lies inside the workspace.
    """
    key = spec.key if not workspace_id else hashlib.sha256(f"{spec.key}|{workspace_id}".encode()).hexdigest()
    return f"vv_{spec.slug[: LONGEST_NAME - 12] or 'set'}_{key[:8]}"


def describe_set(spec: EmbeddingSetSpec) -> str:
    """The whole configuration of the set, as it is kept with the collection."""
    return json.dumps({"vidviz": 1, **asdict(spec)}, sort_keys=True)


def index_settings(lite: bool) -> dict[str, Any]:
    """The vector index: exact on Lite, where HNSW loses hits silently as soon as there is a filter."""
    if lite:
        return {"index_type": "FLAT", "metric_type": METRIC}
    return {"index_type": "HNSW", "metric_type": METRIC, "params": {"M": 16, "efConstruction": 200}}


def search_settings(lite: bool, k: int) -> dict[str, Any]:
    """Parameters of a search; HNSW visits at least 128 candidates, and always more than it returns."""
    return {"metric_type": METRIC, "params": {} if lite else {"ef": max(128, k)}}


def create_collection(client: Any, name: str, dimension: int, set_text: str, *, lite: bool, timeout: float) -> None:
    """Create the collection with its fields and index, loaded and ready for rows."""
    from pymilvus import DataType

    # Lite forgets descriptions, old servers forget properties: the set is told in both.
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False, description=set_text)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("video_id", DataType.VARCHAR, max_length=LONGEST_VIDEO_ID_BYTES)
    schema.add_field("label", DataType.VARCHAR, max_length=LONGEST_LABEL_BYTES)
    schema.add_field("start_seconds", DataType.DOUBLE)
    schema.add_field("end_seconds", DataType.DOUBLE)
    schema.add_field("meta", DataType.JSON)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    index_params = client.prepare_index_params()
    index_params.add_index("vector", **index_settings(lite))
    client.create_collection(
        name,
        schema=schema,
        index_params=index_params,
        consistency_level="Session",
        properties={SET_PROPERTY: set_text},
        timeout=timeout,
    )


def collection_dimension(description: dict[str, Any]) -> int:
    """D of a collection as `describe_collection` tells it; 0 when its fields are not ours."""
    fields = {field["name"]: field for field in description.get("fields", [])}
    if not {*SCALAR_FIELDS, "vector"} <= fields.keys():
        return 0
    return int(fields["vector"].get("params", {}).get("dim", 0))


def collection_set(description: dict[str, Any]) -> str:
    """What the collection says of its embedding set (see `describe_set`); "" when it is not ours."""
    properties = dict(description.get("properties") or {})
    return str(properties.get(SET_PROPERTY) or description.get("description") or "")
