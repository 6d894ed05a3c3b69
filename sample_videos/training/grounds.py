"""What lies behind: flat, ramps and patterned grounds, of which some drift, whatever the object does."""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Sequence

import cv2  # the script needs it at once
import numpy as np
from numpy.typing import NDArray
from studio.paint import Pixels

from training.patterns import Pattern

Ground = Callable[[float], Pixels]

CLEAR = 0.28  # the ground's colours keep this distance from the object's, in RGB of 0..1
FASTEST_DRIFT = 0.55  # frame sides in a whole clip


def random_ground(
    patterns: Sequence[Pattern], side: int, avoid: NDArray[np.float32], rng: np.random.Generator
) -> Ground:
    """Make the ground of a clip; call the result with the part (0 to 1) of the clip that has passed."""
    drifts = rng.random() < 0.4
    angle, way = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, FASTEST_DRIFT) * side * drifts
    wide = side + int(np.ceil(2 * abs(way)))
    tile = _picture(patterns, wide, side, avoid, rng)
    corner = (wide - side) / 2

    def at(part: float) -> Pixels:
        x, y = (corner + (part - 0.5) * way * np.array([np.cos(angle), np.sin(angle)])).tolist()
        move = np.array([[1, 0, -x], [0, 1, -y]])
        return cv2.warpAffine(tile, move, (side, side), flags=cv2.INTER_LINEAR)

    still = at(0.5)
    return at if drifts else lambda part: still


def _picture(
    patterns: Sequence[Pattern], wide: int, side: int, avoid: NDArray[np.float32], rng: np.random.Generator
) -> Pixels:
    """Three tones laid over each other by patterns, with or without a ramp, chips and grain."""
    tones = _palette(avoid, rng)
    line = (np.arange(wide, dtype=np.float32) - wide / 2) * np.float32(2 / side)
    u, v = np.meshgrid(line, line)
    angle = rng.uniform(0, 2 * np.pi)
    ramp = np.clip(0.5 + 0.5 * (u * np.cos(angle) + v * np.sin(angle)), 0, 1)[..., None]
    picture = tones[0] + (tones[1] - tones[0]) * ramp * rng.choice((0, 1), p=(0.6, 0.4))
    for tone in tones[2 : 2 + int(rng.integers(0, 3))]:
        size = np.float32(np.exp(rng.uniform(-0.5, 0.9)))
        share = patterns[int(rng.integers(len(patterns)))](u * size, v * size, rng)
        picture = picture + (tone - picture) * share[..., None] * rng.uniform(0.4, 1)
    if rng.random() < 0.3:
        _strew_chips(picture, tones[2:], rng)
    if rng.random() < 0.35:
        coarse = rng.normal(0, rng.uniform(0.02, 0.06), (wide // int(rng.integers(2, 5)),) * 2).astype(np.float32)
        picture = picture + cv2.resize(coarse, (wide, wide))[..., None]
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def _palette(avoid: NDArray[np.float32], rng: np.random.Generator) -> list[NDArray[np.float32]]:
    """Four tones, most of them muted and near the first one, none of them like the object."""
    tones: list[NDArray[np.float32]] = []
    while len(tones) < 4:
        drawn = (rng.uniform(0, 1), rng.uniform(0, 0.75) ** 1.3, rng.uniform(0.12, 1.0))
        tone = np.array(colorsys.hsv_to_rgb(*drawn), np.float32)
        if tones and rng.random() < 0.6:
            tone = tones[0] + (tone - tones[0]) * np.float32(rng.uniform(0.1, 0.5))
        if np.linalg.norm(tone - avoid) > CLEAR:
            tones.append(tone)
    return tones


def _strew_chips(picture: NDArray[np.float32], tones: Sequence[NDArray[np.float32]], rng: np.random.Generator) -> None:
    """Four-sided chips all over the picture."""
    wide = len(picture)
    for _ in range(int(rng.integers(15, 90))):
        middle, size = rng.uniform(0, wide, 2), wide * rng.uniform(0.01, 0.05)
        angle = np.sort(rng.uniform(0, 2 * np.pi, 4))
        corners = middle + size * np.stack([np.cos(angle), np.sin(angle)], 1)
        tone = tones[int(rng.integers(len(tones)))]
        cv2.fillPoly(picture, [np.round(corners * 16).astype(np.int32)], tone.tolist(), cv2.LINE_AA, 4)
