"""Hits: what the catalogue knows of the clips that a search has found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vidviz.log.timing import timed
from vidviz.records import LABEL
from vidviz.services.cache import cached
from vidviz.services.library import contents
from vidviz.types import Neighbour
from vidviz.workspace_folder import WorkspaceFolder


@dataclass(frozen=True)
class Hit:
    """A clip that was found; `score` is its cosine similarity to the query, 1.0 for the query itself.

    By another metric it is the inner product, or the distance.
    """

    clip_id: int
    video: str
    start_seconds: float
    end_seconds: float
    score: float
    label: str | None
    video_id: str


@timed
def describe(folder: WorkspaceFolder, recipe_key: str, neighbours: list[Neighbour]) -> list[Hit]:
    """Neighbours with what the catalogue knows of them; one that it does not know any more is left out."""
    known = _know_clips(folder.path, recipe_key, contents.read_revision(folder))
    if not neighbours or not len(known.ids):
        return []
    wanted = np.array([neighbour.clip_id for neighbour in neighbours], np.int64)
    rows = np.minimum(np.searchsorted(known.ids, wanted), len(known.ids) - 1)
    hits = []
    for neighbour, row in zip(neighbours, rows.tolist(), strict=True):
        if known.ids[row] == neighbour.clip_id:
            video, start, end, label, video_id = (column[row] for column in known.columns)
            hits.append(Hit(neighbour.clip_id, video, start, end, round(neighbour.score, 6), label, video_id))
    return hits


@dataclass(frozen=True)
class _KnownClips:
    """All clips of a recipe by rising id: video, start, end, label and video id, each a list as long as `ids`."""

    ids: np.ndarray
    columns: tuple[list[Any], ...]


@cached()
def _know_clips(path: Path, recipe_key: str, _revision: int) -> _KnownClips:
    # Plain lists: taking ten rows out of a table costs pandas more than the search itself.
    table = contents.clip_table(WorkspaceFolder(path), recipe_key).sort_values("clip_id")
    columns = tuple(table[name].tolist() for name in ("video", "start_seconds", "end_seconds", LABEL, "video_id"))
    return _KnownClips(table["clip_id"].to_numpy(np.int64), columns)
