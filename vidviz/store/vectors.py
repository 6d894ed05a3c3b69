"""The vectors of one embedding set: numbered shards, each a file of clip ids beside float32 vectors.

A shard is written whole and renamed into place, so a crash loses at most the batch in flight. One process
writes a set at a time, held by a lock file; anybody may read meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np

from vidviz.errors import JobError, WorkspaceError
from vidviz.numbers.digests import short_digest
from vidviz.store.files import DAMAGED, explain_disk_errors, holding, is_sound, remove_unfinished, replace_file
from vidviz.types import Embeddings

Part = TypeVar("Part")
COMPACTED_MEANWHILE = 5


class VectorShards:
    """The shards in `folder`: `00000001.npz`, `00000002.npz`, ..."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def append(self, embeddings: Embeddings) -> None:
        """Add one shard; on disk for certain when this returns.

        Raises:
            WorkspaceError: the disk is full, or the folder cannot be written.
        """
        with explain_disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        last = max((int(path.stem) for path in self._shards()), default=0)
        ids = embeddings.ids.astype(np.int64)
        vectors = np.ascontiguousarray(embeddings.vectors, dtype=np.float32)
        with replace_file(self.folder / f"{last + 1:08d}.npz") as file:
            np.savez(file, ids=ids, vectors=vectors)

    def load(self) -> Embeddings:
        """All vectors, in the order they were written; a clip that was written twice counts once.

        Raises:
            WorkspaceError: a shard is damaged.
        """
        parts = self._read(_read_shard)
        if not parts:
            return Embeddings(np.empty(0, np.int64), np.empty((0, 0), np.float32))
        ids = np.concatenate([part.ids for part in parts])
        vectors = np.concatenate([part.vectors for part in parts])
        _, first = np.unique(ids, return_index=True)
        if len(first) < len(ids):
            keep = np.sort(first)
            ids, vectors = ids[keep], vectors[keep]
        return Embeddings(ids, vectors)

    @property
    def holds_any(self) -> bool:
        """Whether there is a shard at all."""
        return any(self.folder.glob("[0-9]*.npz"))

    def load_ids(self) -> np.ndarray:
        """The clip ids alone, (N,) int64."""
        parts = self._read(_read_ids)
        return np.unique(np.concatenate(parts)) if parts else np.empty(0, np.int64)

    def compact(self) -> None:
        """Put all shards into one. A crash in between leaves clips twice, which `load` counts once."""
        old = self._shards()
        if len(old) > 1:
            self.append(self.load())
            for path in old:
                path.unlink(missing_ok=True)

    def drop(self, clip_ids: np.ndarray) -> int:
        """Take the vectors of these clips out; returns how many there were.

        A crash in between leaves them, and the others twice, which `load` counts once.
        """
        held = self.load()
        kept = ~np.isin(held.ids, clip_ids)
        if not kept.all():
            self.replace(Embeddings(held.ids[kept], held.vectors[kept]))
        return int((~kept).sum())

    def replace(self, embeddings: Embeddings) -> None:
        """Put these vectors in the place of all others. A crash in between leaves the others, and new clips beside."""
        old = self._shards()
        self.append(embeddings)
        for path in old:
            path.unlink(missing_ok=True)

    @property
    def version(self) -> str:
        """Changes whenever a shard is added or replaced; equal versions mean equal content."""
        return short_digest("|".join(self._read(_describe_shard)))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to append.

        Raises:
            JobError: another process holds it.
        """
        with explain_disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        with holding(self.folder / "writer.lock", _refuse_second):
            remove_unfinished(self.folder)
            yield

    def _shards(self) -> list[Path]:
        return sorted(self.folder.glob("[0-9]*.npz"))

    def _read(self, read: Callable[[Path], Part]) -> list[Part]:
        """Read every shard; where the writer has just put some into one, look again."""
        for _ in range(COMPACTED_MEANWHILE):
            try:
                return [read(path) for path in self._shards()]
            except FileNotFoundError:
                continue
        raise WorkspaceError(f"The vectors in {str(self.folder)!r} vanish while they are read.")


def _refuse_second(holder: str) -> JobError:
    return JobError(f"These clips are being embedded already, by process {holder}. Wait for it, or cancel its job.")


def _read_shard(path: Path) -> Embeddings:
    with _told(path), np.load(path, allow_pickle=False) as shard:
        return Embeddings(shard["ids"], shard["vectors"])


def _describe_shard(path: Path) -> str:
    found = path.stat()
    return f"{path.name}:{found.st_size}:{found.st_mtime_ns}"


def _read_ids(path: Path) -> np.ndarray:
    with _told(path), np.load(path, allow_pickle=False) as shard:
        return np.asarray(shard["ids"])


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell a damaged shard, and one that there is no memory for; one that has just gone is for the caller."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (*DAMAGED, MemoryError) as error:
        where = f"{path.name!r} of {str(path.parent)!r}"
        if isinstance(error, MemoryError) and is_sound(path):
            size_mb = path.stat().st_size / 1e6
            raise WorkspaceError(
                f"There is too little memory for the vectors in {where} ({size_mb:.0f} MB). Close other programs, or "
                "raise the limit of this one."
            ) from error
        raise WorkspaceError(
            f"The vectors in {where} are damaged. Delete that file and embed again: only its clips are computed anew."
        ) from error
