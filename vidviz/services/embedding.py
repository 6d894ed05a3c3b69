"""Embed: clips -> vectors of an embedding set, kept as they come, so that a rerun goes on where one stopped."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.errors import VidvizError, WorkspaceError
from vidviz.services import embedding_sets, indexing, library
from vidviz.services.progress import Progress, ignore_progress
from vidviz.store import clips, sets, videos
from vidviz.store.clips import Clip
from vidviz.store.vectors import VectorShards
from vidviz.store.workspace import WorkspaceFolder
from vidviz.types import Embeddings, EmbeddingSetSpec

if TYPE_CHECKING:
    from vidviz.embed.embedder import Embedder
    from vidviz.services.reading import ReadClip

KEEP_EVERY_SECONDS = 2.0
"""A crash loses at most what was computed in this time."""


@dataclass(frozen=True)
class EmbedRequest:
    """What to embed with what. Empty `recipe_key`, `layer` mean the library's only recipe, the usual layer."""

    backbone: str
    weights: str = "auto"
    layer: str = ""
    pooling: str = "mean"
    recipe_key: str = ""
    device: str = ""
    precision: str = "auto"


@dataclass(frozen=True)
class EmbedReport:
    """What an embedding run covered: of `total` clips, `known` were there before, `computed` are new."""

    spec: EmbeddingSetSpec
    dimension: int
    total: int
    known: int
    computed: int
    failed: dict[int, str]
    seconds: float


def run_embed_job(folder: WorkspaceFolder, job_id: int, arguments: dict[str, Any], progress: Progress) -> str:
    """Embed as a job, then bring the index in line; returns what to tell about it."""
    from vidviz.embed.process import tune_process

    tune_process()
    report = embed_clips(folder, EmbedRequest(**arguments), progress)
    parts = [f"{report.computed} clips embedded"]
    if report.known:
        parts.append(f"{report.known} were there already")
    if report.failed:
        parts.append(f"{len(report.failed)} failed ({next(iter(report.failed.values())).rstrip('.')})")
    message = f"{', '.join(parts)}."
    try:
        indexing.refresh_index(folder, report.spec.key)
    except VidvizError as error:
        message += f" The index waits: {error}"
    return message


def request_arguments(request: EmbedRequest) -> dict[str, Any]:
    """The request as JSON data for a job."""
    return asdict(request)


def embed_clips(folder: WorkspaceFolder, request: EmbedRequest, progress: Progress = ignore_progress) -> EmbedReport:
    """Embed all clips of a recipe that the embedding set does not hold yet.

    Raises:
        UnknownNameError: no such backbone, or the backbone has no such layer.
        BackboneError: the weights cannot be had, or the network does not run here.
        WorkspaceError: there is nothing to embed, or the disk is full.
        JobError: another process embeds the same set.
        JobCancelledError: as `progress` asks; what was computed is kept.
    """
    started = time.monotonic()
    spec = plan_set(folder, request)
    shards = folder.vectors(spec.key)
    with shards.writing():
        with folder.catalogue.read() as db:
            stored = sets.find_set(db, spec.key)
        todo, known = _list_todo(folder, spec, shards)
        if stored is not None and not todo:
            return EmbedReport(spec, stored.dimension, known, known, 0, {}, time.monotonic() - started)
        progress(0, 0, f"loading {spec.backbone}")
        with _reading(folder, spec, todo) as reader:  # while the network is loaded, the first clips are read
            embedder = _load_embedder(spec, request)
            with folder.catalogue.write() as db:
                sets.add_set(db, sets.EmbeddingSet(spec, embedder.dimension, embedder.loaded.precision))
                sets.forget_failures(db, spec.key)
            failed = _embed_all(embedder, reader, shards, progress, known, known + len(todo))
        with suppress(WorkspaceError):  # too full a disk for a second copy: the shards stay as they are
            shards.compact()
        with folder.catalogue.write() as db:
            sets.record_failures(db, spec.key, failed)
    total, computed = known + len(todo), len(todo) - len(failed)
    return EmbedReport(spec, embedder.dimension, total, known, computed, failed, time.monotonic() - started)


