"""Where the steps of a layer stand in time: the frames over which their windows are centred, by arithmetic.

Kept beside what units see (`vidviz.introspect.view`), because attention and means over the whole clip widen what a
step sees, and leave it where it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class StepMoments:
    """Where each of the t steps of a layer stands, in frames of the input; the first frame is 0.

    Attributes:
        centres: the middle of the windows that lead to a step, padding counted as if the clip went on.
        firsts, lasts: the first and the last frame that they reach; below 0 or beyond the last frame is padding.
    """

    centres: tuple[float, ...]
    firsts: tuple[float, ...]
    lasts: tuple[float, ...]

    @classmethod
    def of_frames(cls, num_frames: int) -> StepMoments:
        """A step for each frame."""
        frames = tuple(float(frame) for frame in range(num_frames))
        return cls(frames, frames, frames)

    def through(self, kernel: int, stride: int, padding: int, dilation: int, num_steps: int) -> StepMoments:
        """After a window that slides along time: a convolution or a pooling, of so many steps."""
        starts = np.arange(num_steps) * stride - padding
        ends = starts + (kernel - 1) * dilation
        middles = (starts + ends) / 2
        return StepMoments(_at(self.centres, middles), _at(self.firsts, starts), _at(self.lasts, ends))

    def pick(self, numbers: Sequence[int]) -> StepMoments:
        """Some of the steps, by their numbers."""
        centres, firsts, lasts = (
            tuple(values[number] for number in numbers) for values in (self.centres, self.firsts, self.lasts)
        )
        return StepMoments(centres, firsts, lasts)


def join_moments(several: Sequence[StepMoments], num_steps: int | None = None) -> StepMoments | None:
    """Where steps stand that are made of several layers': in the mean of their middles; None where nobody knows.

    Args:
        several: of each; those with another number of steps than the first do not count.
        num_steps: how many steps there are, where that is known.
    """
    length = num_steps or (len(several[0].centres) if several else 0)
    fitting = [one for one in several if len(one.centres) == length]
    if not fitting:
        return None
    centres, firsts, lasts = (
        np.array([getattr(one, name) for one in fitting]) for name in ("centres", "firsts", "lasts")
    )
    return StepMoments(tuple(centres.mean(0).tolist()), tuple(firsts.min(0).tolist()), tuple(lasts.max(0).tolist()))


def _at(values: Sequence[float], places: np.ndarray) -> tuple[float, ...]:
    """Values at places between the steps and beyond their ends, where they go on at the pace that they have there."""
    known = np.asarray(values, np.float64)
    if len(known) == 1:
        return tuple(known.repeat(len(places)).tolist())
    left = np.clip(np.floor(places).astype(int), 0, len(known) - 2)
    return tuple((known[left] + (places - left) * (known[left + 1] - known[left])).tolist())


def nearest_steps(centres: Sequence[float], num_frames: int) -> np.ndarray:
    """The step that is drawn over each frame, (T,) int64: the one whose centre is nearest, the earlier of two."""
    apart = np.abs(np.arange(num_frames)[:, None] - np.asarray(centres, np.float64)[None])
    return np.asarray(apart.argmin(axis=1), np.int64)


def even_centres(num_steps: int, num_frames: int) -> tuple[float, ...]:
    """The middles of equal parts of the frames: where steps stand that divide them among themselves."""
    return tuple(((np.arange(num_steps) + 0.5) * num_frames / num_steps - 0.5).tolist())
