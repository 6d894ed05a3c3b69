"""Points of a large map, and the points inside a polygon by a rule of the benchmark's own."""

from __future__ import annotations

import numpy as np

NUM_GROUPS = 60


def scatter_points(count: int) -> np.ndarray:
    """Groups of points of different sizes and spreads, (N, 2) float64, always the same."""
    rng = np.random.default_rng(0)
    centres, spreads = rng.normal(size=(NUM_GROUPS, 2)) * 10, rng.uniform(0.3, 2.5, NUM_GROUPS)
    group = rng.integers(0, NUM_GROUPS, count)
    return centres[group] + rng.normal(size=(count, 2)) * spreads[group, None]


def wind_around(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Which points a polygon encloses, (N,) bool: the sum of the angles of its edges as seen from each point.

    An outline that crosses itself encloses what it goes round an odd number of times. Shares no line with
    `vidviz.project.polygon`, which counts crossings.
    """
    turned = np.zeros(len(points))
    for first, second in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        (ax, ay), (bx, by) = (first - points).T, (second - points).T
        turned += np.arctan2(ax * by - ay * bx, ax * bx + ay * by)
    return np.round(turned / (2 * np.pi)).astype(int) % 2 == 1
