"""What an answer lacks of the true neighbours."""

from __future__ import annotations

from collections.abc import Sequence

from vidviz.types import Neighbour

TIED = 2e-6  # scores are rounded to six decimals, by two engines; of larger ones it is this part


def missing_neighbours(answer: Sequence[Neighbour], true: Sequence[Neighbour]) -> list[int]:
    """Which of the true neighbours an answer lacks; recall is 1 minus their part.

    Of clips that are as near as the last true neighbour any will do: which of several copies comes last is chance, and
    an exact search must not seem to miss one. So do ann-benchmarks (Aumüller, Bernhardsson and Faithfull 2018,
    arXiv:1807.05614), who count by distance.

    Args:
        answer: what a search returned, each clip once.
        true: the nearest clips by exact search, nearest first.

    Returns:
        Places in `true`, from 0, rising.
    """
    if not true:
        return []
    last = true[-1].score
    tolerance = TIED * max(1.0, abs(last))
    found = {near.clip_id for near in answer}
    nearer = {near.clip_id for near in true if abs(near.score - last) > tolerance}
    missed = [place for place, near in enumerate(true) if near.clip_id in nearer - found]
    tied = [place for place, near in enumerate(true) if near.clip_id not in nearer]
    as_near = sum(near.clip_id not in nearer and abs(near.score - last) <= tolerance for near in answer)
    lacking = max(0, len(tied) - as_near)
    return missed + [place for place in tied if true[place].clip_id not in found][:lacking]
