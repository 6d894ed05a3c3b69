"""How the object moves: ten motions with random sizes, places, speeds and easing; and which turn into which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from studio.clips import PAIRS

MOTIONS = tuple(motion for pair in PAIRS for motion in pair)
STILL, BOUNCE = "stand still", "bounce"
_SLIDES, _SLIDES_ALONG_Y, _SIZES, _TURNS = PAIRS[:4]

# What a motion becomes when the clip is played backwards, seen in a mirror, put upside down, or its rows and
# columns change places. An object that bounces upside down, or sideways, does not bounce: those are left out.
_SWAPPED_IN_TIME = dict([*PAIRS[:4], *(pair[::-1] for pair in PAIRS[:4])])
_SWAPPED_TURNS = dict([_TURNS, _TURNS[::-1]])
_SWAPPED_SIDES = {**_SWAPPED_TURNS, **dict([_SLIDES, _SLIDES[::-1]])}
_SWAPPED_ENDS = {**_SWAPPED_TURNS, **dict([_SLIDES_ALONG_Y, _SLIDES_ALONG_Y[::-1]])}
_SWAPPED_AXES = {**_SWAPPED_TURNS, **dict(zip(_SLIDES + _SLIDES_ALONG_Y, _SLIDES_ALONG_Y + _SLIDES, strict=True))}


def _renamed(names: dict[str, str]) -> tuple[int, ...]:
    return tuple(MOTIONS.index(names.get(motion, motion)) for motion in MOTIONS)


BACKWARDS, MIRRORED = _renamed(_SWAPPED_IN_TIME), _renamed(_SWAPPED_SIDES)
UPSIDE_DOWN, TRANSPOSED = _renamed(_SWAPPED_ENDS), _renamed(_SWAPPED_AXES)


@dataclass(frozen=True)
class Pose:
    """Where the object is in one frame; lengths as parts of the frame's side, the turn in radians, clockwise."""

    x: float
    y: float
    radius: float
    turn: float = 0.0
    squash: float = 0.0


@dataclass(frozen=True)
class Course:
    """Everything that is random about a motion.

    Attributes:
        x, y: the middle of the way, from the frame's centre; lengths as parts of the frame's side.
        radius: the object's, in the middle of the clip where it grows.
        tilt: in radians, clockwise.
        reach: how far the motion goes, 0 to 1.
        slant: sideways movement beside a slide, as a part of it.
        ease: 0 for an even speed, 1 for a slow start and end.
        skew: above 1 the motion starts slowly, below 1 it ends slowly.
        hops: hops in the whole clip.
        phase: where in a hop a clip begins, 0 to 1.
        squash: how far a bouncing object is flattened on the ground.
    """

    x: float
    y: float
    radius: float
    tilt: float
    reach: float
    slant: float
    ease: float
    skew: float
    hops: float
    phase: float
    squash: float


def random_course(rng: np.random.Generator) -> Course:
    """Sizes from 0.5 to 1.6 times the samples', whole and partial ways, several speeds."""
    return Course(
        x=rng.uniform(-0.2, 0.2),
        y=rng.uniform(-0.16, 0.16),
        radius=0.167 * np.exp(rng.uniform(np.log(0.5), np.log(1.6))),
        tilt=rng.uniform(-0.45, 0.45),
        reach=rng.uniform(0, 1),
        slant=rng.uniform(-0.15, 0.15),
        ease=rng.uniform(0, 0.7),
        skew=np.exp(rng.uniform(-0.25, 0.25)),
        hops=rng.uniform(2.0, 4.0),
        phase=rng.uniform(0, 1),
        squash=rng.uniform(0, 0.22),
    )


def pose(course: Course, motion: str, part: float) -> Pose:
    """The object's pose when `part` (0 to 1) of the clip has passed.

    `motion` is the first of a pair; the second is the first played backwards, which `scenes` does.
    """
    c = course
    skewed = part**c.skew
    way = 2 * ((1 - c.ease) * skewed + c.ease * skewed**2 * (3 - 2 * skewed)) - 1
    travel = 0.14 + 0.24 * c.reach  # to either side
    if motion == _SLIDES[0]:
        return Pose(c.x / 2 + travel * way, c.y + c.slant * travel * way, c.radius, c.tilt)
    if motion == _SLIDES_ALONG_Y[0]:
        return Pose(c.x + c.slant * travel * way, c.y / 2 + travel * way, c.radius, c.tilt)
    if motion == _SIZES[0]:
        return Pose(c.x, c.y, min(c.radius, 0.2) * float(np.exp((0.3 + 0.45 * c.reach) * way)), c.tilt)
    if motion == _TURNS[0]:
        return Pose(c.x, c.y, max(c.radius, 0.12), 3 * c.tilt + (0.85 + 1.05 * c.reach) * way)
    if motion == BOUNCE:
        return _bounce(c, part)
    return Pose(c.x, c.y, c.radius, c.tilt)


def _bounce(c: Course, part: float) -> Pose:
    """Hops along a parabola, flattened a little on the ground."""
    hop = (c.phase + c.hops * part) % 1.0
    lift = 4 * hop * (1 - hop)
    high = 0.2 + 0.32 * c.reach
    floor = c.y / 2 + high / 2
    return Pose(c.x, floor - high * lift, c.radius, c.tilt / 3, c.squash * float(np.exp(-((lift / 0.22) ** 2))))
