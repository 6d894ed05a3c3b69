from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import find_peaks as reference_peaks
from scipy.spatial.distance import cosine

from vidviz.errors import ProjectionError
from vidviz.measure.trajectory import find_peaks, step_distances

steps = st.one_of(
    arrays(np.float64, st.integers(0, 30), elements=st.floats(0, 2)),
    arrays(np.float64, st.integers(0, 30), elements=st.integers(0, 3).map(float)),  # plateaus
)


def test_steps_are_distances_by_scipy():
    vectors = np.random.default_rng(0).standard_normal((20, 6)).astype(np.float32)
    expected = [cosine(a, b) for a, b in pairwise(vectors.astype(np.float64))]
    np.testing.assert_allclose(step_distances(vectors), expected, atol=1e-7)
    straight = [np.linalg.norm(a - b) for a, b in pairwise(vectors)]
    np.testing.assert_allclose(step_distances(vectors, "euclidean"), straight, rtol=1e-5)


def test_standing_still_and_nothing_are_no_steps():
    assert step_distances(np.ones((1, 4))).shape == (0,)
    assert step_distances(np.empty((0, 4))).shape == (0,)
    assert step_distances(np.full((3, 4), 0.1)).max() < 1e-9
    assert step_distances(np.zeros((2, 4))).tolist() == [1]
    assert step_distances(np.array([[1.0, 0], [-3, 0]])).tolist() == [2]


@given(steps, st.floats(0.5, 5))
def test_peaks_are_those_of_scipy_above_the_threshold(distances, sensitivity):
    found = find_peaks(distances, sensitivity)
    # Its ends are no peaks and a plateau counts at its middle: with lower ends, and from its left edge, they agree.
    edged = np.concatenate([[-1.0], distances, [-1.0]])
    expected = reference_peaks(edged, height=np.nextafter(found.threshold, np.inf), plateau_size=1)[1]["left_edges"] - 1
    assert found.steps.tolist() == expected.tolist()


def test_a_plateau_on_the_way_up_is_no_peak():
    low = [0.1] * 20
    assert find_peaks(np.array([*low, 1, 1, 2, *low])).steps.tolist() == [22]
    assert find_peaks(np.array([*low, 1, 1, 1, *low, 2, 2])).steps.tolist() == [20, 43]


def test_a_cut_stands_out_of_what_moves_anyway():
    rng = np.random.default_rng(0)
    scenes = rng.standard_normal((3, 64))
    way = np.repeat(scenes, [12, 20, 9], axis=0) + 0.1 * rng.standard_normal((41, 64))
    found = find_peaks(step_distances(way))
    assert found.steps.tolist() == [11, 31]
    assert not len(find_peaks(step_distances(way[:12]), 6).steps)


def test_a_still_video_with_one_cut_has_one_peak():
    still = np.repeat(np.eye(2), 10, axis=0)
    assert find_peaks(step_distances(still)).steps.tolist() == [9]
    assert not len(find_peaks(np.array([0.0] * 20 + [1e-7])).steps)
    rounding = np.full((20, 64), 0.1, np.float32) * (1 + 1e-7 * np.random.default_rng(0).standard_normal((20, 64)))
    assert not len(find_peaks(step_distances(rounding)).steps)


@pytest.mark.parametrize("distances", [[], [0.9], [0.1, 0.9]])
def test_too_few_steps_have_nothing_to_stand_out_from(distances):
    assert not len(find_peaks(np.array(distances)).steps)


def test_senseless_requests_get_a_sentence():
    with pytest.raises(ProjectionError, match="NaN or infinite"):
        find_peaks(np.array([0.1, np.nan]))
    with pytest.raises(ProjectionError, match="sensitivity"):
        find_peaks(np.array([0.1]), -1)
    with pytest.raises(ProjectionError, match="'cosine' or 'euclidean'"):
        step_distances(np.ones((2, 2)), "dot")
    with pytest.raises(ProjectionError, match="1 of 2 rows"):
        step_distances(np.array([[np.nan], [1]]))
