from __future__ import annotations

import pytest

from vidviz.numbers.score_digits import say_score, score_digits


@pytest.mark.parametrize(
    ("scores", "precision", "digits"),
    [
        ([1.0, 0.9, 0.8], "float32", 3),
        ([0.99912, 0.99913, 0.99911], "float32", 5),
        ([0.5, 0.5, 0.5], "float32", 6),
        ([0.99912, 0.99913, 0.99911], "bfloat16", 2),
        ([0.5], "float16", 2),
        ([], "float32", 6),
    ],
)
def test_as_many_digits_as_hold_and_tell_scores_apart(scores, precision, digits):
    assert score_digits(scores, precision) == digits


def test_one_score():
    assert (say_score(0.98765, "float32"), say_score(0.98765, "bfloat16")) == ("0.988", "0.99")
