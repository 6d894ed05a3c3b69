"""The loop of embedding: clips read ahead, computed in batches, kept every few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from vidviz.records import Clip
from vidviz.services.library.source_files import intact_path
from vidviz.services.progress import Progress
from vidviz.store import videos
from vidviz.store.catalogue import read_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings, FrameSpec
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    from vidviz.embed.embedder import Embedder
    from vidviz.services.backbones.clip_reader import ReadClip

KEEP_EVERY_SECONDS = 2.0
"""A crash loses at most what was computed in this time."""


@contextmanager
def reading(folder: WorkspaceFolder, frames: FrameSpec, todo: Sequence[Clip]) -> Iterator[Iterator[ReadClip]]:
    """The frames of the clips, read ahead; those of a video that has changed are answered with a reason."""
    from vidviz.services.backbones.clip_reader import ReadAhead

    with read_catalogue(folder) as db:
        found = {video.id: video for video in videos.list_videos(db)}
    with closing(ReadAhead(todo, found, frames, locate=partial(intact_path, folder))) as reader:
        yield reader


def embed_all(
    embedder: Embedder,
    reader: Iterator[ReadClip],
    shards: VectorShards,
    progress: Progress,
    known: int,
    total: int,
    on_kept: Callable[[], None],
) -> dict[int, str]:
    """Embed what the reader gives and keep it; clip id -> reason, for the clips that failed.

    `on_kept` is called each time that some are kept.
    """
    failed: dict[int, str] = {}
    done = known
    keeper = _Keeper(shards, on_kept)
    progress(done, total, "reading")
    try:
        for batch in _batch(reader, embedder):
            read = [item for item in batch if item.frames is not None]
            failed.update({item.clip.id: item.reason for item in batch if item.frames is None})
            if read:
                vectors, unusable = embedder.embed_views([item.frames for item in read if item.frames is not None])
                ids = np.array([item.clip.id for item in read], np.int64)
                failed.update({int(ids[place]): reason for place, reason in unusable.items()})
                good = [place for place in range(len(ids)) if place not in unusable]
                keeper.add(ids[good], vectors[good])
            done += len(batch)
            progress(done, total, "clips")
    finally:
        keeper.keep()
    return failed


def _batch(reader: Iterable[ReadClip], embedder: Embedder) -> Iterator[list[ReadClip]]:
    """So many clips that their views fill a batch of the network's."""
    full = embedder.batch_size * embedder.loaded.backbone.frames.num_frames
    batch: list[ReadClip] = []
    num_frames = 0
    for item in reader:
        batch.append(item)
        num_frames += 0 if item.frames is None else len(item.frames)
        if num_frames >= full or len(batch) >= embedder.batch_size:
            yield batch
            batch, num_frames = [], 0
    if batch:
        yield batch


class _Keeper:
    """Gathers batches and writes them as one shard every few seconds."""

    def __init__(self, shards: VectorShards, on_kept: Callable[[], None]) -> None:
        self._shards = shards
        self._on_kept = on_kept
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
            self._on_kept()
        self._ids, self._vectors = [], []
        self._kept_at = time.monotonic()
