"""Average precision, recall and confusion against a plain loop, and the cases with one answer."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidviz.errors import ProjectionError
from vidviz.measure.retrieval import average_precision, measure_retrieval


def slowly(vectors, labels, k, sources):
    """The same, one query and one rank at a time."""
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    precisions, recalls = {}, {}
    for query, label in enumerate(labels):
        if not label:
            continue
        others = [
            row
            for row in range(len(labels))
            if row != query and labels[row] and (sources is None or sources[row] != sources[query])
        ]
        others.sort(key=lambda row: -float(units[query] @ units[row]))
        right = [labels[row] == label for row in others]
        if not any(right):
            continue
        at = [sum(right[: rank + 1]) / (rank + 1) for rank, good in enumerate(right) if good]
        precisions.setdefault(label, []).append(sum(at) / len(at))
        recalls.setdefault(label, []).append(sum(right[:k]) / min(k, sum(right)))
    return precisions, recalls


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 25), st.integers(1, 8), st.booleans())
def test_it_equals_a_plain_loop(seed, count, k, across):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(count, 5))
    labels = rng.choice(["a", "b", "c", ""], count)
    sources = rng.integers(0, 4, count) if across else None
    found = measure_retrieval(vectors, labels, k, sources=sources)
    precisions, recalls = slowly(vectors, labels, k, sources)
    for one in found.labels:
        assert one.clips == (labels == one.label).sum()
        if one.label in precisions:
            assert one.average_precision == pytest.approx(np.mean(precisions[one.label]), abs=1e-6)
            assert one.recall == pytest.approx(np.mean(recalls[one.label]), abs=1e-6)
        else:
            assert math.isnan(one.average_precision)
    sums = found.confusion.sum(axis=1)
    assert ((np.abs(sums - 1) < 1e-9) | (sums == 0)).all()
    assert [one.clips for one in found.labels] == sorted((one.clips for one in found.labels), reverse=True)


def test_labels_that_lie_apart_are_retrieved_wholly():
    vectors = np.repeat(np.eye(3), 4, axis=0) + np.random.default_rng(0).normal(size=(12, 3)) * 0.01
    labels = np.repeat(["x", "y", "z"], 4)
    found = measure_retrieval(vectors, labels, 3)
    assert found.mean_average_precision == 1
    assert {(one.recall, one.precision) for one in found.labels} == {(1, 1)}
    np.testing.assert_array_equal(found.confusion, np.eye(3))
    assert found.labels[0].chance == pytest.approx(3 / 11)


def test_confusion_says_which_is_taken_for_which():
    vectors = np.array([[1, 0], [1, 0.01], [1, 0.03], [0, 1], [0.01, 1]])
    found = measure_retrieval(vectors, np.array(["a", "a", "b", "b", "b"]), 1)
    assert [one.label for one in found.labels] == ["b", "a"]
    np.testing.assert_allclose(found.confusion, [[2 / 3, 1 / 3], [0, 1]])


def test_average_precision_of_a_ranking():
    right = np.array([[True, False, True, False], [False, False, False, True], [False] * 4])
    np.testing.assert_allclose(average_precision(right), [(1 + 2 / 3) / 2, 0.25, np.nan])


def test_labels_that_do_not_belong_are_refused():
    with pytest.raises(ProjectionError, match="3 vectors need as many labels"):
        measure_retrieval(np.ones((3, 2)), np.array(["a"]))
