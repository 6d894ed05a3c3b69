"""Reading many clips ahead of whoever computes with them, in decoder processes."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from vidviz.config import DecodeLimits
from vidviz.decode.read import read_clips
from vidviz.decode.worker import DecodeWorker
from vidviz.errors import MediaError
from vidviz.store.clips import Clip
from vidviz.types import FrameSpec

CLIPS_AHEAD = 16


@dataclass(frozen=True)
class ReadClip:
    """A clip's frames, (T, H, W, 3) uint8, or the reason why there are none."""

    clip: Clip
    frames: np.ndarray | None
    reason: str = ""


def read_ahead(
    todo: Sequence[Clip], paths: dict[str, Path], frames: FrameSpec, limits: DecodeLimits | None = None
) -> Generator[ReadClip, None, None]:
    """Read clips in the order of their videos, each video once, at most `CLIPS_AHEAD` clips before they are taken.

    Every clip of `todo` is answered exactly once. A video that breaks, or takes its decoder down, costs its own
    remaining clips and no others. Closing the iterator ends the decoder.
    """
    arrived: queue.Queue[ReadClip | BaseException | None] = queue.Queue(CLIPS_AHEAD)
    stopped = threading.Event()

    def put(item: ReadClip | BaseException | None) -> None:
        while not stopped.is_set():
            try:
                arrived.put(item, timeout=0.2)
            except queue.Full:
                continue
            return

    def read_all() -> None:
        try:
            with DecodeWorker(limits or DecodeLimits()) as worker:
                for read in _read_videos(worker, todo, paths, frames, limits or DecodeLimits()):
                    put(read)
                    if stopped.is_set():
                        return
            put(None)
        except BaseException as error:  # handed to the reader, who raises it
            put(error)

    thread = threading.Thread(target=read_all, name="read-ahead", daemon=True)
    thread.start()
    try:
        while (item := arrived.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        thread.join()


def read_one(clip: Clip, path: Path, frames: FrameSpec, worker: DecodeWorker) -> np.ndarray:
    """One clip's frames, (T, H, W, 3) uint8.

    Raises:
        MediaError: the video is gone or cannot be read there.
    """
    limits = DecodeLimits()
    for read in _read_videos(worker, [clip], {clip.video_id: path}, frames, limits):
        if read.frames is None:
            raise MediaError(read.reason)
        return read.frames
    raise MediaError("The clip has no frames.")


def _read_videos(
    worker: DecodeWorker, todo: Sequence[Clip], paths: dict[str, Path], frames: FrameSpec, limits: DecodeLimits
) -> Iterator[ReadClip]:
    for video_id, group in groupby(sorted(todo, key=_by_video), key=lambda clip: clip.video_id):
        yield from _read_video(worker, list(group), paths[video_id], frames, limits)


def _read_video(
    worker: DecodeWorker, group: list[Clip], path: Path, frames: FrameSpec, limits: DecodeLimits
) -> Iterator[ReadClip]:
    left = dict(enumerate(group))
    reason = "The clip has no frames."
    try:
        spans = [clip.span for clip in group]
        stream = worker.stream(read_clips, path, spans, frames, limits, timeout_seconds=limits.wall_seconds)
        for index, pixels in stream:
            yield ReadClip(left.pop(index), pixels)
    except MediaError as error:
        reason = str(error)
    for clip in left.values():
        yield ReadClip(clip, None, reason)


def _by_video(clip: Clip) -> tuple[Any, ...]:
    return clip.video_id, clip.span.start_seconds, clip.id
