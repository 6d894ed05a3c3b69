"""Reading many clips ahead of whoever computes with them, in decoder processes."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from vidviz.config import DecodeLimits, usable_cpus
from vidviz.decode.read import read_clips
from vidviz.decode.sample import count_views
from vidviz.decode.workers.worker import DecodeWorker
from vidviz.errors import MediaError
from vidviz.log.told_errors import sentence_of
from vidviz.records import Clip, Video
from vidviz.types import FrameSpec

CLIPS_AHEAD = 16
BYTES_AHEAD = 512 * 2**20
MOST_DECODERS = 4
CPUS_A_DECODER = 4
LOOK_UP_SECONDS = 0.2  # how long a reader waits for room before it looks whether it is still wanted


@dataclass(frozen=True)
class ReadClip:
    """A clip's frames, (V * T, H, W, 3) uint8, one view after the other, or the reason why there are none."""

    clip: Clip
    frames: np.ndarray | None
    reason: str = ""


class ReadAhead(Iterator[ReadClip]):
    """Reads clips from the moment it is made, each video once, and so many before they are taken as memory allows.

    Every clip of `todo` is answered exactly once, the videos in order of their ids (with several decoders,
    neighbouring ones mix). A video that breaks, or takes its decoder down, costs its own remaining clips and no
    others. Closing it (`contextlib.closing`) ends the decoders.

    Args:
        todo: the clips, in any order.
        videos: their videos, by id.
        frames: how many frames of each clip, at which pace, and how large.
        limits: bounds for each file.
        decoders: how many files are read at a time; a few processors each when None.
        locate: finds the file of a video when its turn comes; a `MediaError` costs its clips.
    """

    def __init__(
        self,
        todo: Sequence[Clip],
        videos: Mapping[str, Video],
        frames: FrameSpec,
        limits: DecodeLimits | None = None,
        decoders: int | None = None,
        locate: Callable[[Video], Path] = lambda video: Path(video.path),
    ) -> None:
        self._groups = [list(group) for _, group in groupby(sorted(todo, key=_by_video), key=lambda c: c.video_id)]
        self._groups.reverse()  # taken from the end
        self._locate = locate
        self._videos, self._frames, self._limits = videos, frames, limits or DecodeLimits()
        self._arrived: queue.Queue[ReadClip | BaseException | None] = queue.Queue(_clips_ahead(todo, frames))
        self._stopped = threading.Event()
        self._guard = threading.Lock()
        self._workers: list[DecodeWorker] = []
        self._reading = min(decoders or decoder_count(), len(self._groups))
        self._threads = [
            threading.Thread(target=self._read, name="read-ahead", daemon=True) for _ in range(self._reading)
        ]
        for thread in self._threads:
            thread.start()

    def __next__(self) -> ReadClip:
        while self._reading:
            item = self._arrived.get()
            if isinstance(item, ReadClip):
                return item
            self._reading -= 1
            if item is not None:
                self.close()
                raise item
        raise StopIteration

    def close(self) -> None:
        """End the decoders, whatever they are doing."""
        self._reading = 0
        self._stopped.set()
        with self._guard:
            for worker in self._workers:
                worker.close()
        for thread in self._threads:
            thread.join()

    def _read(self) -> None:
        """What each thread does: one decoder, one video after the other."""
        try:
            with self._guard:
                if self._stopped.is_set():
                    return
                worker = DecodeWorker(self._limits)
                self._workers.append(worker)
            with worker:
                while (group := self._take_group()) and not self._stopped.is_set():
                    reading = _read_video(worker, group, self._video(group), self._locate, self._frames, self._limits)
                    with closing(reading) as reads:
                        for read in reads:
                            self._put(read)
                            if self._stopped.is_set():
                                return
            self._put(None)
        except BaseException as error:  # handed to the reader, who raises it
            self._put(error)

    def _take_group(self) -> list[Clip]:
        with self._guard:
            return self._groups.pop() if self._groups else []

    def _video(self, group: list[Clip]) -> Video:
        return self._videos[group[0].video_id]

    def _put(self, item: ReadClip | BaseException | None) -> None:
        while not self._stopped.is_set():
            try:
                self._arrived.put(item, timeout=LOOK_UP_SECONDS)
            except queue.Full:
                continue
            return


def decoder_count() -> int:
    """How many files are read at a time for one network: few, where the processors compute as well."""
    return max(1, min(MOST_DECODERS, usable_cpus() // CPUS_A_DECODER))


def _clips_ahead(todo: Sequence[Clip], frames: FrameSpec) -> int:
    longest = max((count_views(clip.span.seconds, frames) for clip in todo), default=1)
    clip_bytes = longest * frames.num_frames * frames.crop_px**2 * 3
    return max(1, min(CLIPS_AHEAD, BYTES_AHEAD // clip_bytes))


def read_one(
    clip: Clip, path: str | os.PathLike[str], video_seconds: float, frames: FrameSpec, worker: DecodeWorker
) -> np.ndarray:
    """One clip's frames, (V * T, H, W, 3) uint8, of a video of that length.

    Raises:
        MediaError: the video is gone or cannot be read there.
    """
    # To the end, although there is one clip: a decoder whose stream is left half-read is ended.
    (read,) = _read_file(worker, [clip], Path(path), video_seconds, frames, DecodeLimits())
    if read.frames is None:
        raise MediaError(read.reason)
    return read.frames


def _read_video(
    worker: DecodeWorker,
    group: list[Clip],
    video: Video,
    locate: Callable[[Video], Path],
    frames: FrameSpec,
    limits: DecodeLimits,
) -> Generator[ReadClip, None, None]:
    try:
        path = locate(video)
    except MediaError as error:
        reason = sentence_of(error)
        for clip in group:
            yield ReadClip(clip, None, reason)
        return
    yield from _read_file(worker, group, path, video.probe.duration_seconds, frames, limits)


def _read_file(
    worker: DecodeWorker,
    group: list[Clip],
    path: Path,
    video_seconds: float,
    frames: FrameSpec,
    limits: DecodeLimits,
) -> Generator[ReadClip, None, None]:
    left = dict(enumerate(group))
    reason = "The clip has no frames."
    try:
        spans = [clip.span for clip in group]
        asked = (path, spans, frames, limits, video_seconds)
        stream = worker.stream(read_clips, *asked, timeout_seconds=limits.wall_seconds)
        for index, pixels in stream:
            yield ReadClip(left.pop(index), pixels)
    except MediaError as error:
        reason = sentence_of(error)
    for clip in left.values():
        yield ReadClip(clip, None, reason)


def _by_video(clip: Clip) -> tuple[Any, ...]:
    return clip.video_id, clip.span.start_seconds, clip.id
