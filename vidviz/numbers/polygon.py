"""Which points a drawn polygon encloses."""

from __future__ import annotations

import numpy as np

from vidviz.errors import ProjectionError


def points_in_polygon(points: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    """Even-odd rule: a point is inside when a ray from it to the right crosses the outline an odd number of times.

    The outline closes by itself and may cross itself. An edge counts for `lower_y <= y < upper_y` and for points
    strictly left of it: points on left and lower boundaries are inside, on right and upper ones outside, so that
    two polygons that share an edge share no point. Fewer than three corners enclose nothing; NaN is nowhere.

    Points are sorted by height once, and every edge looks only at those it passes: a million points against 200
    corners take a fraction of a second, and no more memory than the points.

    Args:
        points: (N, 2) floats, x and y.
        polygon: (M, 2) floats, the corners in order.

    Returns:
        (N,) bool.

    Raises:
        ProjectionError: wrong shapes, or a corner that is not finite.
    """
    corners = np.asarray(polygon, dtype=np.float64)
    places = np.asarray(points)
    if places.ndim != 2 or places.shape[1] != 2 or (corners.size and (corners.ndim != 2 or corners.shape[1] != 2)):
        raise ProjectionError(f"A selection needs x and y, not shapes {places.shape} and {corners.shape}.")
    if not np.isfinite(corners).all():
        raise ProjectionError("The selection has a corner that is not a number; draw it again.")
    inside = np.zeros(len(places), dtype=bool)
    if len(corners) < 3:
        return inside
    order = _candidates(places, corners)
    xs, ys = (places[order, axis].astype(np.float64) for axis in (0, 1))
    odd = np.zeros(len(order), dtype=bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        first, last = np.searchsorted(ys, (min(y0, y1), max(y0, y1)))
        if first < last:
            crossing = x0 + (ys[first:last] - y0) * (x1 - x0) / (y1 - y0)
            odd[first:last] ^= xs[first:last] < crossing
    inside[order] = odd
    return inside


def _candidates(places: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Indices of the points within the polygon's box, by rising y; NaN compares false and stays out."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    in_box = ((places >= low) & (places <= high)).all(axis=1)
    near = np.flatnonzero(in_box)
    return near[np.argsort(places[near, 1], kind="stable")]
