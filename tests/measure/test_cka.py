from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ortho_group

from vidviz.errors import ProjectionError
from vidviz.measure import cka as module
from vidviz.measure.cka import cka_by_chance, linear_cka

seeds = st.integers(0, 10_000)


def hsic_by_definition(one: np.ndarray, other: np.ndarray) -> float:
    """Song et al. (2012): U-statistic over all quadruples of different clips, of the Gram matrices as they are."""
    gram, beside = one @ one.T, other @ other.T
    count, total, terms = len(one), 0.0, 0
    for i in range(count):
        for j in range(count):
            for q in range(count):
                for r in range(count):
                    if len({i, j, q, r}) == 4:
                        total += gram[i, j] * (beside[i, j] + beside[q, r] - 2 * beside[i, q])
                        terms += 1
    return total / terms


@settings(max_examples=25, deadline=None)
@given(seeds, st.integers(4, 7), st.integers(1, 5), st.integers(1, 12), st.floats(-3, 3))
def test_equals_the_mean_over_all_quadruples(seed, count, size, other_size, shift):
    rng = np.random.default_rng(seed)
    first, second = rng.standard_normal((count, size)) + shift, rng.standard_normal((count, other_size))
    second[:, 0] += first[:, 0]
    own = hsic_by_definition(first, first), hsic_by_definition(second, second)
    if min(own) <= 1e-6:
        return  # of so few clips the unbiased estimate of what cannot be negative may be
    expected = hsic_by_definition(first, second) / np.sqrt(own[0] * own[1])
    assert linear_cka(first, second) == pytest.approx(expected, abs=1e-6)


@given(seeds, st.integers(5, 40), st.integers(2, 30), st.floats(0.001, 1000), st.floats(-100, 100))
def test_itself_turned_scaled_and_moved_is_one(seed, count, size, scale, shift):
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((count, size))
    turned = vectors @ ortho_group.rvs(size, random_state=seed) * scale + shift
    assert linear_cka(vectors, vectors) == pytest.approx(1, abs=1e-9)
    assert linear_cka(vectors, turned) == pytest.approx(1, abs=1e-6)


@given(seeds, st.integers(5, 30), st.integers(1, 40), st.integers(1, 40), st.integers(1, 200))
def test_symmetric_and_the_same_in_blocks_of_any_size(seed, count, size, other_size, block):
    rng = np.random.default_rng(seed)
    first, second = rng.standard_normal((count, size)), rng.standard_normal((count, other_size))
    whole = linear_cka(first, second)
    before, module.BLOCK_NUMBERS = module.BLOCK_NUMBERS, block
    try:
        assert linear_cka(second, first) == pytest.approx(whole, abs=1e-9, nan_ok=True)
    finally:
        module.BLOCK_NUMBERS = before


@pytest.mark.parametrize(("count", "size"), [(30, 512), (300, 16), (1500, 64)])
def test_unrelated_embeddings_have_none_however_few_the_clips(count, size):
    rng = np.random.default_rng(0)
    found = [linear_cka(*rng.standard_normal((2, count, size))) for _ in range(20)]
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(20)
    bound = cka_by_chance(*rng.standard_normal((2, count, size)))
    assert 0 < bound < 0.1
    assert np.mean(np.array(found) > bound) <= 0.25  # by chance 1 of 20
    # The plain estimator, for comparison: of 30 clips of 512 numbers it says 0.9 for no relation at all.
    one, other = (table - table.mean(axis=0) for table in rng.standard_normal((2, count, size)))
    norms = [np.linalg.norm(left.T @ right) for left, right in ((one, other), (one, one), (other, other))]
    plain = norms[0] ** 2 / (norms[1] * norms[2])
    if size > count:
        assert plain > 0.9


def test_the_shuffled_ones_are_those_of_the_same_estimator():
    rng = np.random.default_rng(0)
    first, second = rng.standard_normal((60, 6)), rng.standard_normal((60, 9))
    orders = np.random.default_rng(5)
    found = [linear_cka(first, second[orders.permutation(60)]) for _ in range(50)]
    assert cka_by_chance(first, second, shuffles=50, seed=5) == pytest.approx(np.percentile(found, 95), abs=1e-9)


def test_related_ones_lie_between_and_above_chance():
    rng = np.random.default_rng(0)
    first = rng.standard_normal((200, 20))
    shared = np.hstack([first[:, :10], rng.standard_normal((200, 10))])
    assert 0.3 < linear_cka(first, shared) < 0.7
    assert cka_by_chance(first, shared) < 0.1


def test_many_clips_are_drawn_from(monkeypatch):
    monkeypatch.setattr(module, "SHUFFLED_CLIPS", 50)
    first, second = np.random.default_rng(0).standard_normal((2, 400, 8))
    assert cka_by_chance(first, second) == cka_by_chance(first, second)
    assert cka_by_chance(first, second) > linear_cka(first, second)


def test_what_tells_no_clips_apart_is_like_nothing():
    spread = np.random.default_rng(0).standard_normal((10, 3))
    assert np.isnan(linear_cka(spread, np.full((10, 4), 0.1)))
    assert np.isnan(linear_cka(spread[:3], spread[:3]))
    assert np.isnan(cka_by_chance(spread[:3], spread[:3]))
    assert np.isnan(cka_by_chance(spread, np.ones((10, 2))))
    assert np.isnan(linear_cka(np.empty((0, 3)), np.empty((0, 2))))


def test_nearly_equal_vectors_are_told_apart():
    """Random weights make all cosines near 1: what differs is small beside what does not."""
    rng = np.random.default_rng(0)
    small = rng.standard_normal((50, 8))
    high = (1000 + 0.01 * small).astype(np.float64)
    assert linear_cka(small, high) == pytest.approx(1, abs=1e-6)


def test_senseless_requests_get_a_sentence():
    with pytest.raises(ProjectionError, match="5 and 4 clips"):
        linear_cka(np.zeros((5, 2)), np.zeros((4, 2)))
    with pytest.raises(ProjectionError, match="NaN"):
        linear_cka(np.full((5, 2), np.nan), np.zeros((5, 2)))
