"""Embed: clips -> vectors of an embedding set, kept as they come, so that a rerun goes on where one stopped."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.errors import VidvizError, WorkspaceError
from vidviz.services.progress import Progress, ignore_progress
from vidviz.store import clips, sets, videos
from vidviz.store.clips import Clip
from vidviz.store.vectors import VectorShards
from vidviz.store.workspace import WorkspaceFolder
from vidviz.types import Embeddings, EmbeddingSetSpec, FrameSpec

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
    from vidviz.services import indexing

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


def choose_recipe(folder: WorkspaceFolder, recipe_key: str) -> str:
    """The recipe that was asked for, else the one with most clips.

    Raises:
        WorkspaceError: there are no clips, or none of that recipe.
    """
    counts = count_recipes(folder)
    if not counts:
        raise WorkspaceError("There are no clips yet. Import videos first: `vidviz import PATH`.")
    if recipe_key and recipe_key not in counts:
        raise WorkspaceError(f"No clips are cut by {recipe_key!r}. There are clips by: {', '.join(counts)}.")
    return recipe_key or next(iter(counts))


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
        embedder = _load_embedder(spec, request)
        with folder.catalogue.write() as db:
            sets.add_set(db, sets.EmbeddingSet(spec, embedder.dimension, embedder.loaded.precision))
            sets.forget_failures(db, spec.key)
        failed = _embed_all(folder, embedder, todo, shards, progress, known)
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
    recipe_key = choose_recipe(folder, request.recipe_key)
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


def _embed_all(
    folder: WorkspaceFolder,
    embedder: Embedder,
    todo: Sequence[Clip],
    shards: VectorShards,
    progress: Progress,
    known: int,
) -> dict[int, str]:
    from vidviz.services.reading import read_ahead

    if not todo:
        return {}
    with folder.catalogue.read() as db:
        paths = {video.id: Path(video.path) for video in videos.list_videos(db)}
    failed: dict[int, str] = {}
    done, total = known, known + len(todo)
    reader = read_ahead(todo, paths, embedder.loaded.backbone.frames)
    keeper = _Keeper(shards)
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
        reader.close()
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


def list_sets(folder: WorkspaceFolder) -> list[sets.EmbeddingSet]:
    """All embedding sets, newest first."""
    with folder.catalogue.read() as db:
        return sets.list_sets(db)


@dataclass(frozen=True)
class DescribedSet:
    """A set with how much of its recipe it covers."""

    found: sets.EmbeddingSet
    clips: int
    embedded: int
    failed: int
    reason: str


def describe_sets(folder: WorkspaceFolder) -> list[DescribedSet]:
    """All sets with what they cover, newest first."""
    with folder.catalogue.read() as db:
        counts = clips.count_clips(db)
        every = [(found, sets.list_failures(db, found.key)) for found in sets.list_sets(db)]
    return [
        DescribedSet(
            found,
            counts.get(found.spec.recipe_key, 0),
            len(folder.vectors(found.key).load_ids()),
            len(failures),
            next(iter(failures.values()), ""),
        )
        for found, failures in every
    ]


def count_recipes(folder: WorkspaceFolder) -> dict[str, int]:
    """How many clips each recipe has, the recipe with most of them first."""
    with folder.catalogue.read() as db:
        return clips.count_clips(db)


def find_set(folder: WorkspaceFolder, key: str = "") -> sets.EmbeddingSet:
    """The set with this key, or one whose key starts with it, or whose backbone it names; else the newest.

    Raises:
        WorkspaceError: there is none.
    """
    every = list_sets(folder)
    named = [found for found in every if found.key.startswith(key)]
    named += [found for found in every if found.spec.backbone == key]
    if named:
        return named[0]
    if not every:
        raise WorkspaceError("Nothing is embedded yet. Run `vidviz embed --backbone r3d_18`.")
    known = ", ".join(f"{found.key} ({found.spec.title})" for found in every[:5])
    raise WorkspaceError(f"There is no embedding set {key!r}. There are: {known}.")


def load_embeddings(folder: WorkspaceFolder, set_key: str) -> Embeddings:
    """The vectors of a set beside their clip ids, by clip id. The arrays are shared: they cannot be written to."""
    found = find_set(folder, set_key)
    return _load(folder.path, found.key, found.dimension, folder.vectors(found.key).version)


@lru_cache(maxsize=4)
def _load(path: Path, set_key: str, dimension: int, version: str) -> Embeddings:
    stored = WorkspaceFolder(path).vectors(set_key).load()
    order = np.argsort(stored.ids)
    ids, vectors = stored.ids[order], stored.vectors[order].reshape(-1, dimension)
    ids.flags.writeable = vectors.flags.writeable = False
    return Embeddings(ids, vectors)


def frame_spec(set_spec: EmbeddingSetSpec) -> FrameSpec:
    """Which frames of a clip the set's backbone sees."""
    from vidviz.embed.backbones import find_backbone

    return find_backbone(set_spec.backbone).frames
