"""Two embedding sets of the same clips: which sets can be held against each other, and the clips that both hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.log.timing import timed
from vidviz.records import EmbeddingSet
from vidviz.services.cache import cached
from vidviz.services.library import contents, embedding_sets
from vidviz.services.library.clip_filter import ClipFilter
from vidviz.workspace_folder import WorkspaceFolder

EVERY_CLIP = ClipFilter()


@dataclass(frozen=True, eq=False)
class SetPair:
    """The clips that two embedding sets both hold, row by row. Two pairs are equal when they are the same object.

    Attributes:
        first: one set.
        second: another of the same recipe.
        ids: (N,) int64, rising.
        videos: (N,) integers, equal for clips of one video.
        vectors: (N, D) float32 by the first set.
        others: (N, E) float32 by the second.
        left_out: how many clips one of them holds that are not here: the other lacks them, or they are no numbers.
    """

    first: EmbeddingSet
    second: EmbeddingSet
    ids: np.ndarray
    videos: np.ndarray
    vectors: np.ndarray
    others: np.ndarray
    left_out: int

    def __len__(self) -> int:
        return len(self.ids)

    def row_of(self, clip_id: int) -> int | None:
        """The row of a clip; None where a set lacks it."""
        row = int(np.searchsorted(self.ids, clip_id))
        return row if row < len(self.ids) and self.ids[row] == clip_id else None


def comparable_sets(folder: WorkspaceFolder, chosen: EmbeddingSet) -> list[EmbeddingSet]:
    """The other sets of the same recipe, newest first. A clip of another recipe is another clip."""
    recipe = chosen.spec.recipe_key
    return [
        found
        for found in embedding_sets.list_sets(folder)
        if found.spec.recipe_key == recipe and found.key != chosen.key
    ]


@timed
def pair_sets(
    folder: WorkspaceFolder, first_key: str, second_key: str, clip_filter: ClipFilter = EVERY_CLIP
) -> SetPair:
    """The clips that both sets hold and the filter keeps.

    Raises:
        WorkspaceError: there is no such set.
        ProjectionError: the sets are of different recipes.
    """
    first, second = (embedding_sets.find_set(folder, key) for key in (first_key, second_key))
    if first.spec.recipe_key != second.spec.recipe_key:
        raise ProjectionError(
            f"{first.spec.title} and {second.spec.title} are of clips that are cut differently; compare two sets of "
            "one recipe."
        )
    versions = embedding_sets.set_version(folder, first.key), embedding_sets.set_version(folder, second.key)
    return _pair(folder.path, first, second, versions, clip_filter, contents.read_revision(folder))


@cached(most=2)
def _pair(
    path: Path,
    first: EmbeddingSet,
    second: EmbeddingSet,
    _versions: tuple[str, str],
    clip_filter: ClipFilter,
    _revision: int,
) -> SetPair:
    folder = WorkspaceFolder(path)
    table = contents.clip_table(folder, first.spec.recipe_key)
    table = table[clip_filter.keeps(table)].sort_values("clip_id")
    held = [embedding_sets.load_embeddings(folder, found.key) for found in (first, second)]
    known = table["clip_id"].to_numpy(np.int64)
    kept = [np.flatnonzero(np.isin(part.ids, known)) for part in held]
    ids, at_first, at_second = np.intersect1d(
        held[0].ids[kept[0]], held[1].ids[kept[1]], assume_unique=True, return_indices=True
    )
    vectors = _take(held[0].vectors, kept[0][at_first])
    others = _take(held[1].vectors, kept[1][at_second])
    usable = np.isfinite(vectors).all(axis=1) & np.isfinite(others).all(axis=1)
    ids, vectors, others = (_take(column, np.flatnonzero(usable)) for column in (ids, vectors, others))
    videos = np.unique(table["video_id"].to_numpy(), return_inverse=True)[1][np.searchsorted(known, ids)]
    either = len(kept[0]) + len(kept[1]) - len(at_first)
    return SetPair(first, second, ids, videos, vectors, others, either - len(ids))


def _take(table: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """These rows, rising; the table itself where they are all, which may be hundreds of megabytes."""
    return table if len(rows) == len(table) else table[rows]
