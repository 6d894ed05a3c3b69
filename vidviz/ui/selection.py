"""What the map sends back, read with care, and the clips that it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from vidviz.services.mapping import points_inside

Mode = Literal["replace", "add", "remove", "clear"]

MOST_CORNERS = 2000
FARTHEST = 1e30
LARGEST_CLIP_ID = 2**53 - 1


@dataclass(frozen=True)
class Polygon:
    """A lasso or box: `corners` (M, 2) in the map's coordinates, and what to do with the clips inside.

    `clear` has no corners.
    """

    mode: Mode
    corners: np.ndarray

    def points_inside(self, coordinates: np.ndarray) -> np.ndarray:
        """Which of the points lie inside, (N,) bool, by the even-odd rule.

        Args:
            coordinates: (N, 2), the map.
        """
        if len(self.corners) < 3:
            return np.zeros(len(coordinates), dtype=bool)
        return points_inside(np.asarray(coordinates, float)[:, :2], self.corners)

    def apply(self, selected: np.ndarray, coordinates: np.ndarray) -> np.ndarray:
        """The selection after this polygon, (N,) bool, from the one before it."""
        if self.mode == "clear":
            return np.zeros(len(coordinates), dtype=bool)
        inside = self.points_inside(coordinates)
        if self.mode == "add":
            return np.asarray(selected | inside)
        if self.mode == "remove":
            return np.asarray(selected & ~inside)
        return inside


def read_clip_id(value: object) -> int | None:
    """A clip id from the browser, or None when it is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        return None
    return int(value) if 0 <= value <= LARGEST_CLIP_ID else None


def read_polygon(value: object) -> Polygon | None:
    """A polygon from the browser, or None when it is not one."""
    if not isinstance(value, Mapping) or value.get("mode") not in get_args(Mode):
        return None
    mode: Mode = value["mode"]
    corners = _read_corners(value.get("points"))
    if corners is None or (mode != "clear" and len(corners) < 3):
        return None
    return Polygon(mode, corners)


def _read_corners(value: Any) -> np.ndarray | None:
    if not isinstance(value, list) or len(value) > MOST_CORNERS:
        return None
    if not all(isinstance(corner, list) and len(corner) == 2 for corner in value):
        return None
    if not all(isinstance(number, int | float) and abs(number) < FARTHEST for corner in value for number in corner):
        return None
    return np.array(value, dtype=float).reshape(-1, 2)
