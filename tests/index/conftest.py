"""Indexes of every engine for the contract tests.

`lite` is Milvus Lite in a folder. `server` is Milvus by an address: Lite's own engine behind a port, which goes through
the same code of ours (HNSW, pages, consistency), or the real one that VIDVIZ_TEST_MILVUS_URI names; then it is the only
engine that is tested, the others being tested without it.
"""

from __future__ import annotations

import itertools
import os

import numpy as np
import pytest

from vidviz.config import MilvusSettings
from vidviz.index.exact_index import ExactIndex
from vidviz.index.milvus.milvus_index import MilvusIndex
from vidviz.index.milvus.open import open_milvus
from vidviz.index.rows import ClipRow
from vidviz.types import EmbeddingSetSpec

DIMENSION = 16
REAL_SERVER = os.environ.get("VIDVIZ_TEST_MILVUS_URI", "")
ENGINES = ["server"] if REAL_SERVER else ["exact", "lite", "server"]
_numbers = itertools.count()


def make_spec(backbone: str = "") -> EmbeddingSetSpec:
    return EmbeddingSetSpec(
        backbone or f"net{os.getpid()}_{next(_numbers)}", "random", "fc", "mean", "windows-2-2-keep"
    )


def make_rows(count: int, first: int = 0) -> list[ClipRow]:
    return [
        ClipRow(
            number * 1001,
            f"v{number % 5}",
            f"label {number % 3}",
            number / 2,
            number / 2 + 2 + number % 3 / 10,
            {"colour": f"c{number % 2}", "tags": [f't"{number % 4}', "all"]} if number % 7 else {},
        )
        for number in range(first, first + count)
    ]


def make_vectors(count: int, seed: int = 0, dimension: int = DIMENSION) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)


@pytest.fixture(scope="module")
def lite_connection(tmp_path_factory):
    connection = open_milvus(MilvusSettings(), tmp_path_factory.mktemp("lite") / "index" / "milvus.db")
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def server_connection(request, tmp_path_factory):
    if REAL_SERVER:
        connection = open_milvus(
            request.getfixturevalue("real_server"), tmp_path_factory.mktemp("unused") / "unused.db"
        )
        yield connection
        connection.close()
        return
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    server, database, port = start_server_in_thread(str(tmp_path_factory.mktemp("server") / "data"))
    connection = open_milvus(
        MilvusSettings(f"http://127.0.0.1:{port}"), tmp_path_factory.mktemp("unused") / "unused.db"
    )
    yield connection
    connection.close()
    server.stop(grace=0)
    database.close()


@pytest.fixture(scope="module")
def reused():
    """Collections that tests pass on, emptied: quicker than making one each time."""
    return {}


@pytest.fixture(params=ENGINES)
def engine(request):
    return request.param


@pytest.fixture(params=[name for name in ENGINES if name != "exact"])
def milvus_engine(request):
    return request.param


@pytest.fixture(params=ENGINES)
def index(request, reused):
    if request.param == "exact":
        return ExactIndex(DIMENSION)
    return _empty_index(request, reused, request.param)


def _empty_index(request, reused, engine):
    if engine not in reused:
        connection = request.getfixturevalue(f"{engine}_connection")
        reused[engine] = MilvusIndex(connection, make_spec(), DIMENSION)
    made = reused[engine]
    made.prepare()
    made.delete(made.ids().tolist())
    made.write_digest("")
    return made


@pytest.fixture(scope="module", params=ENGINES)
def forty(request):
    """An index of `make_rows(40)` with `make_vectors(40)` that tests must not change."""
    made = ExactIndex(DIMENSION)
    if request.param != "exact":
        made = MilvusIndex(request.getfixturevalue(f"{request.param}_connection"), make_spec(), DIMENSION)
    made.prepare()
    made.upsert(make_rows(40), make_vectors(40))
    made.flush()
    yield made
    made.drop()


MILVUS = "server" if REAL_SERVER else "lite"


@pytest.fixture(scope="module")
def milvus_connection(request):
    """The one Milvus for tests that need no more than one."""
    return request.getfixturevalue(f"{MILVUS}_connection")


@pytest.fixture
def milvus_index(request, reused):
    """An empty collection there."""
    return _empty_index(request, reused, MILVUS)


@pytest.fixture
def clip_rows():
    return make_rows


@pytest.fixture
def clip_vectors():
    return make_vectors


@pytest.fixture
def new_spec():
    return make_spec
