"""What the map sends back, read with care, and the clips that it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from vidviz.numbers.polygon import points_in_polygon

Mode = Literal["replace", "add", "remove", "clear"]

MOST_CORNERS = 2000
FARTHEST = 1e30
LARGEST_CLIP_ID = 2**53 - 1

Window = tuple[float, ...]
"""The part of a map in view: x0, x1, y0, y1; in 3-D the camera's eye, centre and up; empty where all of it is."""


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
        return points_in_polygon(np.asarray(coordinates, float)[:, :2], self.corners)

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


def read_window(value: object) -> Window | None:
    """The part in view, from the browser or a link, or None when it is not one."""
    if not isinstance(value, list | tuple) or len(value) not in (0, 4, 9):
        return None
    if not all(_is_number(number) for number in value):
        return None
    window = tuple(float(number) for number in value)
    if len(window) == 4 and not (window[0] < window[1] and window[2] < window[3]):
        return None
    return window


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < FARTHEST


def _read_corners(value: Any) -> np.ndarray | None:
    if not isinstance(value, list) or len(value) > MOST_CORNERS:
        return None
    if not all(isinstance(corner, list) and len(corner) == 2 for corner in value):
        return None
    if not all(_is_number(number) for corner in value for number in corner):
        return None
    return np.array(value, dtype=float).reshape(-1, 2)
