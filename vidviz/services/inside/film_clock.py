"""When the frames of a film were: what its clock says, and where the steps of layers stand on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vidviz.services.inside.fed_view import FedView


@dataclass(frozen=True)
class FilmClock:
    """When the T frames of a film are on screen, and which moments of the video they show.

    Attributes:
        times: (T,) float64, seconds of the video; running back where the film does.
        offset: when the first frame is on screen, in seconds after the beginning of the clip: films of one clip that
            begin at different moments of it stand on one clock by that.
        seconds: how long the film lasts, T equal steps.
    """

    times: np.ndarray
    offset: float
    seconds: float

    @classmethod
    def of_view(cls, fed: FedView, *, backwards: bool = False) -> FilmClock:
        """The clock of a view."""
        times = fed.times[::-1].copy() if backwards else fed.times
        return cls(times, float(fed.times[0]) - fed.clip_start, fed.seconds)

    def at(self, frames: Sequence[float]) -> np.ndarray:
        """Seconds of the video at places between the frames, such as the centres of a layer's steps."""
        return np.asarray(np.interp(np.asarray(frames, np.float64), np.arange(len(self.times)), self.times))
