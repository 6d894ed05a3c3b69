from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vidviz.measure.directions import cosines_to, unit_directions

scales = st.sampled_from([1e-30, 1e-22, 1e-18, 1.0, 1e15, 1e30])


@given(st.integers(0, 10_000), st.integers(0, 20), st.integers(1, 8), scales, scales)
def test_cosines_are_products_of_unit_rows(seed, count, size, scale, scale_of_rows):
    rng = np.random.default_rng(seed)
    rows, query = scale_of_rows * rng.standard_normal((count, size)), scale * rng.standard_normal(size)
    expected = unit_directions(rows) @ unit_directions(query[None])[0]
    np.testing.assert_allclose(cosines_to(rows, query), expected, atol=1e-12)
    np.testing.assert_allclose(cosines_to(rows.astype(np.float32), query.astype(np.float32)), expected, atol=1e-5)


def test_what_has_no_direction_has_no_cosine():
    rows = np.array([[1.0, 0.0], [0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0], [-2.0, 0.0]], np.float32)
    np.testing.assert_array_equal(cosines_to(rows, np.array([3.0, 0.0])), [1, np.nan, np.nan, np.nan, -1])
    for query in ([0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]):
        assert np.isnan(cosines_to(rows, np.array(query))).all()
