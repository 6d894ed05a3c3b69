"""How fast searches are, and how much of the truth they find: numpy, FAISS, Milvus Lite and a server, side by side.

    python benchmarks/search.py [--clips 10000] [--size 512] [--queries 50] [--k 10]
    python benchmarks/search.py --clips 100000 --without-lite --uri http://127.0.0.1:19530
    .ci/milvus --run .venv/bin/python benchmarks/search.py --clips 100000 --without-lite

Makes a workspace of generated vectors in forty groups, without any video, and queries near some of them, none of which
is stored. Measures, on the same vectors and queries: plain numpy; FAISS's flat index, which comes with Milvus Lite; a
bare pymilvus call on Lite and our whole service (filters, describing hits) beside it, in turn; how many rows a second
are stored by bare inserts and by our index building, in turn; and, where there is a server (`--uri`, else
VIDVIZ_MILVUS_URI; a token in VIDVIZ_MILVUS_TOKEN), HNSW there, with and without a filter, with its recall. Promised:
our service takes at most 1.3 times the bare call, builds at 0.8 of the bare rate or more, and HNSW finds 0.98 of the
truth. Exit code 1 where one is missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from parts.machine import describe_machine

from vidviz.config import MilvusSettings
from vidviz.index.filters import LabelIn, join_filters
from vidviz.index.milvus.collection_rows import make_record
from vidviz.index_design import LEAST_EFFORT
from vidviz.records import Clip, EmbeddingSet, Video
from vidviz.services.index import set_index
from vidviz.services.index.freshness import forget_checked
from vidviz.services.index.index_rows import list_rows
from vidviz.services.library import embedding_sets
from vidviz.services.library.clip_filter import ClipFilter
from vidviz.services.library.workspaces import open_workspace
from vidviz.services.search import search_run
from vidviz.services.search.search_run import SearchOptions
from vidviz.store import clips, sets, videos
from vidviz.store.catalogue import write_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings, EmbeddingSetSpec, Recipe, Span, VideoProbe, clip_id
from vidviz.workspace_folder import WorkspaceFolder

NUM_GROUPS, CLIPS_A_VIDEO = 40, 50
DISTANCE_OF_QUERIES = 0.5
ROUNDS = 3
MOST_OF_BARE, LEAST_BUILDING_RATE, LEAST_RECALL = 1.3, 0.8, 0.98
PROBE = VideoProbe("h264", "mp4", 64, 48, 0, 10.0, False, 1000, 100.0, 0.0, False, True)
SPEC = EmbeddingSetSpec("benchmark", "random", "generated", "mean", Recipe().key)
RARE = "group 0"


def main() -> int:
    """Measure and print; exit code 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=10_000)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--uri", default="", help="a Milvus server")
    parser.add_argument("--without-lite", action="store_true", help="leave Milvus Lite out")
    options = parser.parse_args()
    uri = os.environ.pop("VIDVIZ_MILVUS_URI", "")  # the workspace itself is on Lite
    server = MilvusSettings(options.uri or uri, os.environ.get("VIDVIZ_MILVUS_TOKEN", ""))
    print(describe_machine())
    print(f"{options.clips:,} x {options.size}, {options.queries} queries, k {options.k}; the median of a query's time")
    with tempfile.TemporaryDirectory(prefix="vidviz-benchmark-") as place:
        folder = open_workspace(Path(place) / "workspace")
        vectors = fill(folder, options.clips, options.size)
        queries = draw_queries(vectors, options.queries)
        k, missed = options.k, 0
        say("numpy", time_each(lambda query: np.argpartition(-(vectors @ query), k)[:k], queries))
        measure_faiss(vectors, queries, k)
        if not options.without_lite:
            missed += measure_lite(folder, queries, k)
        if server.uri:
            missed += measure_server(folder, vectors, queries, k, server)
        else:
            print("server: not measured; name one by --uri")
        return min(1, missed)


def draw_queries(vectors: np.ndarray, count: int) -> np.ndarray:
    """Unit vectors near some of those that are stored (cosine about 0.9), none of which is."""
    rng = np.random.default_rng(1)
    drawn = vectors[rng.permutation(len(vectors))[:count]]
    moved = drawn + DISTANCE_OF_QUERIES * rng.normal(size=drawn.shape) / np.sqrt(drawn.shape[1])
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), dtype=np.float32)


