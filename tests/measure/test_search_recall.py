"""What an answer lacks: counted by clip where clips differ, by nearness where they tie with the last."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidviz.measure.search_recall import missing_neighbours
from vidviz.types import Neighbour


def hits(**scores):
    return [Neighbour(ord(name), score) for name, score in scores.items()]


TRUE = hits(a=1.0, b=0.9, c=0.5, d=0.5)


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        (TRUE, []),
        ([], [0, 1, 2, 3]),
        (hits(a=1.0, b=0.9, x=0.5, y=0.500001), []),  # other copies
        (hits(b=0.9, x=0.5, y=0.5, z=0.5), [0]),  # one copy too many does not make up for it
        (hits(a=1.0, b=0.9, d=0.5, z=0.4), [2]),
        (hits(a=1.0, b=0.9, z=0.4), [2, 3]),
        (hits(c=0.5), [0, 1, 3]),
    ],
)
def test_what_is_missing(answer, missing):
    assert missing_neighbours(answer, TRUE) == missing


def test_large_distances_tie_by_their_own_measure():
    assert missing_neighbours(hits(x=40_000.03), hits(a=40_000.0)) == []
    assert missing_neighbours(hits(x=40_000.2), hits(a=40_000.0)) == [0]
    assert missing_neighbours(hits(a=1.0), []) == []
    assert missing_neighbours(hits(x=0.5000015), hits(a=0.5)) == []
    assert missing_neighbours(hits(x=0.500003), hits(a=0.5)) == [0]


@given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 12), st.data())
def test_any_exact_order_of_equals_lacks_nothing_and_any_answer_no_more_than_it_has_not(scores, k, data):
    clips = [Neighbour(number, score / 4) for number, score in enumerate(scores)]
    best = sorted(clips, key=lambda near: -near.score)
    true = best[:k]
    shuffled = sorted(data.draw(st.permutations(clips)), key=lambda near: -near.score)[:k]
    assert missing_neighbours(shuffled, true) == []
    answer = data.draw(st.lists(st.sampled_from(clips), unique=True, max_size=k)) if clips else []
    missing = missing_neighbours(answer, true)
    assert missing == sorted(set(missing))
    assert len(missing) >= len(true) - len(answer)
    assert not {true[place].clip_id for place in missing} & {near.clip_id for near in answer}
