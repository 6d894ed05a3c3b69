"""What the moving object looks like: five shapes, five colours, five textures."""

from dataclasses import dataclass
from functools import lru_cache

import cv2  # the script needs it at once
import numpy as np
from numpy.typing import NDArray

from studio.paint import Points, mix, oval, place, rgb

SHAPES = ("star", "disc", "triangle", "cross", "heart")
TEXTURES = ("plain", "stripes", "dots", "checks", "waves")
# Close to the Okabe-Ito set, so that the colours stay apart for colour-blind viewers too.
COLOURS = {"red": "#e2502f", "blue": "#1f77b8", "green": "#119c78", "yellow": "#f2b01e", "pink": "#d870a6"}

SPRITE = 320  # side of the drawn object before it is scaled into a frame
UNIT = 128.0  # pixels in a sprite for one object radius
_FINE = 2  # sprites are drawn this much larger still

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Sprite:
    """One object, ready to be placed.

    Attributes:
        colour: Red, green, blue already multiplied by opacity, then opacity; all 0 to 1.
        shadow: Opacity of the soft shadow.
    """

    colour: NDArray[np.float32]
    shadow: NDArray[np.float32]


def _star() -> Points:
    angle = np.arange(10) * np.pi / 5 - np.pi / 2
    reach = np.where(np.arange(10) % 2, 0.44, 0.92)
    return np.stack([reach * np.cos(angle), reach * np.sin(angle)], 1)


def _triangle() -> Points:
    angle = np.arange(3) * 2 * np.pi / 3 - np.pi / 2
    return np.stack([np.cos(angle), np.sin(angle) + 0.12], 1) * 0.92


def _cross() -> Points:
    a, b = 0.25, 0.8
    corners = [
        (-a, -b),
        (a, -b),
        (a, -a),
        (b, -a),
        (b, a),
        (a, a),
        (a, b),
        (-a, b),
        (-a, a),
        (-b, a),
        (-b, -a),
        (-a, -a),
    ]
    return np.array(corners, float)


def _heart() -> Points:
    t = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    x = 16 * np.sin(t) ** 3
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    return np.stack([x, y - 2.5], 1) / 19.5


def outline(shape: str) -> Points:
    """Contour of a shape, about one unit in radius."""
    makers = {"star": _star, "triangle": _triangle, "cross": _cross, "heart": _heart}
    return makers[shape]() if shape in makers else oval(0, 0, 0.78, 0.78)


def pattern(texture: str, u: NDArray[np.float64], v: NDArray[np.float64]) -> Mask:
    """Where a texture shows its second tone, over object coordinates."""
    if texture == "stripes":
        return np.floor((u * 0.8 + v * 0.6) * 3.6 + 0.5) % 2 == 1
    if texture == "checks":
        return (np.floor(u * 3.2 + 0.3) + np.floor(v * 3.2 + 0.3)) % 2 == 1
    if texture == "waves":
        return np.floor((v + 0.09 * np.sin(u * 9)) * 3.8 + 0.4) % 2 == 1
    if texture == "dots":
        row = np.floor(v * 3.2)
        across = (u * 3.2 + 0.5 * (row % 2)) % 1 - 0.5
        return across**2 + (v * 3.2 - row - 0.5) ** 2 < 0.085
    return np.zeros_like(u, bool)


def _stroked(points: Points, side: int, width: float) -> NDArray[np.uint8]:
    """Filled contour fattened by ``width`` units, which also rounds its corners."""
    mask = np.zeros((side, side), np.uint8)
    unit = UNIT * _FINE
    path = np.round(place(points, side / 2, side / 2, unit)).astype(np.int32)
    cv2.fillPoly(mask, [path], 255, cv2.LINE_AA)
    cv2.polylines(mask, [path], True, 255, max(1, round(width * unit)), cv2.LINE_AA)
    return mask


@lru_cache(maxsize=64)
def sprite(shape: str, colour: str, texture: str) -> Sprite:
    """Draw an object: a textured body, a pale paper rim and a soft shadow."""
    side = SPRITE * _FINE
    body = _stroked(outline(shape), side, 0.14)[..., None] / 255.0
    whole = _stroked(outline(shape), side, 0.34)[..., None] / 255.0
    line = (np.arange(side) + 0.5 - side / 2) / (UNIT * _FINE)
    u, v = np.meshgrid(line, line)
    deep, light = rgb(COLOURS[colour]), rgb(mix(COLOURS[colour], "#fff6e6", 0.52))
    paint = np.where(pattern(texture, u, v)[..., None], light, deep) / 255.0
    rim = np.array(rgb("#fffaf0")) / 255.0
    full = np.concatenate([paint * body + rim * (whole - body).clip(0), whole], 2)
    small = cv2.resize(full.astype(np.float32), (SPRITE, SPRITE), interpolation=cv2.INTER_AREA)
    shadow = cv2.GaussianBlur(small[..., 3], (0, 0), UNIT * 0.11)
    return Sprite(small, shadow)
