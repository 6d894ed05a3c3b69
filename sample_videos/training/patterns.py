"""Textures of objects and fields of backgrounds: soft-edged patterns over a plane, in two separate sets.

`TRAINING` and `HELD_OUT` share no pattern, and neither holds the samples' own (stripes, dots, checks, waves), so that
accuracy on held-out clips and on the samples says something about patterns that were never seen. Plain objects and
grounds without a pattern (flat, ramped, grainy, strewn with chips) occur in both splits.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2  # the script needs it at once
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Pattern = Callable[[Field, Field, np.random.Generator], Field]


def _turned(u: Field, v: Field, rng: np.random.Generator) -> tuple[Field, Field]:
    angle = rng.uniform(0, 2 * np.pi)
    return u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)


def _steep(field: Field, rng: np.random.Generator) -> Field:
    """From -1..1 to 0..1, with an edge that is soft or hard."""
    return np.clip(field * np.exp(rng.uniform(0.3, 1.8)) + 0.5, 0, 1)


def bands(u: Field, v: Field, rng: np.random.Generator) -> Field:
    """Straight bands of uneven width."""
    along, _ = _turned(u, v, rng)
    pace = rng.uniform(4.0, 9.0)
    return _steep(np.sin(pace * along + rng.uniform(0, 6) + 0.8 * np.sin(0.37 * pace * along)), rng)


def blobs(u: Field, v: Field, rng: np.random.Generator) -> Field:
    """Camouflage: smooth noise with a threshold."""
    coarse = rng.normal(0, 1, (int(rng.integers(5, 10)),) * 2).astype(np.float32)
    noise = cv2.resize(coarse, u.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return _steep(noise + np.float32(rng.uniform(-0.3, 0.3)), rng)


def rings(u: Field, v: Field, rng: np.random.Generator) -> Field:
    """Rings about a point off the centre."""
    far = np.hypot(u - rng.uniform(0.2, 0.6) * rng.choice((-1, 1)), v - rng.uniform(-0.6, 0.6))
    return _steep(np.sin(rng.uniform(7, 12) * far + rng.uniform(0, 6)), rng)


def wedges(u: Field, v: Field, rng: np.random.Generator) -> Field:
    """Sectors, like a beach ball."""
    angle = np.arctan2(v - rng.uniform(-0.25, 0.25), u - rng.uniform(-0.25, 0.25))
    return _steep(np.sin(int(rng.integers(1, 5)) * angle + rng.uniform(0, 6)), rng)


def zigzag(u: Field, v: Field, rng: np.random.Generator) -> Field:
    """Zigzag lines."""
    along, across = _turned(u, v, rng)
    teeth = np.abs((across * rng.uniform(1.2, 2.4)) % 1 - 0.5)
    return _steep(np.sin(rng.uniform(6, 9) * along + 5 * teeth), rng)


def spots(u: Field, v: Field, rng: np.random.Generator) -> Field:
    """A few discs of several sizes, strewn."""
    field = np.full_like(u, -1)
    for x, y, size in rng.uniform((-0.9, -0.9, 0.12), (0.9, 0.9, 0.34), (int(rng.integers(3, 9)), 3)):
        field = np.maximum(field, 1 - np.hypot(u - x, v - y) / size)
    return _steep(np.clip(4 * field, -1, 1), rng)


def plaid(u: Field, v: Field, rng: np.random.Generator) -> Field:
    """Bands that cross."""
    along, across = _turned(u, v, rng)
    pace = rng.uniform(5, 9)
    first, second = (np.clip(2 * np.sin(pace * way + rng.uniform(0, 6)) + 0.5, 0, 1) for way in (along, across))
    return 0.55 * first + 0.45 * second


def diamonds(u: Field, v: Field, rng: np.random.Generator) -> Field:
    """Harlequin: a lattice on its corner."""
    along, across = _turned(u, v, rng)
    pace = rng.uniform(4, 7)
    return _steep(np.sin(pace * along) * np.sin(0.6 * pace * across + 1), rng)


def spiral(u: Field, v: Field, rng: np.random.Generator) -> Field:
    """Arms that wind outwards."""
    x, y = u - rng.uniform(-0.3, 0.3), v - rng.uniform(-0.3, 0.3)
    arms, wound = int(rng.integers(1, 4)), rng.uniform(4, 8) * rng.choice((-1, 1))
    return _steep(np.sin(arms * np.arctan2(y, x) + wound * np.hypot(x, y) + rng.uniform(0, 6)), rng)


def bricks(u: Field, v: Field, rng: np.random.Generator) -> Field:
    """Courses of bricks with pale joints."""
    along, across = _turned(u, v, rng)
    row = np.floor(across * 3.5)
    joint = np.minimum(np.abs((along * 2 + 0.5 * row) % 1 - 0.5), np.abs((across * 3.5) % 1 - 0.5))
    return _steep((0.14 - joint) * 9, rng)


TRAINING: tuple[Pattern, ...] = (bands, blobs, rings, wedges, zigzag, spots)
HELD_OUT: tuple[Pattern, ...] = (plaid, diamonds, spiral, bricks)
