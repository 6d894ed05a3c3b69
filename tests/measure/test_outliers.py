from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import median_abs_deviation
from sklearn.neighbors import NearestNeighbors

from vidviz.errors import ProjectionError
from vidviz.measure.outliers import find_outliers, outlier_scores
from vidviz.measure.robust import robust_threshold

values = arrays(np.float64, st.integers(1, 40), elements=st.integers(0, 500).map(lambda value: value / 5))


def test_scores_are_mean_distances_to_the_nearest():
    vectors = np.random.default_rng(0).standard_normal((30, 6))
    distances = NearestNeighbors(n_neighbors=13, metric="cosine").fit(vectors).kneighbors(vectors)[0][:, 1:]
    np.testing.assert_allclose(outlier_scores(distances, 5), distances[:, :5].sum(axis=1) / 5)
    np.testing.assert_array_equal(outlier_scores(distances, 99), outlier_scores(distances, 12))


def test_the_clip_that_stands_apart_is_listed_first_with_what_makes_it_so():
    rng = np.random.default_rng(0)
    distances = np.sort(rng.uniform(0.1, 0.2, (50, 10)), axis=1)
    distances[[7, 31]] += [[0.4], [0.6]]
    found = find_outliers(outlier_scores(distances))
    assert found.rows.tolist() == [31, 7]
    assert found.scores.tolist() == pytest.approx([distances[31].mean(), distances[7].mean()])
    assert found.typical == pytest.approx(0.15, abs=0.01)
    assert found.typical < found.threshold < found.scores.min()


def test_equal_clips_and_rounding_are_no_outliers():
    assert not len(find_outliers(np.zeros(20)).rows)
    assert not len(find_outliers(np.r_[np.zeros(20), 1e-7]).rows)
    assert find_outliers(np.r_[np.zeros(20), 0.5]).rows.tolist() == [20]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_of_one_or_two_clips_none_stands_apart(count):
    scores = outlier_scores(np.full((count, max(0, count - 1)), 0.9))
    assert scores.shape == (count,)
    assert not len(find_outliers(scores).rows)


@given(values, st.floats(0.5, 10))
def test_the_threshold_is_median_and_deviations_by_scipy(numbers, sensitivity):
    found = robust_threshold(numbers, sensitivity)
    spread = median_abs_deviation(numbers) * 1.4826 or np.abs(numbers - np.median(numbers)).mean() * 1.2533
    assert found == pytest.approx(np.median(numbers) + sensitivity * spread)


def test_the_threshold_estimates_standard_deviations_of_normal_values():
    numbers = 5 + 2 * np.random.default_rng(0).standard_normal(20_000)
    assert robust_threshold(numbers, 3) == pytest.approx(5 + 3 * 2, abs=0.15)


@given(values, st.floats(0.5, 10), st.floats(0.1, 10), st.floats(0, 50))
def test_outliers_do_not_change_with_the_unit(numbers, sensitivity, scale, shift):
    threshold = robust_threshold(numbers, sensitivity)
    assert robust_threshold(numbers * scale + shift, sensitivity) == pytest.approx(
        threshold * scale + shift, rel=1e-3, abs=1e-6 * (1 + np.abs(numbers).max() * sensitivity * scale + shift)
    )


def test_values_equal_but_for_rounding_are_equal():
    numbers = np.r_[np.full(20, 0.3), 0.9]
    assert robust_threshold(numbers * (1 + 1e-15 * np.arange(21))) == pytest.approx(robust_threshold(numbers))


def test_no_values_have_no_limit():
    assert robust_threshold(np.empty(0)) == np.inf


def test_senseless_requests_get_a_sentence():
    with pytest.raises(ProjectionError, match="at least 1 neighbour"):
        outlier_scores(np.zeros((2, 2)), 0)
    with pytest.raises(ProjectionError, match="not finite"):
        outlier_scores(np.array([[np.nan], [1]]))
    with pytest.raises(ProjectionError, match="sensitivity"):
        find_outliers(np.zeros(3), 0)
    with pytest.raises(ProjectionError, match="NaN or infinite"):
        find_outliers(np.array([1, np.inf]))