def fill(folder: WorkspaceFolder, count: int, size: int) -> np.ndarray:
    """Clips without videos, fifty a video, labelled by group; returns their unit vectors in order of clip ids."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(NUM_GROUPS, size))
    groups = rng.integers(0, NUM_GROUPS, -(-count // CLIPS_A_VIDEO))
    rows, ids = [], []
    with write_catalogue(folder) as db:
        for number, group in enumerate(groups):
            video_id = f"{number:064x}"
            videos.add_video(db, Video(video_id, f"video {number}.mp4", f"/nowhere/{number}", False, 1, PROBE, None))
            videos.set_labels(db, video_id, {"label": f"group {group}"})
            of_video = range(number * CLIPS_A_VIDEO, min(count, (number + 1) * CLIPS_A_VIDEO))
            spans = [Span(2.0 * place, 2.0 * place + 2) for place in range(len(of_video))]
            made = [Clip(clip_id(video_id, span, SPEC.recipe_key), video_id, SPEC.recipe_key, span) for span in spans]
            clips.add_clips(db, made)
            ids += [clip.id for clip in made]
            rows.append(centres[group] + rng.normal(size=(len(made), size)))
        sets.add_set(db, EmbeddingSet(SPEC, size))
    vectors = np.concatenate(rows).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    VectorShards(folder.vectors(SPEC.key)).append(Embeddings(np.array(ids, np.int64), vectors))
    return embedding_sets.load_embeddings(folder, SPEC.key).vectors


def exact_answers(vectors: np.ndarray, queries: np.ndarray, k: int, kept: np.ndarray | None = None) -> list[set[int]]:
    """Rows of the true neighbours of each query, of those that are kept."""
    scores = queries @ vectors.T
    if kept is not None:
        scores[:, ~kept] = -np.inf
    return [set(row.tolist()) for row in np.argsort(-scores, axis=1, kind="stable")[:, :k]]


def time_each(call: Callable[[np.ndarray], Any], queries: np.ndarray) -> float:
    """The median of the milliseconds that a call takes; the first call does not count."""
    call(queries[0])
    seconds = []
    for query in queries:
        started = time.perf_counter()
        call(query)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds) * 1000


def measure_faiss(vectors: np.ndarray, queries: np.ndarray, k: int) -> None:
    """FAISS's flat index, which Milvus Lite brings along."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors))
    say("FAISS flat", time_each(lambda query: index.search(query[None], k), queries))


def measure_lite(folder: WorkspaceFolder, queries: np.ndarray, k: int) -> int:
    """Building and searching on Lite, bare and by our services; returns promises missed."""
    found = embedding_sets.find_set(folder)
    index = set_index.open_collection(folder, found)
    bare_rate, our_rate = compare_building(folder, index)
    say_rate("building, bare insert", bare_rate)
    say_rate("building, vidviz", our_rate)
    missed = judge("building rate, of bare", our_rate / bare_rate, at_least=LEAST_BUILDING_RATE)
    for name, chosen in (("Lite", ClipFilter()), ("Lite, filtered", ClipFilter(labels=(("label", (RARE,)),)))):
        bare, ours = compare_search(folder, index, queries, k, chosen)
        say(f"{name}, bare pymilvus", bare)
        say(f"{name}, vidviz", ours)
        missed += judge(f"{name}: vidviz / bare", ours / bare, at_most=MOST_OF_BARE)
    return missed


def compare_building(folder: WorkspaceFolder, index: Any) -> tuple[float, float]:
    """Rows a second of bare inserts, and of our building from the stored vectors; the medians of rounds in turn."""
    rates: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        rates[0].append(insert_rate(folder, index))
        index.drop()
        forget_checked(folder)
        started = time.perf_counter()
        set_index.refresh_index(folder, "")
        rates[1].append(index.count() / (time.perf_counter() - started))
        index.drop()
    forget_checked(folder)
    set_index.refresh_index(folder, "")
    return statistics.median(rates[0]), statistics.median(rates[1])


