"""The fifty motion clips: five pairs of motions, each in five looks.

Motion and look are kept apart. The two motions of a pair share every random choice, and the second is the
first played backwards, so no single frame tells them apart. Shape, colour, texture and background form an
orthogonal array over the pairs: each motion meets every level of each once, and any two of these factors
meet in all 25 ways.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2  # the script needs it at once
import numpy as np

from studio.backdrops import BACKGROUNDS, backdrop
from studio.looks import COLOURS, SHAPES, SPRITE, TEXTURES, UNIT, Sprite, sprite
from studio.paint import Pixels, rgb, smooth

WIDTH, HEIGHT, FPS, FRAMES = 320, 240, 24, 48
SEED = 20240
PAIRS = (
    ("slide right", "slide left"),
    ("slide down", "slide up"),
    ("grow", "shrink"),
    ("turn clockwise", "turn counter-clockwise"),
    ("bounce", "stand still"),
)
_SCALE = 2  # frames are drawn this much larger and averaged down
_SHADOW = (0.10, 0.19, 0.34)  # right and down in object radii, opacity


@dataclass(frozen=True)
class Clip:
    """Everything that decides the pixels of one motion clip."""

    motion: str
    shape: str
    colour: str
    texture: str
    background: str
    pair: int
    look: int

    @property
    def name(self) -> str:
        """File name."""
        return f"{self.motion.replace(' ', '-')}_{self.colour}-{self.shape}_{self.background}.mp4"


@dataclass(frozen=True)
class Pose:
    """Where the object is in one frame; lengths in pixels, the turn in radians, clockwise."""

    x: float
    y: float
    radius: float
    turn: float = 0.0
    squash: float = 0.0


def _clip(pair: int, member: int, look: int) -> Clip:
    # The turns need texture on the disc: the offset of 1 gives the turning disc its stripes.
    colour, texture = tuple(COLOURS)[(pair + look) % 5], TEXTURES[(3 * pair + look + 1) % 5]
    background = BACKGROUNDS[(2 * pair + look) % 5]
    return Clip(PAIRS[pair][member], SHAPES[look], colour, texture, background, pair, look)


CLIPS = tuple(_clip(pair, member, look) for pair in range(5) for member in range(2) for look in range(5))


def _bounce(x: float, floor: float, high: float, radius: float, part: float) -> Pose:
    """Three hops, flattened a little on the ground and stretched in the air."""
    hop = (part * 3) % 1.0
    lift = 4 * hop * (1 - hop)
    return Pose(x, floor - high * lift, radius, 0.0, 0.16 * np.exp(-((lift / 0.22) ** 2)) - 0.05 * lift)


def pose(clip: Clip, frame: int) -> Pose:
    """Place the object: the second motion of a pair is the first one run backwards."""
    rng = np.random.default_rng((SEED, clip.pair, clip.look))
    radius, reach = rng.uniform(37, 43), rng.uniform(0.9, 1.0)
    x, y = WIDTH / 2 + rng.uniform(-24, 24), HEIGHT / 2 + rng.uniform(-16, 16)
    tilt, pace = rng.uniform(-0.2, 0.2), rng.uniform(0.2, 0.5)
    part = frame / (FRAMES - 1)
    part = 1 - part if clip.motion == PAIRS[clip.pair][1] else part
    # A little easing, equal at both ends: the time-reversed clip has the same speeds.
    way = 2 * ((1 - pace) * part + pace * smooth(part)) - 1
    if clip.motion == "stand still":
        return Pose(x, y, radius, tilt)
    if clip.motion == "bounce":
        return _bounce(x, HEIGHT / 2 + 58, 112 * reach, radius, part)
    if clip.pair == 0:
        return Pose(WIDTH / 2 + 78 * reach * way, y, radius, tilt)
    if clip.pair == 1:
        return Pose(x, HEIGHT / 2 + 68 * reach * way, radius, tilt)
    if clip.pair == 2:
        return Pose(x, y, radius * 1.05 * float(np.exp(0.6 * reach * way)), tilt)
    return Pose(x, y, radius * 1.15, tilt + np.pi / 2 * reach * way)


def _stamp(picture: np.ndarray, thing: Sprite, at: Pose) -> None:
    """Lay the shadow and the object over a picture (drawn ``_SCALE`` times larger)."""
    zoom = _SCALE * at.radius / UNIT
    cos, sin = np.cos(at.turn) * zoom, np.sin(at.turn) * zoom
    spin = np.diag([1 + at.squash * 0.7, 1 - at.squash]) @ np.array([[cos, -sin], [sin, cos]])
    feet = at.squash * at.radius * 0.8  # a flattened object still touches the ground
    # Only the part of the picture that the object and its shadow can reach is touched.
    reach = 1.75 * at.radius
    low = np.maximum(np.floor((np.array([at.x, at.y]) - reach) * _SCALE).astype(int), 0)
    high = np.ceil((np.array([at.x, at.y]) + reach) * _SCALE).astype(int)
    patch = picture[low[1] : high[1], low[0] : high[0]]

    def warp(layer: np.ndarray, x: float, y: float) -> np.ndarray:
        middle = np.array([x, y]) * _SCALE - low - spin @ np.array([SPRITE / 2, SPRITE / 2])
        return cv2.warpAffine(layer, np.column_stack([spin, middle]), patch.shape[1::-1])

    right, down, dark = _SHADOW
    shade = warp(thing.shadow, at.x + right * at.radius, at.y + feet + down * at.radius)[..., None] * dark
    top = warp(thing.colour, at.x, at.y + feet)
    ground = patch + (np.array(rgb("#141a33"), np.float32) - patch) * shade
    patch[:] = ground * (1 - top[..., 3:]) + top[..., :3] * 255


def frames(clip: Clip) -> Iterator[Pixels]:
    """Draw a clip, frame by frame."""
    thing = sprite(clip.shape, clip.colour, clip.texture)
    seed = (SEED, 1, clip.pair, clip.look)
    behind = backdrop(clip.background, WIDTH * _SCALE, HEIGHT * _SCALE, clip.pair, seed)
    for index in range(FRAMES):
        large = behind(index / FPS).astype(np.float32)
        _stamp(large, thing, pose(clip, index))
        # The mean of every 2 x 2 block; values stay within 0 and 255 by construction.
        small = cv2.resize(large, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        yield (small + 0.5).astype(np.uint8)
