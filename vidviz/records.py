"""What a workspace keeps, as plain data: the store writes and reads it, everybody above may name it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from vidviz.types import EmbeddingSetSpec, Span, VideoProbe

LABEL = "label"
"""The name of the label column that colours the map unless another is chosen."""

TAGS = "tags"
"""The column of the clip table that holds the tags of clips."""

TAG_SEPARATOR = ", "
"""Between the tags of a clip in that column; a tag holds no comma."""

REPLACED = " (replaced)"
"""Behind the name of a video in whose place another file lies."""

ENDED = ("done", "failed", "cancelled", "interrupted")

EditKind = Literal["label", "tag", "untag"]
RemovalKind = Literal["file", "video", "clip", "recipe", "set", "label", "value", "selection", "job"]


@dataclass(frozen=True)
class Video:
    """A video of the library: its file and what the file holds.

    `file_state` is that of the file when its content was last looked at; `replaced_by` the id of the video whose file
    lies in its place now, "" for one that is where it was.
    """

    id: str
    name: str
    path: str
    kept: bool
    size_bytes: int
    probe: VideoProbe
    loss: str | None
    file_state: str = ""
    replaced_by: str = ""


@dataclass(frozen=True)
class Source:
    """A file that was offered, and what became of it."""

    path: str
    name: str
    status: str
    reason: str | None
    video_id: str | None
    size_bytes: int


@dataclass(frozen=True)
class Clip:
    """A stretch of a video that is looked at as one thing."""

    id: int
    video_id: str
    recipe_key: str
    span: Span


@dataclass(frozen=True)
class EmbeddingSet:
    """A set as the catalogue knows it: its spec, and D."""

    spec: EmbeddingSetSpec
    dimension: int

    @property
    def key(self) -> str:
        """The spec's key."""
        return self.spec.key


@dataclass(frozen=True)
class Edit:
    """An edit: a label of a column set to `value` ("" takes it away), or a tag added or removed.

    `num_clips` are those that it changed and that the library still has.
    """

    id: int
    kind: EditKind
    column: str
    value: str
    num_clips: int


@dataclass(frozen=True)
class Removal:
    """Something that was removed and can be taken back: how many rows of each table went, and when."""

    id: int
    kind: RemovalKind
    title: str
    counts: dict[str, int]
    removed_at: float


@dataclass(frozen=True)
class Job:
    """One job as the catalogue knows it. `rate` is in steps per second; `process` says which process `pid` is."""

    id: int
    kind: str
    title: str
    arguments: dict[str, Any]
    state: str
    message: str
    pid: int | None
    done: int
    total: int
    rate: float
    cancel_requested: bool
    read: bool
    created_at: float
    finished_at: float | None
    process: str | None = None

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.state not in ENDED

    @property
    def seconds_left(self) -> float | None:
        """A guess from the rate so far, None while there is none."""
        return (self.total - self.done) / self.rate if self.rate > 0 and self.total else None


@dataclass(frozen=True)
class JobItem:
    """What an import did with one file."""

    path: str
    name: str
    status: str
    reason: str | None
    video_id: str | None
    clips: int


@dataclass(frozen=True)
class StoredMap:
    """`ids` (N,) int64 beside `points` (N, 2 or 3) float32; `note` says what a person should know of it.

    `placed` (N,) bool tells the clips that came later and were placed among the others; none when not given.
    """

    ids: np.ndarray
    points: np.ndarray
    note: str = ""
    placed: np.ndarray = field(default_factory=lambda: np.empty(0, bool))

    def __post_init__(self) -> None:
        if len(self.placed) != len(self.ids):
            object.__setattr__(self, "placed", np.zeros(len(self.ids), bool))