def plan_set(folder: WorkspaceFolder, request: EmbedRequest) -> EmbeddingSetSpec:
    """The set that a request means. Torch is not needed to tell, nor the weights themselves.

    Raises:
        UnknownNameError: no such backbone.
        BackboneError: no such weights.
        WorkspaceError: there is nothing to embed.
    """
    from vidviz.embed.backbones import find_backbone
    from vidviz.embed.weights import choose_weights

    backbone = find_backbone(request.backbone)
    weights = choose_weights(backbone, request.weights).identity
    layer = request.layer or backbone.embedding_layer
    recipe_key = embedding_sets.choose_recipe(folder, request.recipe_key)
    return EmbeddingSetSpec(backbone.name, weights, layer, request.pooling, recipe_key)


def _load_embedder(spec: EmbeddingSetSpec, request: EmbedRequest) -> Embedder:
    from vidviz.embed.embedder import Embedder
    from vidviz.embed.load import load_backbone

    device = request.device or None
    loaded = load_backbone(spec.backbone, request.weights, device=device, precision=request.precision, up_to=spec.layer)
    return Embedder(loaded, spec.layer, spec.pooling)


def _list_todo(folder: WorkspaceFolder, spec: EmbeddingSetSpec, shards: VectorShards) -> tuple[list[Clip], int]:
    done = set(shards.load_ids().tolist())
    with folder.catalogue.read() as db:
        every = clips.list_clips(db, spec.recipe_key)
    todo = [clip for clip in every if clip.id not in done]
    return todo, len(every) - len(todo)


@contextmanager
def _reading(folder: WorkspaceFolder, spec: EmbeddingSetSpec, todo: Sequence[Clip]) -> Iterator[Iterator[ReadClip]]:
    """The frames of the clips, read ahead; those of a video that has changed are answered with a reason."""
    from vidviz.embed.backbones import find_backbone
    from vidviz.services.reading import ReadAhead, ReadClip

    wanted = {clip.video_id for clip in todo}
    with folder.catalogue.read() as db:
        found = [video for video in videos.list_videos(db) if video.id in wanted]
    changed = {video.id: library.say_changed(video) for video in found}
    refused = [ReadClip(clip, None, changed[clip.video_id]) for clip in todo if changed[clip.video_id]]
    readable = [clip for clip in todo if not changed[clip.video_id]]
    paths = {video.id: Path(video.path) for video in found}
    with closing(ReadAhead(readable, paths, find_backbone(spec.backbone).frames)) as reader:
        yield chain(refused, reader)


def _embed_all(
    embedder: Embedder, reader: Iterator[ReadClip], shards: VectorShards, progress: Progress, known: int, total: int
) -> dict[int, str]:
    failed: dict[int, str] = {}
    done = known
    keeper = _Keeper(shards)
    progress(done, total, "reading")
    try:
        for batch in _batch(reader, embedder.batch_size):
            read = [item for item in batch if item.frames is not None]
            failed.update({item.clip.id: item.reason for item in batch if item.frames is None})
            if read:
                pixels = np.stack([item.frames for item in read if item.frames is not None])
                vectors, unusable = embedder.embed_finite(pixels)
                ids = np.array([item.clip.id for item in read], np.int64)
                failed.update({int(ids[place]): reason for place, reason in unusable.items()})
                good = [place for place in range(len(ids)) if place not in unusable]
                keeper.add(ids[good], vectors[good])
            done += len(batch)
            progress(done, total, "clips")
    finally:
        keeper.keep()
    return failed


def _batch(reader: Iterable[ReadClip], size: int) -> Iterator[list[ReadClip]]:
    batch: list[ReadClip] = []
    for item in reader:
        batch.append(item)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


class _Keeper:
    """Gathers batches and writes them as one shard every few seconds."""

    def __init__(self, shards: VectorShards) -> None:
        self._shards = shards
        self._ids: list[np.ndarray] = []
        self._vectors: list[np.ndarray] = []
        self._kept_at = time.monotonic()

    def add(self, ids: np.ndarray, vectors: np.ndarray) -> None:
        self._ids.append(ids)
        self._vectors.append(vectors)
        if time.monotonic() - self._kept_at > KEEP_EVERY_SECONDS:
            self.keep()

    def keep(self) -> None:
        if self._ids and sum(map(len, self._ids)):
            self._shards.append(Embeddings(np.concatenate(self._ids), np.concatenate(self._vectors)))
        self._ids, self._vectors = [], []
        self._kept_at = time.monotonic()
