"""Many generated clips at once, drawn in several processes."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import cv2  # the script needs it at once
import numpy as np
from numpy.typing import NDArray
from studio.paint import Pixels

from training.motions import MOTIONS
from training.scenes import COLOUR_NAMES, SHAPES, SIDE_PX, draw, scene

_AT_ONCE = 50


@dataclass(frozen=True)
class ClipPool:
    """Clips in memory: `frames` (N, T, 64, 64, 3) uint8; `motions`, `shapes`, `colours` (N,) places in their lists."""

    frames: Pixels
    motions: NDArray[np.int64]
    shapes: NDArray[np.int64]
    colours: NDArray[np.int64]


def make_pool(split: str, numbers: range, num_frames: int, processes: int | None = None) -> ClipPool:
    """Draw the clips of a split by their numbers; the same numbers give the same pixels.

    Args:
        split: "training" or "held-out".
        numbers: which clips of the split, at least one.
        num_frames: T.
        processes: how many draw at once, one for each core when None; 1 draws in this process.
    """
    scenes = [scene(split, number) for number in numbers]
    draw_some = partial(_draw_some, split, numbers.stop, num_frames)
    starts = range(numbers.start, numbers.stop, _AT_ONCE)
    frames = np.empty((len(numbers), num_frames, SIDE_PX, SIDE_PX, 3), np.uint8)
    with ExitStack() as stack:
        run = map if processes == 1 else stack.enter_context(ProcessPoolExecutor(processes)).map
        for start, part in zip(starts, run(draw_some, starts), strict=True):
            frames[start - numbers.start :][: len(part)] = part
    return ClipPool(
        frames,
        np.array([MOTIONS.index(one.motion) for one in scenes]),
        np.array([SHAPES.index(one.shape) for one in scenes]),
        np.array([COLOUR_NAMES.index(one.colour) for one in scenes]),
    )


def _draw_some(split: str, stop: int, num_frames: int, start: int) -> Pixels:
    cv2.setNumThreads(1)  # there is a process for each core already
    return np.stack([draw(scene(split, number), num_frames) for number in range(start, min(start + _AT_ONCE, stop))])
