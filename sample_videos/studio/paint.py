"""A small anti-aliased canvas: everything is drawn larger and averaged down."""

from collections.abc import Sequence
from functools import lru_cache

import cv2  # the script needs it at once
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Points = NDArray[np.float64]
RGB = tuple[int, int, int]

_SHIFT = 4  # cv2 takes whole numbers; 4 fractional bits give the sub-pixel steps that slow motion needs


def rgb(code: str) -> RGB:
    """Turn ``"#rrggbb"`` into three numbers."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def mix(first: str, second: str, share: float) -> str:
    """Blend two colours; ``share`` 0 gives the first one, 1 the second."""
    part = min(max(share, 0.0), 1.0)
    pairs = zip(rgb(first), rgb(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def smooth(value: float) -> float:
    """Ease from 0 to 1, flat at both ends and symmetric about the middle."""
    part = min(max(value, 0.0), 1.0)
    return part * part * (3 - 2 * part)


def place(
    points: Sequence[tuple[float, float]] | Points, x: float, y: float, size: float = 1.0, turn: float = 0.0
) -> Points:
    """Scale, turn (radians, clockwise on screen) and move points."""
    cos, sin = np.cos(turn) * size, np.sin(turn) * size
    spun = np.asarray(points, float) @ np.array([[cos, sin], [-sin, cos]])
    return spun + np.array([x, y])


def oval(x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> Points:
    """Outline of an ellipse."""
    angle = np.linspace(0, 2 * np.pi, 56, endpoint=False)
    return place(np.stack([rx * np.cos(angle), ry * np.sin(angle)], 1), x, y, 1.0, turn)


def rounded(points: Sequence[tuple[float, float]] | Points, times: int = 2) -> Points:
    """Cut the corners of a closed outline until it looks drawn by hand (Chaikin's rule)."""
    ring = np.asarray(points, float)
    for _ in range(times):
        after = np.roll(ring, -1, axis=0)
        ring = np.stack([0.75 * ring + 0.25 * after, 0.25 * ring + 0.75 * after], 1).reshape(-1, 2)
    return ring


@lru_cache(maxsize=64)
def _ramp(width: int, height: int, stops: tuple[str, ...]) -> Pixels:
    """A vertical run through evenly spaced colours."""
    where = np.linspace(0, 1, height)
    knots = np.linspace(0, 1, len(stops))
    table = np.array([rgb(stop) for stop in stops], float)
    column = np.stack([np.interp(where, knots, table[:, channel]) for channel in range(3)], 1)
    return np.repeat(column.round().astype(np.uint8)[:, None], width, axis=1)


@lru_cache(maxsize=256)
def _halo(radius: int) -> NDArray[np.float32]:
    """Soft round fall-off, 1 in the middle and 0 at the rim."""
    line = np.linspace(-1, 1, 2 * radius, dtype=np.float32)
    far = np.sqrt(line[:, None] ** 2 + line[None] ** 2)
    return (np.clip(1 - far, 0, 1) ** 2)[..., None]


class Canvas:
    """A picture in logical units, kept ``scale`` times larger until it is read."""

    def __init__(self, width: int, height: int, scale: int = 2) -> None:
        """Start with a black picture of ``width`` by ``height`` logical units."""
        self.scale = scale
        self.ink: Pixels = np.zeros((height * scale, width * scale, 3), np.uint8)

    def pixels(self, width: int, height: int) -> Pixels:
        """The finished picture, averaged down to a size in pixels."""
        return cv2.resize(self.ink, (width, height), interpolation=cv2.INTER_AREA)

    def sky(self, *stops: str, top: float = 0, bottom: float | None = None) -> None:
        """Fill a full-width band with a vertical gradient."""
        low = self.ink.shape[0] if bottom is None else round(bottom * self.scale)
        high = round(top * self.scale)
        self.ink[high:low] = _ramp(self.ink.shape[1], low - high, stops)

    def poly(self, points: Points, colour: str, alpha: float = 1.0) -> None:
        """Fill a polygon."""
        where = np.asarray(points, float) * self.scale
        low = np.maximum(np.floor(where.min(0)).astype(int) - 2, 0)
        high = np.minimum(np.ceil(where.max(0)).astype(int) + 3, self.ink.shape[1::-1])
        if alpha <= 0 or (high <= low).any():
            return
        patch = self.ink[low[1] : high[1], low[0] : high[0]]
        layer = patch.copy()
        corners = np.round((where - low) * 2**_SHIFT).astype(np.int32)
        cv2.fillPoly(layer, [corners], rgb(colour), cv2.LINE_AA, _SHIFT)
        patch[:] = layer if alpha >= 1 else cv2.addWeighted(layer, alpha, patch, 1 - alpha, 0)

    def oval(
        self, x: float, y: float, rx: float, ry: float, colour: str, alpha: float = 1.0, turn: float = 0.0
    ) -> None:
        """Fill an ellipse."""
        self.poly(oval(x, y, rx, ry, turn), colour, alpha)

    def disc(self, x: float, y: float, radius: float, colour: str, alpha: float = 1.0) -> None:
        """Fill a circle."""
        self.oval(x, y, radius, radius, colour, alpha)

    def box(
        self, x: float, y: float, width: float, height: float, colour: str, alpha: float = 1.0, corner: float = 0.0
    ) -> None:
        """Fill a rectangle given by its top left corner, with rounded corners if asked."""
        if corner <= 0:
            points = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
        else:
            ring = oval(0, 0, corner, corner)
            reach = np.array([width / 2 - corner, height / 2 - corner])
            points = ring + np.sign(np.round(ring, 6)) * reach + (x + width / 2, y + height / 2)
        self.poly(points, colour, alpha)

    def line(self, points: Sequence[tuple[float, float]] | Points, width: float, colour: str) -> None:
        """Draw a line with round joints."""
        path = np.round(np.asarray(points, float) * self.scale * 2**_SHIFT).astype(np.int32)
        thick = max(1, round(width * self.scale))
        cv2.polylines(self.ink, [path], False, rgb(colour), thick, cv2.LINE_AA, _SHIFT)

    def glow(self, x: float, y: float, radius: float, colour: str, strength: float = 1.0) -> None:
        """Blend a soft round light into the picture."""
        reach = max(1, round(radius * self.scale))
        left, top = round(x * self.scale) - reach, round(y * self.scale) - reach
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + 2 * reach, self.ink.shape[1]), min(top + 2 * reach, self.ink.shape[0])
        if x1 <= x0 or y1 <= y0:
            return
        mask = _halo(reach)[y0 - top : y1 - top, x0 - left : x1 - left] * np.float32(strength)
        patch = self.ink[y0:y1, x0:x1]
        patch[:] = patch + (np.array(rgb(colour), np.float32) - patch) * mask
