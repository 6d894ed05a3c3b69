from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import procrustes
from scipy.stats import ortho_group

from vidviz.errors import ProjectionError
from vidviz.measure.procrustes import align_maps, chance_disparity

seeds = st.integers(0, 10_000)


@given(seeds, st.integers(2, 3), st.integers(4, 30), st.floats(0.01, 100), st.floats(-50, 50))
def test_undoes_any_turn_mirror_scale_and_shift(seed, dims, count, scale, shift):
    rng = np.random.default_rng(seed)
    reference = rng.standard_normal((count, dims))
    moved = reference @ ortho_group.rvs(dims, random_state=seed) * scale + shift
    found = align_maps(moved, reference)
    np.testing.assert_allclose(found.points, reference, atol=1e-4)
    assert found.disparity < 1e-9


@given(seeds, st.integers(2, 3), st.integers(4, 30))
def test_the_disparity_is_that_of_scipy_and_no_other_fit_is_closer(seed, dims, count):
    rng = np.random.default_rng(seed)
    points, reference = rng.standard_normal((count, dims)), rng.standard_normal((count, dims)) + 3
    found = align_maps(points, reference)
    assert found.disparity == pytest.approx(procrustes(reference, points)[2], abs=1e-9)
    spread = ((reference - reference.mean(axis=0)) ** 2).sum()
    assert ((found.points - reference) ** 2).sum() / spread == pytest.approx(found.disparity, abs=1e-5)
    other = points @ ortho_group.rvs(dims, random_state=seed) * rng.uniform(0, 2) + rng.normal(size=dims)
    assert ((other - reference) ** 2).sum() >= ((found.points - reference) ** 2).sum() - 1e-4


@given(seeds, st.integers(2, 3), st.integers(4, 30), st.floats(0.01, 100))
def test_a_map_that_keeps_its_size_keeps_all_distances(seed, dims, count, scale):
    rng = np.random.default_rng(seed)
    reference = rng.standard_normal((count, dims))
    moved = reference @ ortho_group.rvs(dims, random_state=seed) * scale + 7
    found = align_maps(moved, reference, scaled=False)
    centre = reference.mean(axis=0)
    np.testing.assert_allclose(found.points, (reference - centre) * scale + centre, atol=1e-3 * scale)
    assert found.disparity == align_maps(moved, reference).disparity


def test_clips_that_the_reference_lacks_follow_the_others():
    rng = np.random.default_rng(0)
    reference = rng.standard_normal((10, 2))
    turned = reference @ np.array([[0.0, 1], [-1, 0]]) * 4
    partial = reference.copy()
    partial[[2, 5]] = np.nan
    found = align_maps(turned, partial)
    np.testing.assert_allclose(found.points, reference, atol=1e-5)
    assert found.disparity < 1e-9


def test_maps_without_spread():
    rng = np.random.default_rng(0)
    spread, heap = rng.standard_normal((5, 2)), np.full((5, 2), 0.1)
    onto_heap = align_maps(spread, heap)
    np.testing.assert_allclose(onto_heap.points.mean(axis=0), [0.1, 0.1], atol=1e-6)
    np.testing.assert_allclose(np.ptp(onto_heap.points, axis=0), np.ptp(spread, axis=0), rtol=1e-5)
    assert np.isnan(onto_heap.disparity)
    onto_spread = align_maps(heap, spread)
    np.testing.assert_allclose(onto_spread.points, np.tile(spread.mean(axis=0), (5, 1)), atol=1e-6)
    assert onto_spread.disparity == 1
    assert align_maps(heap, heap + 3).disparity == 0
    assert align_maps(np.array([[4.0, 4]]), np.array([[1.0, 2]])).points.tolist() == [[1, 2]]
    nobody = align_maps(spread, np.full((5, 2), np.nan))
    np.testing.assert_allclose(nobody.points, spread, rtol=1e-6)
    assert np.isnan(nobody.disparity)
    assert align_maps(np.empty((0, 2)), np.empty((0, 2))).points.shape == (0, 2)


def test_senseless_requests_get_a_sentence():
    with pytest.raises(ProjectionError, match="same clips and dimensions"):
        align_maps(np.zeros((3, 2)), np.zeros((3, 3)))
    with pytest.raises(ProjectionError, match="1 of 2 rows"):
        align_maps(np.array([[np.nan, 0], [1, 1]]), np.zeros((2, 2)))


@pytest.mark.parametrize(("count", "low", "high"), [(5, 0.5, 0.8), (50, 0.93, 0.99)])
def test_few_unrelated_clips_seem_to_agree_and_chance_says_how_much(count, low, high):
    """Over 200 draws unrelated planar maps of 5 clips left 67 %, of 53 clips 97 %."""
    rng = np.random.default_rng(1)
    points, reference = rng.standard_normal((2, count, 2))
    reference[0] = np.nan if count > 5 else reference[0]  # a clip that the reference does not have
    chance = chance_disparity(points, reference, trials=100)
    assert low < chance < high
    assert chance == chance_disparity(points, reference, trials=100)
