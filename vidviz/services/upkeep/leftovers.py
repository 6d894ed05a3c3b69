"""Sweeping: the files that nothing in the catalogue names any more go, and with them what could be taken back."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from vidviz.config import milvus_settings
from vidviz.errors import JobError, SearchIndexError
from vidviz.index_design import default_design
from vidviz.log.timing import timed
from vidviz.numbers.metrics import SEARCH_METRICS
from vidviz.records import EmbeddingSet, Removal
from vidviz.services.importing.upload_remains import discard_left
from vidviz.services.index import set_index
from vidviz.services.library import embedding_sets
from vidviz.store import clips, job_rows, videos
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.store.files import holding
from vidviz.store.recovery import removals
from vidviz.store.vectors import VectorShards
from vidviz.workspace_folder import WorkspaceFolder

KEPT_DAYS = 7.0
"""For so long can a removal be taken back, unless somebody sweeps sooner."""
DAY_SECONDS = 86400.0


@dataclass
class Swept:
    """What a sweep freed, or would free: removals given up, numbers and bytes by kind, and what stays and why."""

    dry_run: bool = False
    removals: list[Removal] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    num_bytes: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)

    def count(self, kind: str, number: int, num_bytes: int) -> None:
        """Add to what was freed."""
        self.counts[kind] = self.counts.get(kind, 0) + number
        self.num_bytes[kind] = self.num_bytes.get(kind, 0) + num_bytes

    def take(self, kind: str, paths: Iterable[Path]) -> None:
        """Count files, and delete them unless nothing is to be changed."""
        for path in paths:
            if path.is_file():
                self.count(kind, 1, path.stat().st_size)
                if not self.dry_run:
                    path.unlink(missing_ok=True)

    @contextmanager
    def alone(self, lock: Path, what: str) -> Iterator[bool]:
        """Hold a lock while files go; False, and told, where somebody is at work on them."""
        try:
            with holding(lock, lambda holder: JobError(f"{what} are in use by process {holder}, and stay.")):
                yield True
        except JobError as error:
            self.left.append(str(error))
            yield False


@timed
def sweep(folder: WorkspaceFolder, *, keep_days: float = KEPT_DAYS, dry_run: bool = False) -> Swept:
    """Give up removals older than `keep_days`, and delete what nothing in the catalogue names.

    What somebody is just at work on is left, and told. Interrupted at any moment, the next sweep does the rest.

    Raises:
        WorkspaceError: the workspace takes no changes.
    """
    swept = Swept(dry_run)
    before = time.time() - keep_days * DAY_SECONDS
    with read_catalogue(folder) as db:
        old = [removal for removal in removals.list_removals(db) if removal.removed_at <= before]
    swept.removals = [removal for removal in old if dry_run or _drop_collections(folder, removal, swept)]
    given_up = [removal.id for removal in swept.removals]
    if given_up and not dry_run:
        with write_catalogue(folder) as db:
            removals.forget_removals(db, given_up)
    named = _read_named(folder, given_up)
    _sweep_vectors(folder, swept, named)
    _sweep_pictures(folder, swept, named)
    _sweep_history(folder, swept)
    return swept


@dataclass(frozen=True)
class _Named:
    """What the catalogue names, and what it could name again when something is taken back."""

    sets: dict[str, EmbeddingSet]
    removed_sets: set[str]
    clip_ids: set[int]
    removed_clips: set[int]
    video_ids: set[str]
    kept_paths: set[str]


def _read_named(folder: WorkspaceFolder, given_up: list[int]) -> _Named:
    with read_catalogue(folder) as db:
        every = videos.list_videos(db)
        removed_videos = [row for row in removals.list_removed(db, "video", given_up) if row["kept"]]
        return _Named(
            {found.key: found for found in embedding_sets.list_sets(folder)},
            {row["key"] for row in removals.list_removed(db, "embedding_set", given_up)},
            set(clips.list_ids(db)),
            {row["id"] for row in removals.list_removed(db, "clip", given_up)},
            {video.id for video in every} | {row["id"] for row in removals.list_removed(db, "video", given_up)},
            {video.path for video in every if video.kept} | {row["path"] for row in removed_videos},
        )


def _drop_collections(folder: WorkspaceFolder, removal: Removal, swept: Swept) -> bool:
    """Drop the collections of sets that went with a removal; False where Milvus cannot be had now."""
    with read_catalogue(folder) as db:
        known = {found.key for found in embedding_sets.list_sets(folder)}
        gone = [found for found in removals.list_removed_sets(db, removal.id) if found.key not in known]
    try:
        for found in gone:
            for metric in SEARCH_METRICS:
                design = default_design(milvus_settings().lite, metric)
                set_index.open_collection(folder, found, design).drop()
    except SearchIndexError as error:
        swept.left.append(f"{removal.title} stays until the next sweep, as its index cannot be dropped now: {error}")
        return False
    return True


def _sweep_vectors(folder: WorkspaceFolder, swept: Swept, named: _Named) -> None:
    """Vectors and maps of sets that are gone, and of clips that are gone from sets that are not."""
    for place in sorted(folder.vectors("x").parent.glob("*")):
        if place.name in named.sets:
            _drop_gone(folder, place, swept, named)
        elif place.name not in named.removed_sets:
            with swept.alone(place / "writer.lock", f"The vectors of {place.name}") as free:
                if free:
                    swept.take("vectors", place.glob("*.npz"))
                    if not swept.dry_run:
                        shutil.rmtree(place, ignore_errors=True)
    alive = named.sets.keys() | named.removed_sets
    swept.take("maps", [path for path in folder.maps.glob("*-*.npz") if path.name.split("-")[0] not in alive])


def _drop_gone(folder: WorkspaceFolder, place: Path, swept: Swept, named: _Named) -> None:
    """Take the vectors of clips that nobody can bring back out of a set that stays."""
    with read_catalogue(folder) as db:
        gone = set(clips.list_gone(db, place.name)) - named.removed_clips
    shards = VectorShards(place)
    there = [number for number in shards.load_ids().tolist() if number in gone] if gone else []
    if not there:
        return
    with swept.alone(place / "writer.lock", f"The vectors of {place.name}") as free:
        if free:
            size = 4 * named.sets[place.name].dimension + 8
            swept.count("vectors of removed clips", len(there), size * len(there))
            if not swept.dry_run:
                shards.drop(np.array(there, np.int64))


def _sweep_pictures(folder: WorkspaceFolder, swept: Swept, named: _Named) -> None:
    """Posters, strips and previews, and copies of videos that the workspace holds."""
    ids = {str(number) for number in named.clip_ids | named.removed_clips}
    with swept.alone(folder.import_lock, "Pictures and kept videos") as free:
        if not free:
            return
        pictures = [*folder.previews.glob("*.poster.webp"), *folder.previews.glob("*.strip.webp")]
        swept.take("pictures", [path for path in pictures if path.name.split(".")[0] not in ids])
        swept.take("previews", [path for path in folder.previews.glob("*.mp4") if path.stem not in named.video_ids])
        kept = {Path(path).name for path in named.kept_paths}
        swept.take("videos", [path for path in folder.videos.glob("[0-9a-f]*") if path.name not in kept])


def _sweep_history(folder: WorkspaceFolder, swept: Swept) -> None:
    """Uploads of imports that ended early, and what jobs printed that are gone."""
    if not swept.dry_run:
        discard_left(folder, (), None)
    with read_catalogue(folder) as db:
        jobs = {str(job.id) for job in job_rows.list_jobs(db, limit=None)}
    swept.take("logs of jobs", [path for path in folder.jobs.glob("*.log") if path.stem not in jobs])
