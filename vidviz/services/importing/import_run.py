"""Import: files -> videos, clips, posters, labels. Every file gets an answer; none ends the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from vidviz.config import DecodeLimits, worker_count
from vidviz.errors import MediaError, VidvizError
from vidviz.log.timing import timed
from vidviz.log.told_errors import sentence_of
from vidviz.records import JobItem
from vidviz.services.importing.file_importer import FileImporter
from vidviz.services.importing.found_files import Findings, find_files
from vidviz.services.importing.label_sources import TABLE_NAME, Labels, gather_labels
from vidviz.services.importing.upload_remains import discard_imported, discard_left
from vidviz.services.library.allowed_folders import AllowedFolders
from vidviz.services.library.source_files import intact_path
from vidviz.services.progress import Progress, ignore_progress
from vidviz.store import clips, job_rows, videos
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.store.files import remove_unfinished, sharing
from vidviz.types import Recipe
from vidviz.words import count_of
from vidviz.workspace_folder import WorkspaceFolder

SAID_REASONS = 3


@dataclass(frozen=True)
class ImportRequest:
    """What to import: `paths` of files and folders on this machine, cut by `recipe`.

    Without a recipe they are cut by the times of a label table that has some of them, else by windows of two seconds.

    `labels` is a label table (else each folder's own labels.csv, else folder names). With `keep` the workspace
    takes a copy of each video; otherwise it is read where it lies. `names` says what uploaded files are called, a table
    among them. `within` are the folders that may be read beside the workspace's uploads, links followed; None where a
    person of this machine asks, who may read what they may.
    """

    paths: tuple[str, ...]
    recipe: Recipe | None = None
    labels: str | None = None
    keep: bool = False
    names: dict[str, str] = field(default_factory=dict)
    within: tuple[str, ...] | None = None


@dataclass(frozen=True)
class ImportReport:
    """One item a file, in order, and notes on the whole."""

    items: tuple[JobItem, ...]
    notes: tuple[str, ...]

    def count(self, *statuses: str) -> int:
        """How many files ended in one of these statuses."""
        return sum(item.status in statuses for item in self.items)


class NothingImportedError(MediaError):
    """An import that brought nothing in: no file was found, or every one failed.

    Attributes:
        items: what became of each file.
    """

    def __init__(self, sentence: str, items: Sequence[JobItem]) -> None:
        super().__init__(sentence)
        self.items = items


def run_import_job(folder: WorkspaceFolder, job_id: int, arguments: dict[str, Any], progress: Progress) -> str:
    """Import as a job; returns what to tell about it.

    Raises:
        NothingImportedError: no file was found, or every one failed.
    """
    request = request_from_arguments(arguments)
    report = import_videos(folder, request, progress, job_id)
    if not report.count("ok", "partial", "duplicate"):
        raise NothingImportedError(_say_nothing(report), report.items)
    parts = [f"{report.count('ok', 'partial')} imported"]
    for status, words in (("partial", "of them partial"), ("duplicate", "duplicate"), ("failed", "failed")):
        if report.count(status):
            parts.append(f"{report.count(status)} {words}")
    return ". ".join([", ".join(parts), *(note.rstrip(".") for note in report.notes)]) + "."


def _say_nothing(report: ImportReport) -> str:
    """Why nothing came in, as a sentence."""
    if not report.items:
        return " ".join(("Nothing was imported: no file was found.", *report.notes))
    reasons = [(item.reason or "").rstrip(".") for item in report.items]
    told = "; ".join(reasons[:SAID_REASONS]) + (
        f"; and {len(reasons) - SAID_REASONS} more" * (len(reasons) > SAID_REASONS)
    )
    return " ".join((f"Nothing was imported, {count_of(len(reasons), 'file')} failed: {told}.", *report.notes))


def request_arguments(request: ImportRequest) -> dict[str, Any]:
    """The request as JSON data for a job."""
    return {**asdict(request), "recipe": request.recipe.key if request.recipe else ""}


def request_paths(
    paths: Iterable[str | Path], recipe: Recipe | None = None, labels: str | Path | None = None, *, keep: bool = False
) -> ImportRequest:
    """A request for paths on this machine, as a person types them."""
    whole = tuple(str(Path(path).expanduser().absolute()) for path in paths)
    return ImportRequest(whole, recipe, str(Path(labels).expanduser().absolute()) if labels else None, keep)


def request_from_arguments(arguments: dict[str, Any]) -> ImportRequest:
    """The request that `request_arguments` wrote."""
    return ImportRequest(
        tuple(arguments["paths"]),
        Recipe.from_key(arguments["recipe"]) if arguments["recipe"] else None,
        arguments["labels"],
        arguments["keep"],
        arguments["names"],
        None if arguments.get("within") is None else tuple(arguments["within"]),
    )


@timed
def import_videos(
    folder: WorkspaceFolder, request: ImportRequest, progress: Progress = ignore_progress, job_id: int | None = None
) -> ImportReport:
    """Import every file that the request names.

    Raises:
        LabelError: the label table that was asked for cannot be read.
        WorkspaceError: the workspace cannot be written (a full disk, say); what was stored before stays.
        NotAllowedError: a path lies outside of the folders that may be read.
        JobCancelledError: as `progress` asks.
    """
    allowed = AllowedFolders.of(None if request.within is None else (*request.within, folder.uploads))
    for path in (*request.paths, *([request.labels] if request.labels else [])):
        allowed.check(path)
    found = find_files(map(Path, request.paths), request.names)
    labels = gather_labels(request.labels, request.paths, request.names, allowed)
    recipe = request.recipe or labels.usual_recipe(found.files)
    importer = FileImporter(folder, recipe, keep=request.keep, labels=labels, limits=DecodeLimits(), allowed=allowed)
    items: list[JobItem] = []
    progress(0, len(found.files), "")
    discard_left(folder, request.paths, request.labels)
    with _tidied(folder), ThreadPoolExecutor(worker_count(), thread_name_prefix="import") as pool:
        try:
            for position, item in enumerate(pool.map(importer.import_file, found.files)):
                items.append(item)
                if job_id is not None:
                    with write_catalogue(folder) as db:
                        job_rows.add_job_item(db, job_id, position, item)
                progress(position + 1, len(found.files), item.name)
        finally:
            importer.stop()
            pool.shutdown(wait=True, cancel_futures=True)
    discard_imported(folder, request.paths, request.labels)
    return ImportReport(tuple(items), tuple(_notes(found, labels)))


def _tidied(folder: WorkspaceFolder) -> AbstractContextManager[None]:
    """Say that decoders are at work in this workspace; the first of several removes what killed ones left."""
    from vidviz.decode.atomic_write import remove_leftovers

    def tidy() -> None:
        remove_leftovers(folder.previews)
        remove_unfinished(folder.videos)

    return sharing(folder.import_lock, tidy)


def _notes(found: Findings, labels: Labels) -> Iterable[str]:
    for path in found.empty_folders:
        yield f"The folder {path.name!r} holds no videos."
    yield from found.unreadable
    left_out = [name for name in found.left_out if name != TABLE_NAME]
    if left_out:
        names = ", ".join(left_out[:5]) + (", ..." if len(left_out) > 5 else "")
        yield f"Left out by their ending: {len(left_out)} other files ({names})."
    yield from labels.tell()


def rebuild_previews(folder: WorkspaceFolder, progress: Progress = ignore_progress) -> ImportReport:
    """Make posters, strips and previews again from the videos, recipe by recipe.

    Whether a browser plays a file is looked at anew, so that a video that was imported by an older version gets a
    preview where it needs one.
    """
    from vidviz.decode.ingest import ingest_video
    from vidviz.decode.workers.worker import DecodeWorker

    with read_catalogue(folder) as db:
        known = videos.list_videos(db)
        recipes = list(clips.count_clips(db))
        work = [(video, key, cut) for key in recipes for video in known if (cut := clips.list_clips(db, key, video.id))]
    limits = DecodeLimits()
    items = []
    with _tidied(folder), DecodeWorker(limits) as worker:
        make = partial(worker.call, ingest_video, timeout_seconds=limits.wall_seconds)
        for done, (video, key, cut) in enumerate(work, 1):
            spans = [(clip.span.start_seconds, clip.span.end_seconds) for clip in cut]
            try:
                made = make(intact_path(folder, video), Recipe.from_key(key), folder.previews, limits, spans)
                if made.probe.browser_playable != video.probe.browser_playable:
                    with write_catalogue(folder) as db:
                        videos.note_playable(db, video.id, made.probe.browser_playable)
                items.append(JobItem(video.path, video.name, "ok", None, video.id, len(made.clip_ids)))
            except VidvizError as error:
                items.append(JobItem(video.path, video.name, "failed", sentence_of(error), video.id, 0))
            progress(done, len(work), video.name)
    return ImportReport(tuple(items), ())
