"""Generated clips: a scene says what is in one, `draw` makes its frames as a backbone sees them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2  # the script needs it at once
import numpy as np
from studio.clips import PAIRS
from studio.looks import COLOURS, SHAPES, Sprite
from studio.paint import Pixels

from training.camera import film
from training.grounds import random_ground
from training.motions import MOTIONS, Pose, pose, random_course
from training.patterns import HELD_OUT, TRAINING
from training.sprites import SPREAD, random_colour, random_sprite

SIDE_PX = 64
_SCALE = 2  # frames are drawn this much larger and averaged down
# Roots of the random numbers; the samples' is `studio.clips.SEED`.
ROOTS = {"training": 710_001, "held-out": 930_002}
PATTERNS = {"training": TRAINING, "held-out": HELD_OUT}
_FIRST_OF_PAIR = {second: first for first, second in PAIRS[:4]}
COLOUR_NAMES = tuple(COLOURS)


@dataclass(frozen=True)
class Scene:
    """Everything that decides the pixels of a generated clip.

    Attributes:
        split: "training" or "held-out": they share neither random numbers nor patterns.
        number: which clip of the split.
    """

    split: str
    number: int
    motion: str
    shape: str
    colour: str


def scene(split: str, number: int) -> Scene:
    """The scene of a number; 250 in a row meet every motion, shape and colour together once."""
    shape, colour = number // len(MOTIONS) % len(SHAPES), number // (len(MOTIONS) * len(SHAPES)) % len(COLOURS)
    return Scene(split, number, MOTIONS[number % len(MOTIONS)], SHAPES[shape], COLOUR_NAMES[colour])


def with_motion(one: Scene, motion: str) -> Scene:
    """The same scene with another motion; for the other motion of a pair it is played backwards."""
    return replace(one, motion=motion)


def draw(one: Scene, num_frames: int = 16) -> Pixels:
    """The frames of a clip, (num_frames, 64, 64, 3) uint8: the middles of equal parts, as a backbone sees them."""
    motion = _FIRST_OF_PAIR.get(one.motion, one.motion)
    rng = np.random.default_rng((ROOTS[one.split], one.number))
    patterns = PATTERNS[one.split]
    course = random_course(rng)
    parts = (np.arange(num_frames) + 0.5) / num_frames
    poses = [pose(course, motion, part) for part in parts]
    deep = random_colour(one.colour, rng)
    plain = rng.random() < 0.2 and not motion.startswith("turn")  # a turning disc needs something to turn
    pattern = None if plain else patterns[int(rng.integers(len(patterns)))]
    side = SIDE_PX * _SCALE
    thing = random_sprite(one.shape, deep, pattern, max(at.radius for at in poses) * side, rng)
    ground = random_ground(patterns, side, deep, rng)
    shadow = (rng.uniform(-0.15, 0.15), rng.uniform(0.05, 0.22), rng.uniform(0, 0.4))
    frames = np.empty((num_frames, SIDE_PX, SIDE_PX, 3), np.float32)
    for index, (part, at) in enumerate(zip(parts, poses, strict=True)):
        large = ground(part).astype(np.float32)
        _stamp(large, thing, at, shadow)
        frames[index] = cv2.resize(large, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    filmed = film(frames, rng)
    return filmed if motion == one.motion else np.ascontiguousarray(filmed[::-1])


def _stamp(picture: np.ndarray, thing: Sprite, at: Pose, shadow: tuple[float, float, float]) -> None:
    """Lay the shadow and the object over a picture (drawn `_SCALE` times larger)."""
    side = len(picture)
    size = len(thing.shadow)
    zoom = at.radius * side * 2 * SPREAD / size
    cos, sin = np.cos(at.turn) * zoom, np.sin(at.turn) * zoom
    spin = np.diag([1 + at.squash * 0.7, 1 - at.squash]) @ np.array([[cos, -sin], [sin, cos]])
    middle = side / 2 + side * np.array([at.x, at.y + at.squash * at.radius * 0.8])
    reach = 1.15 * SPREAD * at.radius * side + 2
    low = np.clip(np.floor(middle - reach).astype(int), 0, side)
    high = np.clip(np.ceil(middle + reach).astype(int), 0, side)
    patch = picture[low[1] : high[1], low[0] : high[0]]
    if not patch.size:
        return

    def warp(layer: np.ndarray, right: float, down: float) -> np.ndarray:
        start = middle + at.radius * side * np.array([right, down]) - low - spin @ np.array([size / 2, size / 2])
        return cv2.warpAffine(layer, np.column_stack([spin, start]), patch.shape[1::-1])

    shade = warp(thing.shadow, shadow[0], shadow[1])[..., None] * np.float32(shadow[2])
    top = warp(thing.colour, 0, 0)
    patch[:] = (patch + (np.float32(24) - patch) * shade) * (1 - top[..., 3:]) + top[..., :3] * 255
