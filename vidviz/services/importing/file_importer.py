"""One file -> a video with its clips, posters and labels, all of it in the library or nothing."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidviz.errors import MediaError, NotAllowedError
from vidviz.log.timing import timed
from vidviz.log.told_errors import sentence_of
from vidviz.records import Clip, JobItem, Source, Video
from vidviz.services.importing.found_files import FoundFile
from vidviz.services.importing.label_segments import Segment, join_labels
from vidviz.services.importing.label_sources import Labels
from vidviz.services.importing.video_places import find_displaced, find_place, say_meanwhile
from vidviz.services.library.allowed_folders import AllowedFolders
from vidviz.services.library.source_files import as_text, file_state, whole_path
from vidviz.store import clip_labels, clips, videos
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.types import Recipe, clip_id
from vidviz.workspace_folder import WorkspaceFolder

logger = logging.getLogger(__name__)

if TYPE_CHECKING:
    from vidviz.config import DecodeLimits
    from vidviz.decode.ingest import IngestedVideo


class FileImporter:
    """Imports files on several threads, each with a decoder process of its own.

    Args:
        folder: the workspace.
        recipe: how videos are cut.
        keep: whether the workspace takes a copy of each video.
        labels: what the files are labelled.
        limits: of the decoders.
        allowed: where files may lie, links followed.
    """

    def __init__(
        self,
        folder: WorkspaceFolder,
        recipe: Recipe,
        *,
        keep: bool,
        labels: Labels,
        limits: DecodeLimits,
        allowed: AllowedFolders,
    ) -> None:
        self._folder = folder
        self._recipe = recipe
        self._keep = keep
        self._labels = labels
        self._limits = limits
        self._allowed = allowed
        self._threads = threading.local()
        self._workers: list[Any] = []
        self._in_hand: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._stopped = False

    @timed
    def import_file(self, found: FoundFile) -> JobItem:
        """Import one file; what is wrong with it becomes the item's reason.

        Raises:
            WorkspaceError: the workspace cannot be written.
        """
        try:
            return self._import(found)
        except (MediaError, NotAllowedError) as error:
            reason = _call_by_name(sentence_of(error), found)
        except OSError as error:
            logger.info("%s cannot be read", found.name, exc_info=True)
            reason = f"{found.name} cannot be read ({error.strerror or error}); it may have gone while it was imported."
        item = _item(found, "failed", None, 0, reason)
        if not self._stopped:  # a decoder that we ended ourselves says nothing of the file
            with write_catalogue(self._folder) as db:
                videos.record_source(db, _source(found, item))
        return item

    def stop(self) -> None:
        """Let no further file begin, and end the decoders."""
        self._stopped = True
        with self._guard:
            for worker in self._workers:
                worker.close()

    def _import(self, found: FoundFile) -> JobItem:
        if self._stopped:
            raise MediaError(f"The import was stopped before {found.name}.")
        self._allowed.check(found.path)
        state, video_id = self._read(found)
        _refuse_unspeakable(found.path)
        with self._guard:
            turn = self._in_hand.setdefault(video_id, threading.Lock())
        with turn:
            return self._known(found, state, video_id) or self._new(found, state, video_id)

    def _known(self, found: FoundFile, state: str, video_id: str) -> JobItem | None:
        """The answer for a file whose content the library has, cut by this recipe."""
        with read_catalogue(self._folder) as db:
            video = videos.find_video(db, video_id)
            num_clips = len(clips.list_clips(db, self._recipe.key, video_id))
        timed = self._segments_of(found)
        if video is None or not num_clips or self._lacks_segments(video, timed):
            return None
        same = video.name == found.name or video.path == whole_path(found.path)
        reason = "It is in the library already."
        if not same:
            reason = f"The same content is in the library already, as {video.name!r}."
        place = find_place(self._folder, found, video_id, state, video, keep=self._keep)
        displaced = find_displaced(self._folder, found, video_id)
        item = _item(found, "duplicate", video_id, num_clips, _join(reason, displaced.sentence))
        labels = self._clip_labels(found, video_id, video.probe.duration_seconds)
        with write_catalogue(self._folder) as db:
            videos.move_video(db, video_id, place.path, kept=place.kept, file_state=place.state)
            videos.displace_videos(db, displaced.elsewhere, video_id)
            videos.set_labels(db, video_id, {} if timed else self._labels.from_tables(found))
            self._labels.told.kept += [found.name] * clip_labels.add_clip_labels(db, labels)
            videos.record_source(db, _source(found, item))
        return item

    def _new(self, found: FoundFile, state: str, video_id: str) -> JobItem:
        ingested = self._ingest(found)
        if ingested.video_id != video_id:
            raise MediaError(say_meanwhile(found.name))
        with read_catalogue(self._folder) as db:
            known = videos.find_video(db, video_id)
        place = find_place(self._folder, found, video_id, state, known, keep=self._keep)
        size = int(state.partition(" ")[0])
        video = Video(video_id, found.name, place.path, place.kept, size, ingested.probe, ingested.loss)
        rows = [
            Clip(number, video_id, self._recipe.key, span)
            for number, span in zip(ingested.clip_ids, ingested.spans, strict=True)
        ]
        told = " ".join(filter(None, (ingested.loss, ingested.note)))
        told = _call_by_name(told, found) if told else ""
        displaced = find_displaced(self._folder, found, video_id)
        status = "partial" if ingested.loss else "ok"
        item = _item(found, status, video_id, len(rows), _join(told, displaced.sentence) or None)
        labels = self._clip_labels(found, video_id, ingested.probe.duration_seconds)
        with write_catalogue(self._folder) as db:
            videos.add_video(db, video)
            videos.move_video(db, video_id, place.path, kept=place.kept, file_state=place.state)
            videos.displace_videos(db, displaced.elsewhere, video_id)
            clips.add_clips(db, rows)
            videos.set_labels(db, video_id, self._labels.from_folder(found) if labels else self._labels.of(found))
            self._labels.told.kept += [found.name] * clip_labels.add_clip_labels(db, labels)
            videos.record_source(db, _source(found, item))
        return item

    def _read(self, found: FoundFile) -> tuple[str, str]:
        """The state of a file, and the SHA-256 of the content that it has in that state or a later one."""
        from vidviz.decode.probe import hash_file

        try:
            state = file_state(found.path)
        except (OSError, ValueError):  # told by whoever opens it
            state = ""
        return state, hash_file(found.path)

    def _ingest(self, found: FoundFile) -> IngestedVideo:
        from vidviz.decode.ingest import ingest_video

        path, previews, limits = Path(whole_path(found.path)), self._folder.previews, self._limits
        ingested: IngestedVideo = self._worker().call(
            ingest_video,
            path,
            self._recipe,
            previews,
            limits,
            [segment.span for segment in self._segments_of(found)],
            timeout_seconds=limits.wall_seconds,
        )
        return ingested

    def _segments_of(self, found: FoundFile) -> list[Segment]:
        """What a file is cut into, where the recipe goes by the times of a table."""
        return self._labels.segments_of(found) if self._recipe.cut == "segments" else []

    def _place(self, video_id: str, seconds: float, segments: list[Segment]) -> list[int | None]:
        """The clip of each segment, None where it lies after the end of the video."""
        from vidviz.decode.cut import place_segments

        spans = place_segments(seconds, [segment.span for segment in segments])
        return [clip_id(video_id, span, self._recipe.key) if span else None for span in spans]

    def _lacks_segments(self, video: Video, segments: list[Segment]) -> bool:
        """Whether a known video has not been cut into all of these yet."""
        wanted = set(self._place(video.id, video.probe.duration_seconds, segments)) - {None}
        with read_catalogue(self._folder) as db:
            return not wanted <= {clip.id for clip in clips.list_clips(db, self._recipe.key, video.id)}

    def _clip_labels(self, found: FoundFile, video_id: str, seconds: float) -> dict[int, Mapping[str, str]]:
        """What the clips of segments are called, by id; what of them cannot be taken is told at the end."""
        segments = self._segments_of(found)
        numbers = self._place(video_id, seconds, segments)
        self._labels.told.late += [found.name] * numbers.count(None)
        if not segments and self._recipe.cut == "segments":
            self._labels.told.untimed.append(found.name)
        several: dict[int, list[Mapping[str, str]]] = {}
        for number, segment in zip(numbers, segments, strict=True):
            if number is not None:
                several.setdefault(number, []).append(segment.labels)
        return {number: join_labels(labels) for number, labels in several.items()}

    def _worker(self) -> Any:
        from vidviz.decode.workers.worker import DecodeWorker

        if not hasattr(self._threads, "worker"):
            with self._guard:
                self._threads.worker = DecodeWorker(self._limits)
                self._workers.append(self._threads.worker)
                if self._stopped:
                    self._threads.worker.close()
        return self._threads.worker


def _refuse_unspeakable(path: Path) -> None:
    """The catalogue and all answers are text; a path that is none could be neither stored nor named.

    Raises:
        MediaError: the path is not text.
    """
    from vidviz.decode.file_names import file_label

    real = os.path.realpath(path)
    if as_text(real) != real:
        raise MediaError(f"{file_label(path)} has a path that is not valid UTF-8; rename the file or its folder.")


def _join(*sentences: str | None) -> str:
    return " ".join(filter(None, sentences))


def _item(found: FoundFile, status: str, video_id: str | None, num_clips: int, reason: str | None) -> JobItem:
    return JobItem(as_text(str(found.path)), found.name, status, reason, video_id, num_clips)


def _source(found: FoundFile, item: JobItem) -> Source:
    try:
        size = found.path.stat().st_size
    except (OSError, ValueError):
        size = 0
    return Source(whole_path(found.path), item.name, item.status, item.reason, item.video_id, size)


def _call_by_name(sentence: str, found: FoundFile) -> str:
    """A sentence about a file as a person calls it: an upload lies under another name."""
    from vidviz.decode.file_names import file_label

    return sentence.replace(file_label(found.path), file_label(found.name))
