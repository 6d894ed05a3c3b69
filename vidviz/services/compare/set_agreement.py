"""How alike two embedding sets see the same clips: as a whole, clip by clip, and neighbour by neighbour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidviz.log.timing import timed
from vidviz.services.cache import cached
from vidviz.services.compare.set_pairs import SetPair

MOST_NEIGHBOURS = 50
MOST_COMPARISONS = 100_000_000
"""Of more clips than its root some are drawn, and their neighbours looked for among all."""
MOST_CKA_CLIPS = 10_000
SEED = 0


@dataclass(frozen=True)
class Neighbourhoods:
    """Whom two sets put near each clip.

    Attributes:
        ids: (Q,) the clips looked at: all, or as many as `MOST_COMPARISONS` allows, drawn by chance.
        first: (Q, K) rows of their nearest others by the first set, nearest first, -1 after the last.
        second: (Q, K) the same by the second.
        candidates: (Q,) how many other clips each could have had.
        num_clips: N, all clips that both sets hold.
    """

    ids: np.ndarray
    first: np.ndarray
    second: np.ndarray
    candidates: np.ndarray
    num_clips: int

    def overlap(self, k: int) -> np.ndarray:
        """Which part of each clip's `k` nearest is shared, (Q,) in 0..1; NaN for a clip without neighbours."""
        from vidviz.measure.overlap import neighbour_overlap

        return neighbour_overlap(self.first, self.second, k)

    def chance(self, k: int) -> np.ndarray:
        """What two sets that have nothing to do with each other would share, (Q,)."""
        from vidviz.measure.overlap import chance_overlap

        return chance_overlap(self.candidates, k)


@dataclass(frozen=True)
class KernelAlignment:
    """Linear CKA without bias, and what 19 of 20 unrelated pairs stay below; NaN where they cannot be told."""

    cka: float
    by_chance: float
    num_clips: int


@dataclass(frozen=True)
class RankedClip:
    """A clip that is near the one at hand by one set or both, with its places in both orders, from 1."""

    clip_id: int
    first_rank: int
    second_rank: int


@dataclass(frozen=True)
class FaceOff:
    """The `k` nearest of one clip by two sets: who is near by the first alone, by both, by the second alone.

    Each by rising rank; those near by both by the sum of their ranks.
    """

    only_first: tuple[RankedClip, ...]
    both: tuple[RankedClip, ...]
    only_second: tuple[RankedClip, ...]
    candidates: int

    @property
    def num_counted(self) -> int:
        """How many nearest there are by each set."""
        return len(self.only_first) + len(self.both)


@cached(most=2)  # a pair holds the vectors of both sets
@timed
def find_neighbourhoods(pair: SetPair, *, other_videos_only: bool = False) -> Neighbourhoods:
    """The `MOST_NEIGHBOURS` nearest of each clip by both sets, by cosine and exactly; found once for each pair.

    Args:
        pair: see `pair_sets`.
        other_videos_only: whether clips of a clip's own video are none of its neighbours.
    """
    from vidviz.project.neighbours import exact_neighbours

    count = len(pair)
    rows = np.arange(count)
    if count * count > MOST_COMPARISONS:
        drawn = np.random.default_rng(SEED).choice(count, MOST_COMPARISONS // count, replace=False)
        rows = np.sort(drawn)
    sources = pair.videos if other_videos_only else None
    near = [
        exact_neighbours(vectors, MOST_NEIGHBOURS, rows=rows, sources=sources)[0]
        for vectors in (pair.vectors, pair.others)
    ]
    own = np.bincount(pair.videos, minlength=1)[pair.videos[rows]] if other_videos_only else np.ones(len(rows))
    return Neighbourhoods(pair.ids[rows], near[0], near[1], count - own, count)


@cached(most=2)  # a pair holds the vectors of both sets
@timed
def align_sets(pair: SetPair) -> KernelAlignment:
    """How alike two sets are as a whole (see `vidviz.measure.cka`); found once for each pair."""
    from vidviz.measure.cka import cka_by_chance, linear_cka

    rows = np.arange(len(pair))
    if len(rows) > MOST_CKA_CLIPS:
        rows = np.sort(np.random.default_rng(SEED).choice(len(pair), MOST_CKA_CLIPS, replace=False))
    vectors, others = pair.vectors[rows], pair.others[rows]
    return KernelAlignment(linear_cka(vectors, others), cka_by_chance(vectors, others), len(rows))


def face_off(pair: SetPair, clip_id: int, k: int, *, other_videos_only: bool = False) -> FaceOff | None:
    """One clip's `k` nearest by both sets held against each other; None where a set lacks the clip.

    Equal cosines go by clip id. Raw cosines of two networks say nothing beside each other: ranks do.
    """
    row = pair.row_of(clip_id)
    if row is None:
        return None
    left_out = pair.videos == pair.videos[row] if other_videos_only else np.arange(len(pair)) == row
    first, second = (_rank(vectors, row, left_out) for vectors in (pair.vectors, pair.others))
    near = [(ranks > 0) & (ranks <= k) for ranks in (first, second)]

    def ranked(rows: np.ndarray, order: np.ndarray) -> tuple[RankedClip, ...]:
        found = np.flatnonzero(rows)
        found = found[np.argsort(order[found], kind="stable")]
        return tuple(RankedClip(int(pair.ids[i]), int(first[i]), int(second[i])) for i in found)

    return FaceOff(
        ranked(near[0] & ~near[1], first),
        ranked(near[0] & near[1], first + second),
        ranked(near[1] & ~near[0], second),
        int((~left_out).sum()),
    )


def _rank(vectors: np.ndarray, row: int, left_out: np.ndarray) -> np.ndarray:
    from vidviz.measure.directions import cosines_to
    from vidviz.measure.overlap import rank_others

    # Without a direction a clip is at right angles to all, as in `exact_neighbours`.
    return rank_others(np.nan_to_num(cosines_to(vectors, vectors[row])), left_out)


@dataclass(frozen=True)
class LaidOver:
    """A map (N, dims) laid over another, what is left of difference (0..1), and what would be left by chance."""

    points: np.ndarray
    disparity: float
    by_chance: float


def lay_over(points: np.ndarray, reference: np.ndarray) -> LaidOver:
    """A map laid over another of the same clips; see `align_maps`."""
    from vidviz.measure.procrustes import align_maps, chance_disparity

    aligned = align_maps(points, reference)
    return LaidOver(aligned.points, aligned.disparity, chance_disparity(points, reference))
