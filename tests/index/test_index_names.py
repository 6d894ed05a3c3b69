from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from vidviz.index.milvus.collection import collection_dimension, collection_name, describe_set
from vidviz.types import EmbeddingSetSpec

texts = st.one_of(st.text(max_size=20), st.just("long_" * 80))
specs = st.builds(EmbeddingSetSpec, texts, texts, texts, texts, texts)


@given(specs)
def test_every_set_gets_a_name_that_milvus_takes(spec):
    assert re.fullmatch(r"vv_[a-z0-9_]+_[0-9a-f]{8}", collection_name(spec))
    assert len(collection_name(spec)) <= 255


@given(specs, specs)
def test_names_differ_where_sets_or_workspaces_do(one, other):
    assert (collection_name(one) == collection_name(other)) == (one == other)
    assert collection_name(one, "here") != collection_name(one, "there")


@given(specs)
def test_the_whole_configuration_is_told(spec):
    told = json.loads(describe_set(spec))
    assert told.pop("vidviz") == 1
    assert EmbeddingSetSpec(**told) == spec


def test_a_foreign_collection_has_no_dimension():
    vector = {"name": "vector", "params": {"dim": 4}}
    assert collection_dimension({"fields": [{"name": "id"}, vector]}) == 0
    assert collection_dimension({}) == 0


def test_a_collection_keeps_its_configuration(milvus_index):
    described = milvus_index.connection.client.describe_collection(milvus_index.name)
    assert json.loads(described["properties"]["vidviz.set"])["layer"] == "fc"
    assert collection_dimension(described) == 16
    (index,) = milvus_index.connection.client.list_indexes(milvus_index.name)
    info = milvus_index.connection.client.describe_index(milvus_index.name, index)
    assert (info["index_type"], info["metric_type"]) == ("FLAT", "IP")
