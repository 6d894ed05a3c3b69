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

    The clips of a video are alike whatever they show, so neighbours of a clip's own video do not count. Labels that are
    in one video alone cannot be judged so, and are left out; see `labels_of_one_video`.

    Raises:
        ProjectionError: some vectors are not finite.
    """
    revision = contents.read_revision(folder)
    return list(_doubts(folder.path, set_key, embedding_sets.set_version(folder, set_key), column, revision))


@timed
def labels_of_one_video(folder: WorkspaceFolder, set_key: str, column: str = LABEL) -> tuple[str, ...]:
    """The labels that only one video has, sorted: nothing outside of it could speak for them."""
    _, labels, videos = _labelled(folder, set_key, column)
    return tuple(np.unique(labels[_in_one_video(labels, videos) & (labels != "")]).tolist())


def _in_one_video(labels: np.ndarray, videos: np.ndarray) -> np.ndarray:
    """(N,) bool: whether no other video has the clip's label."""
    names, codes = np.unique(labels, return_inverse=True)
    _, firsts = np.unique([f"{code} {video}" for code, video in zip(codes, videos, strict=True)], return_index=True)
    holders = np.bincount(codes[firsts], minlength=len(names))
    return np.asarray(holders[codes] == 1)


@cached()
def _doubts(path: Path, set_key: str, _version: str, column: str, _revision: int) -> tuple[LabelDoubt, ...]:
    folder = WorkspaceFolder(path)
    ids, labels, videos = _labelled(folder, set_key, column)
    near, distances = shared_neighbours(folder, set_key)
    judged = np.flatnonzero((labels != "") & ~_in_one_video(labels, videos))
    outvoted = judged[_outvoted(judged, labels, videos, near[judged])]
    found = [_doubt(row, ids, labels, videos, near[row], distances[row]) for row in outvoted]
    return tuple(sorted(found, key=lambda doubt: (-doubt.share, -(doubt.score - np.nan_to_num(doubt.own_score)))))


def _outvoted(rows: np.ndarray, labels: np.ndarray, videos: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Whether most of a clip's nearest five that count agree on another label than its own, (R,) bool.

    Args:
        rows: (R,) the clips.
        labels, videos: (N,) of all clips.
        near: (R, K) rows of their neighbours, the nearest first.
    """
    if not len(rows):
        return np.zeros(0, bool)
    counted = (videos[near] != videos[rows][:, None]) & (labels[near] != "")
    nearest = np.argsort(~counted, axis=1, kind="stable")[:, :NEIGHBOURS]
    voters = np.take_along_axis(counted, nearest, axis=1)
    codes = np.unique(labels, return_inverse=True)[1]
    votes = np.where(voters, codes[np.take_along_axis(near, nearest, axis=1)], -1)
    agreeing = ((votes[:, :, None] == votes[:, None, :]) & voters[:, :, None]).sum(axis=2)
    best = agreeing.argmax(axis=1)
    majority = agreeing.max(axis=1) * 2 > voters.sum(axis=1)
    return np.asarray(majority & (votes[np.arange(len(rows)), best] != codes[rows]))


def _doubt(
    row: int, ids: np.ndarray, labels: np.ndarray, videos: np.ndarray, near: np.ndarray, distances: np.ndarray
) -> LabelDoubt:
    counted = (videos[near] != videos[row]) & (labels[near] != "")
    rows, cosines = near[counted], 1 - distances[counted]
    near_labels = labels[rows[:NEIGHBOURS]]
    names, votes = np.unique(near_labels, return_counts=True)
    suggested = str(names[np.argmax(votes)])
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