def insert_rate(folder: WorkspaceFolder, index: Any) -> float:
    """Rows a second of pymilvus alone into a collection that is there, in batches of a thousand, and the flush."""
    rows, vectors = list_rows(folder, embedding_sets.find_set(folder))
    records = [make_record(row, vector) for row, vector in zip(rows, vectors, strict=True)]
    index.prepare()
    started = time.perf_counter()
    for first in range(0, len(records), 1000):
        index.connection.client.insert(index.name, records[first : first + 1000])
    index.connection.client.flush(index.name)
    return len(records) / (time.perf_counter() - started)


def compare_search(
    folder: WorkspaceFolder, index: Any, queries: np.ndarray, k: int, chosen: ClipFilter
) -> tuple[float, float]:
    """Milliseconds of a bare pymilvus search and of ours, taken in turn so that the machine's moods hit both."""
    expression = join_filters([LabelIn(chosen.label_values("label"))]) if chosen else ""
    client = index.connection.client
    settings = {"limit": k, "filter": expression, "output_fields": ["id"], "search_params": {"metric_type": "IP"}}
    calls: tuple[Callable[[np.ndarray], Any], ...] = (
        lambda query: client.search(index.name, data=query[None], **settings),
        lambda query: search_run.search_by_vector(folder, "", query, SearchOptions(k=k, clip_filter=chosen)),
    )
    seconds: list[list[float]] = [[], []]
    for number, query in enumerate(np.concatenate([queries[:2], *[queries] * ROUNDS])):
        for which in (0, 1) if number % 2 else (1, 0):
            started = time.perf_counter()
            calls[which](query)
            if number > 1:
                seconds[which].append(time.perf_counter() - started)
    return statistics.median(seconds[0]) * 1000, statistics.median(seconds[1]) * 1000


def measure_server(
    folder: WorkspaceFolder, vectors: np.ndarray, queries: np.ndarray, k: int, server: MilvusSettings
) -> int:
    """HNSW on a server, with and without a filter; returns promises missed."""
    from vidviz.services.index import push

    found = embedding_sets.find_set(folder)
    started = time.perf_counter()
    push.push_set(folder, found.key, server)
    say_rate("server, pushed and verified", len(vectors) / (time.perf_counter() - started))
    index = set_index.open_collection(folder, found, settings=server)
    index.reload()  # waits for the index; what was just written is compared exactly otherwise
    rows, _ = list_rows(folder, found)
    place_of = {row.clip_id: place for place, row in enumerate(rows)}
    kept = np.array([row.label == RARE for row in rows])
    missed = 0
    design = index.design
    print(f"server: {design.kind}, M {design.m}, efConstruction {design.ef_construction}, ef {max(k, LEAST_EFFORT)}")
    print(f"server, filtered: {kept.sum():,} clips pass the filter")
    rare = (LabelIn((RARE,)),)
    for name, conditions, passing in (("server", (), None), ("server, filtered", rare, kept)):
        wanted = exact_answers(vectors, queries, k, passing)
        say(name, time_each(lambda query, conditions=conditions: index.search(query, k, conditions), queries))
        answers = index.search(queries, k, conditions)
        right = sum(
            len(true & {place_of[near.clip_id] for near in hits}) for true, hits in zip(wanted, answers, strict=True)
        )
        missed += judge(f"{name}: recall@{k}", right / sum(map(len, wanted)), at_least=LEAST_RECALL)
    index.drop()
    return missed


def say(name: str, milliseconds: float) -> None:
    """One line of the table."""
    print(f"{name:32} {milliseconds:9.2f} ms a query")


def say_rate(name: str, rate: float) -> None:
    """One line about building."""
    print(f"{name:32} {rate:9,.0f} rows/s")


def judge(name: str, value: float, *, at_most: float = np.inf, at_least: float = -np.inf) -> int:
    """Print a figure against its promise; 1 where it is missed."""
    kept = at_least <= value <= at_most
    bound = f"at most {at_most}" if at_most < np.inf else f"at least {at_least}"
    print(f"{'ok ' if kept else '!! '} {name:29} {value:9.3f} ({bound})")
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
