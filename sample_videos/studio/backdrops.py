"""What lies behind the moving object: five kinds of background."""

from collections.abc import Callable

import cv2  # the script needs it at once
import numpy as np
from numpy.typing import NDArray

from studio.paint import Canvas, Pixels, oval, place, rgb

BACKGROUNDS = ("plain", "gradient", "grain", "terrazzo", "moving")
Backdrop = Callable[[float], Pixels]

_PLAIN = ("#f5e9d3", "#cfe3e6", "#28365c", "#dfe8d2", "#f3d3c4")
_GRADIENT = (
    ("#20315f", "#e99b84"),
    ("#0f5a6b", "#f1d9a0"),
    ("#54386f", "#f0a9a0"),
    ("#18425f", "#9fd3c7"),
    ("#f6d9a8", "#d9768a"),
)
_GRAIN = ("#b9a88c", "#7f93a3", "#c9b9a6", "#8fa08a", "#a893a8")
_TERRAZZO = (
    ("#f3ece2", "#d8b48f", "#93a8ac", "#424b54"),
    ("#22304f", "#f2c27b", "#7fb7be", "#e7e3d4"),
    ("#eef0e6", "#9db4a0", "#e0a890", "#5d6b7a"),
    ("#efe4ec", "#b59cc4", "#e6c38f", "#6b7a99"),
    ("#2f3e46", "#84a98c", "#e9c46a", "#cad2c5"),
)
_MOVING = (
    ("#1c2b4a", "#263a60", "#335080"),
    ("#f0d9b5", "#e7c99a", "#dcb67f"),
    ("#173f45", "#1f545a", "#2c6d70"),
    ("#e5dcef", "#d5c8e4", "#c3b2d7"),
    ("#3a2748", "#4c355d", "#624776"),
)
_DRIFT = 44.0  # pixels a second


def _flat(width: int, height: int, colour: str) -> NDArray[np.float32]:
    return np.full((height, width, 3), rgb(colour), np.float32)


def _gradient(width: int, height: int, tone: int) -> NDArray[np.float32]:
    """Two colours that run into each other from one corner to the other."""
    first, second = (np.array(rgb(code), np.float32) for code in _GRADIENT[tone])
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    share = (0.3 * x + 0.7 * y).astype(np.float32)[..., None]
    return first + (second - first) * share


def _grain(width: int, height: int, tone: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Paper: noise at several sizes, the same in every frame."""
    noise = np.zeros((height, width), np.float32)
    for step, weight in ((3, 7.0), (9, 6.0), (40, 7.0)):
        coarse = rng.normal(0, 1, (height // step + 2, width // step + 2)).astype(np.float32)
        noise += weight * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return _flat(width, height, _GRAIN[tone]) + noise[..., None]


def _terrazzo(width: int, height: int, tone: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Stone floor: scattered chips that keep their distance from each other."""
    ground, *chips = _TERRAZZO[tone]
    canvas = Canvas(width, height, 1)
    canvas.sky(ground, ground)
    taken: list[tuple[float, float]] = []
    for _ in range(900):
        x, y = rng.uniform(-10, width + 10), rng.uniform(-10, height + 10)
        if any((x - a) ** 2 + (y - b) ** 2 < (width * 0.062) ** 2 for a, b in taken):
            continue
        taken.append((x, y))
        ring = oval(0, 0, 1, 1)[::8] * rng.uniform(0.6, 1.15, (7, 1))
        canvas.poly(place(ring, x, y, width * rng.uniform(0.009, 0.024)), chips[int(rng.integers(3))])
    return canvas.ink.astype(np.float32)


def _drifting(width: int, height: int, tone: int, rng: np.random.Generator) -> Backdrop:
    """Broad soft shapes that drift on their own, whatever the object does."""
    x, y = np.meshgrid(np.arange(width) / width, np.arange(height) / height)
    field = np.zeros((height, width))
    for across, down in ((1, 1), (2, -1), (1, -2)):
        field += np.sin(2 * np.pi * (across * x + down * y) + rng.uniform(0, 2 * np.pi)) / np.hypot(across, down)
    tones = np.array([rgb(code) for code in _MOVING[tone]], np.float32)
    tile = np.repeat(tones[0][None, None], width, 1).repeat(height, 0)
    for level, colour in ((-0.3, tones[1]), (0.5, tones[2])):
        edge = np.clip((field - level) * width / 24 + 0.5, 0, 1)[..., None].astype(np.float32)
        tile = tile + (colour - tile) * edge
    angle = rng.uniform(0, 2 * np.pi)
    speed = _DRIFT * width / 320

    def at(seconds: float) -> Pixels:
        move = np.array([[1, 0, speed * seconds * np.cos(angle)], [0, 1, speed * seconds * np.sin(angle)]])
        moved = cv2.warpAffine(tile, move, (width, height), borderMode=cv2.BORDER_WRAP)
        return moved.round().astype(np.uint8)

    return at


def backdrop(kind: str, width: int, height: int, tone: int, seed: tuple[int, ...]) -> Backdrop:
    """Make the background of a clip; call the result with a time in seconds."""
    rng = np.random.default_rng(seed)
    if kind == "moving":
        return _drifting(width, height, tone, rng)
    if kind == "gradient":
        picture = _gradient(width, height, tone)
    elif kind == "grain":
        picture = _grain(width, height, tone, rng)
    elif kind == "terrazzo":
        picture = _terrazzo(width, height, tone, rng)
    else:
        picture = _flat(width, height, _PLAIN[tone])
    still = picture.round().clip(0, 255).astype(np.uint8)
    return lambda seconds: still
