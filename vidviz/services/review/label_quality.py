"""What the embedding says about labels: how well each is retrieved, and which clips may be labelled wrongly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vidviz.log.timing import timed
from vidviz.records import LABEL
from vidviz.services.cache import cached
from vidviz.services.library import contents, embedding_sets
from vidviz.services.maps.set_neighbours import shared_neighbours
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    from vidviz.measure.retrieval import Retrieval

NEIGHBOURS = 5
MOST_CLIPS = 30_000
"""All against all takes minutes beyond so many."""


@dataclass(frozen=True)
class LabelDoubt:
    """A clip whose neighbours have another label: `share` of its nearest five agree on `suggested`.

    `nearest` is the nearest clip of that label and `score` its cosine; `own_score` that of the nearest clip of the
    clip's own label, NaN where none is among its neighbours.
    """

    clip_id: int
    label: str
    suggested: str
    share: float
    nearest: int
    score: float
    own_score: float


@timed
def doubt_labels(folder: WorkspaceFolder, set_key: str, column: str = LABEL) -> list[LabelDoubt]:
    """Clips that are nearer to clips of another label than to their own, the most doubtful first.

    The clips of a video are alike whatever they show, so neighbours of a clip's own video do not count.

    Raises:
        ProjectionError: some vectors are not finite.
    """
    revision = contents.read_revision(folder)
    return list(_doubts(folder.path, set_key, embedding_sets.set_version(folder, set_key), column, revision))


@cached()
def _doubts(path: Path, set_key: str, _version: str, column: str, _revision: int) -> tuple[LabelDoubt, ...]:
    folder = WorkspaceFolder(path)
    ids, labels, videos = _labelled(folder, set_key, column)
    near, distances = shared_neighbours(folder, set_key)
    found = [
        doubt
        for row in range(len(ids))
        if labels[row] and (doubt := _doubt(row, ids, labels, videos, near[row], distances[row]))
    ]
    return tuple(sorted(found, key=lambda doubt: (-doubt.share, -(doubt.score - np.nan_to_num(doubt.own_score)))))


def _doubt(
    row: int, ids: np.ndarray, labels: np.ndarray, videos: np.ndarray, near: np.ndarray, distances: np.ndarray
) -> LabelDoubt | None:
    counted = (videos[near] != videos[row]) & (labels[near] != "")
    rows, cosines = near[counted], 1 - distances[counted]
    if not len(rows):
        return None
    near_labels = labels[rows[:NEIGHBOURS]]
    names, votes = np.unique(near_labels, return_counts=True)
    suggested = str(names[np.argmax(votes)])
    if suggested == labels[row] or votes.max() * 2 <= len(near_labels):
        return None
    other, own = np.flatnonzero(labels[rows] == suggested), np.flatnonzero(labels[rows] == labels[row])
    return LabelDoubt(
        clip_id=int(ids[row]),
        label=str(labels[row]),
        suggested=suggested,
        share=float(votes.max() / len(near_labels)),
        nearest=int(ids[rows[other[0]]]),
        score=float(cosines[other[0]]),
        own_score=float(cosines[own[0]]) if len(own) else float("nan"),
    )


@timed
def measure_labels(
    folder: WorkspaceFolder, set_key: str, column: str = LABEL, k: int = 10, *, across_videos: bool = True
) -> Retrieval:
    """Retrieval of each label (mAP, recall@k, precision@k) and confusion among neighbours; see `measure_retrieval`.

    Args:
        folder: the workspace.
        set_key: the embedding set; of more than 30,000 clips every so many are taken.
        column: which labels.
        k: neighbours that count.
        across_videos: whether clips of the query's own video are left out.
    """
    version, revision = embedding_sets.set_version(folder, set_key), contents.read_revision(folder)
    return _measure(folder.path, set_key, version, column, k, across_videos, revision)


@cached()
def _measure(
    path: Path, set_key: str, _version: str, column: str, k: int, across_videos: bool, _revision: int
) -> Retrieval:
    from vidviz.measure.retrieval import measure_retrieval

    folder = WorkspaceFolder(path)
    ids, labels, videos = _labelled(folder, set_key, column)
    rows = np.linspace(0, len(ids) - 1, min(len(ids), MOST_CLIPS)).astype(int)
    vectors = embedding_sets.load_embeddings(folder, set_key).vectors[rows]
    return measure_retrieval(vectors, labels[rows], k, sources=videos[rows] if across_videos else None)


def _labelled(folder: WorkspaceFolder, set_key: str, column: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ids of the set's clips, their labels ("" for none) and their videos, (N,) each."""
    found = embedding_sets.find_set(folder, set_key)
    ids = embedding_sets.load_embeddings(folder, set_key).ids
    table = contents.clip_rows(folder, ids, found.spec.recipe_key)
    held = table[column].fillna("") if column in table else [""] * len(ids)
    return ids, np.asarray(held, dtype=str), np.asarray(table["video_id"], dtype=str)
