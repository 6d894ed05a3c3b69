"""Several threads in one process, and a process that dies while it writes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from vidviz.config import MilvusSettings
from vidviz.index.milvus.milvus_index import MilvusIndex
from vidviz.index.milvus.open import open_milvus
from vidviz.index.sync import check_index, sync_index
from vidviz.types import EmbeddingSetSpec

SPEC = EmbeddingSetSpec("killed", "random", "fc", "mean", "windows-2-2-keep")

WRITER = """
import sys
from pathlib import Path
import numpy as np
from vidviz.config import MilvusSettings
from vidviz.index.milvus.open import open_milvus
from vidviz.index.rows import ClipRow
from vidviz.index.milvus.milvus_index import MilvusIndex
from vidviz.types import EmbeddingSetSpec

spec = EmbeddingSetSpec("killed", "random", "fc", "mean", "windows-2-2-keep")
index = MilvusIndex(open_milvus(MilvusSettings(), Path(sys.argv[1])), spec, 16)
index.prepare()
for batch in range(10_000):
    rows = [ClipRow(batch * 50 + number, "v", "l", 0, 1) for number in range(50)]
    index.upsert(rows, np.ones((50, 16)))
    if batch % 7 == 6:
        index.flush()
    print((batch + 1) * 50, flush=True)
"""


def test_threads_that_write_and_search_at_once_lose_nothing(milvus_index, clip_rows, clip_vectors):
    rows, vectors = clip_rows(400), clip_vectors(400)

    def work(part):
        for first in range(part * 100, part * 100 + 100, 20):
            milvus_index.upsert(rows[first : first + 20], vectors[first : first + 20])
            assert milvus_index.search(vectors[first], 1)[0][0].clip_id == rows[first].clip_id

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert check_index(milvus_index, [row.clip_id for row in rows]).in_line


@pytest.mark.slow
@pytest.mark.lite
@pytest.mark.parametrize("seed", range(20))
def test_a_writer_of_the_local_file_that_is_killed_loses_no_acknowledged_row(tmp_path, seed, clip_rows, clip_vectors):
    place = tmp_path / "milvus.db"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(place)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "50\n"
        time.sleep(np.random.default_rng(seed).uniform(0, 2))
        os.kill(writer.pid, signal.SIGKILL)
        acknowledged = int((["50", *writer.stdout.read().split()])[-1])
    connection = open_milvus(MilvusSettings(), place)
    index = MilvusIndex(connection, SPEC, 16)
    assert set(range(acknowledged)) <= set(index.ids().tolist())
    sync_index(index, clip_rows(9), clip_vectors(9))
    assert index.ids().tolist() == [row.clip_id for row in clip_rows(9)]  # none missing, none twice
    assert index.count() == 9
    connection.close()
