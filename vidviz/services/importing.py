"""Import: files -> videos, clips, posters, labels. Every file gets an answer; none ends the others."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from vidviz.config import DecodeLimits, worker_count
from vidviz.errors import MediaError, VidvizError
from vidviz.services.finding import Findings, FoundFile, find_files
from vidviz.services.labels import TABLE_NAME, LabelTable, folder_label, read_label_table, say_unknown
from vidviz.services.progress import Progress, ignore_progress
from vidviz.store import clips, jobs, videos
from vidviz.store.files import explain_disk_errors
from vidviz.store.jobs import JobItem
from vidviz.store.workspace import WorkspaceFolder
from vidviz.types import Recipe

KEPT_ENDINGS = frozenset({".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".ogv", ".flv", ".gif", ".ts", ".h264"})
"""Endings that a kept video keeps, for whoever goes by them; any other name is made of the content alone."""


@dataclass(frozen=True)
class ImportRequest:
    """What to import: `paths` of files and folders on this machine, cut by `recipe`.

    `labels` is a label table (else each folder's own labels.csv, else folder names). With `keep` the workspace
    takes a copy of each video; otherwise it is read where it lies. `names` says what uploaded files are called.
    """

    paths: tuple[str, ...]
    recipe: Recipe = field(default_factory=Recipe)
    labels: str | None = None
    keep: bool = False
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportReport:
    """One item a file, in order, and notes on the whole."""

    items: tuple[JobItem, ...]
    notes: tuple[str, ...]

    def count(self, *statuses: str) -> int:
        """How many files ended in one of these statuses."""
        return sum(item.status in statuses for item in self.items)


def run_import_job(folder: WorkspaceFolder, job_id: int, arguments: dict[str, Any], progress: Progress) -> str:
    """Import as a job; returns what to tell about it."""
    request = request_from_arguments(arguments)
    report = import_videos(folder, request, progress, job_id)
    parts = [f"{report.count('ok', 'partial')} imported"]
    parts += [
        f"{report.count(status)} {status}" for status in ("partial", "duplicate", "failed") if report.count(status)
    ]
    return ". ".join([", ".join(parts), *(note.rstrip(".") for note in report.notes)]) + "."


def request_arguments(request: ImportRequest) -> dict[str, Any]:
    """The request as JSON data for a job."""
    return {**asdict(request), "recipe": request.recipe.key}


def request_paths(paths: Sequence[str], recipe: Recipe, labels: str | None = None) -> ImportRequest:
    """A request for paths on this machine, as a person types them."""
    whole = tuple(str(Path(path).expanduser().absolute()) for path in paths)
    return ImportRequest(whole, recipe, str(Path(labels).expanduser().absolute()) if labels else None)


def request_from_arguments(arguments: dict[str, Any]) -> ImportRequest:
    """The request that `request_arguments` wrote."""
    return ImportRequest(
        tuple(arguments["paths"]),
        Recipe.from_key(arguments["recipe"]),
        arguments["labels"],
        arguments["keep"],
        arguments["names"],
    )


def import_videos(
    folder: WorkspaceFolder, request: ImportRequest, progress: Progress = ignore_progress, job_id: int | None = None
) -> ImportReport:
    """Import every file that the request names.

    Raises:
        LabelError: the label table that was asked for cannot be read.
        WorkspaceError: the workspace cannot be written (a full disk, say); what was stored before stays.
        JobCancelledError: as `progress` asks.
    """
    found = find_files(map(Path, request.paths), request.names)
    tables = _read_tables(request)
    importer = _Importer(folder, request, tables, DecodeLimits())
    items: list[JobItem] = []
    progress(0, len(found.files), "")
    with ThreadPoolExecutor(worker_count(), thread_name_prefix="import") as pool:
        try:
            for position, item in enumerate(pool.map(importer.import_file, found.files)):
                items.append(item)
                if job_id is not None:
                    with folder.catalogue.write() as db:
                        jobs.add_job_item(db, job_id, position, item)
                progress(position + 1, len(found.files), item.name)
        finally:
            importer.stop()
            pool.shutdown(wait=True, cancel_futures=True)
    return ImportReport(tuple(items), tuple(_notes(found, tables)))


def _read_tables(request: ImportRequest) -> list[LabelTable]:
    if request.labels:
        return [read_label_table(Path(request.labels))]
    beside = [Path(path) / TABLE_NAME for path in request.paths if Path(path).is_dir()]
    return [read_label_table(path) for path in beside if path.is_file()]


def _notes(found: Findings, tables: Sequence[LabelTable]) -> Iterable[str]:
    for path in found.empty_folders:
        yield f"The folder {path.name!r} holds no videos."
    if found.left_out:
        names = ", ".join(found.left_out[:5]) + (", ..." if len(found.left_out) > 5 else "")
        yield f"Left out by their ending: {len(found.left_out)} other files ({names})."
    for table in tables:
        yield from say_unknown(table)


class _Importer:
    """Imports files on several threads, each with a decoder process of its own."""

    def __init__(
        self, folder: WorkspaceFolder, request: ImportRequest, tables: Sequence[LabelTable], limits: DecodeLimits
    ) -> None:
        self.folder = folder
        self.request = request
        self.tables = tables
        self.limits = limits
        self._threads = threading.local()
        self._workers: list[Any] = []
        self._in_hand: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._stopped = False

    def import_file(self, found: FoundFile) -> JobItem:
        """Import one file; what is wrong with it becomes the item's reason."""
        try:
            item = self._import(found)
        except MediaError as error:
            item = JobItem(str(found.path), found.name, "failed", _call_by_name(str(error), found), None, 0)
        self._record(found.path, item)
        return item

    def stop(self) -> None:
        """Let no further file begin, and end the decoders."""
        self._stopped = True
        for worker in self._workers:
            worker.close()

    def _import(self, found: FoundFile) -> JobItem:
        from vidviz.decode.probe import hash_file

        if self._stopped:
            raise MediaError("The import was stopped before this file.")
        video_id = hash_file(found.path)
        with self._guard:
            turn = self._in_hand.setdefault(video_id, threading.Lock())
        with turn:
            return self._known(found, video_id) or self._new(found, video_id)

    def _known(self, found: FoundFile, video_id: str) -> JobItem | None:
        """The answer for a file whose content the library has, cut by this recipe."""
        with self.folder.catalogue.read() as db:
            video = videos.find_video(db, video_id)
            known_clips = clips.list_clips(db, self.request.recipe.key, video_id)
        if video is None or not known_clips:
            return None
        path = str(found.path.resolve())
        if not Path(video.path).is_file():
            with self.folder.catalogue.write() as db:
                videos.move_video(db, video_id, path, kept=False)
        self._label(video_id, found, explicit_only=True)
        reason = (
            "It is in the library already."
            if video.path == path or video.name == found.name
            else f"The same content is in the library already, as {video.name!r}."
        )
        return JobItem(str(found.path), found.name, "duplicate", reason, video_id, len(known_clips))

    def _new(self, found: FoundFile, video_id: str) -> JobItem:
        from vidviz.decode.ingest import ingest_video

        ingested = self._worker().call(
            ingest_video,
            found.path.resolve(),
            self.request.recipe,
            self.folder.previews,
            self.limits,
            timeout_seconds=self.limits.wall_seconds,
        )
        path = self._keep(found.path, video_id) if self.request.keep else found.path.resolve()
        video = videos.Video(
            video_id, found.name, str(path), self.request.keep, path.stat().st_size, ingested.probe, ingested.loss
        )
        rows = [
            clips.Clip(number, video_id, self.request.recipe.key, span)
            for number, span in zip(ingested.clip_ids, ingested.spans, strict=True)
        ]
        with self.folder.catalogue.write() as db:
            videos.add_video(db, video)
            clips.add_clips(db, rows)
        self._label(video_id, found, explicit_only=False)
        loss = _call_by_name(ingested.loss, found) if ingested.loss else None
        return JobItem(str(found.path), found.name, "partial" if loss else "ok", loss, video_id, len(rows))

    def _label(self, video_id: str, found: FoundFile, *, explicit_only: bool) -> None:
        labels: dict[str, str] = {}
        if not explicit_only and not self.request.labels:
            labels.update(folder_label(found.shown))
        with self._guard:
            for table in self.tables:
                labels.update(table.find(found.shown))
        if labels:
            with self.folder.catalogue.write() as db:
                videos.set_labels(db, video_id, labels)

    def _keep(self, path: Path, video_id: str) -> Path:
        """Copy a video into the workspace under its content's name; the given name is never a path."""
        ending = path.suffix.lower() if path.suffix.lower() in KEPT_ENDINGS else ""
        kept = self.folder.videos / f"{video_id}{ending}"
        if not kept.exists():
            arriving = self.folder.videos / f".{video_id}.arriving"
            with explain_disk_errors(kept):
                shutil.copyfile(path, arriving)
                arriving.replace(kept)
        return kept

    def _record(self, path: Path, item: JobItem) -> None:
        try:
            size = path.stat().st_size
        except OSError:
            size = 0
        source = videos.Source(str(path.resolve()), item.name, item.status, item.reason, item.video_id, size)
        with self.folder.catalogue.write() as db:
            videos.record_source(db, source)

    def _worker(self) -> Any:
        from vidviz.decode.worker import DecodeWorker

        if not hasattr(self._threads, "worker"):
            self._threads.worker = DecodeWorker(self.limits)
            with self._guard:
                self._workers.append(self._threads.worker)
        return self._threads.worker


def _call_by_name(sentence: str, found: FoundFile) -> str:
    """A sentence about a file as a person calls it: an upload lies under another name."""
    from vidviz.decode.naming import file_label

    return sentence.replace(file_label(found.path), file_label(found.name))


def rebuild_previews(folder: WorkspaceFolder, progress: Progress = ignore_progress) -> ImportReport:
    """Make posters, strips and previews again from the videos, recipe by recipe."""
    from vidviz.decode.ingest import ingest_video
    from vidviz.decode.worker import DecodeWorker

    with folder.catalogue.read() as db:
        known = videos.list_videos(db)
        recipes = list(clips.count_clips(db))
        work = [(video, key) for key in recipes for video in known if clips.list_clips(db, key, video.id)]
    limits = DecodeLimits()
    items = []
    with DecodeWorker(limits) as worker:
        make = partial(worker.call, ingest_video, timeout_seconds=limits.wall_seconds)
        for done, (video, key) in enumerate(work, 1):
            try:
                made = make(Path(video.path), Recipe.from_key(key), folder.previews, limits)
                items.append(JobItem(video.path, video.name, "ok", None, video.id, len(made.clip_ids)))
            except VidvizError as error:
                items.append(JobItem(video.path, video.name, "failed", str(error), video.id, 0))
            progress(done, len(work), video.name)
    return ImportReport(tuple(items), ())
