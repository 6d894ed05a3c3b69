"""Timestamps of frames -> times that can be trusted, and how long the last frame stays."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

JUMP_BACK_SECONDS = 1.0  # a step back of more than this is a new start of the file's clock, not disorder
PAUSE_SECONDS = 10.0  # a frame on screen for longer stands still; FFmpeg calls as much a jump of the clock, too
LONGEST_PAUSE_SECONDS = 3600.0
SMALLEST_STEP_SECONDS = 0.001
LEAST_STAY_SECONDS = 0.25


@dataclass(frozen=True)
class Trust:
    """Which steps forward of a file's clock are believed.

    Attributes:
        pauses: whether a frame may stay on screen for long at all. In streams that are cut and joined (MPEG-TS), where
            a picture comes many times a second, a long step is a jump of the clock.
        until_seconds: the end that the header tells, from the first timestamp; a pause that leads past it is none.
    """

    pauses: bool = True
    until_seconds: float = float("inf")

    def believes(self, last_seconds: float, seconds: float) -> bool:
        """Whether the frame after the one at `last_seconds` may be at `seconds`."""
        step = seconds - last_seconds
        if step <= PAUSE_SECONDS or last_seconds == float("-inf"):
            return True
        return self.pauses and step <= LONGEST_PAUSE_SECONDS and seconds <= self.until_seconds + PAUSE_SECONDS


class FrameClock:
    """Turns the timestamps of frames into seconds from the first frame, rising whatever the file says.

    Frames come in the order of showing and are never sorted. A timestamp that is missing or does not rise is
    replaced: by the frame's position, where `by_position` says that the whole file is so (raw streams), else by a
    small step from the frame before. A file whose clock starts anew, or jumps ahead, goes on without a gap.
    """

    def __init__(
        self, time_base: Fraction | None, step_seconds: float, *, by_position: bool = False, trust: Trust | None = None
    ) -> None:
        self.first_seconds = 0.0
        self.repaired = by_position
        self.skipped_seconds = 0.0
        # Whole numbers: their quotient is the float nearest to the exact time, at a tenth of a Fraction's cost.
        self._num, self._den = (time_base or Fraction(1, 1)).as_integer_ratio()
        self._step = step_seconds
        self._by_position = by_position
        self._trust = trust or Trust()
        self._origin: float | None = None
        self._count = 0
        self._last = float("-inf")
        self._last_step = 0.0

    def read(self, pts: int | None) -> float:
        """The time of the next frame, in seconds, rounded to microseconds."""
        seconds = round(self._advance(pts), 6)
        self._last_step = seconds - self._last if self._last != float("-inf") else 0.0
        self._last = seconds
        self._count += 1
        return seconds

    def seconds_of(self, pts: int) -> float:
        """The time of a frame with this timestamp, as `read` tells it while nothing is repaired."""
        return round(pts * self._num / self._den - (self._origin or 0.0), 6)

    def forget_last(self) -> None:
        """The next frame may come from anywhere: the file was sought in."""
        self._last = float("-inf")

    def _advance(self, pts: int | None) -> float:
        following = self._last + self._step if self._count else 0.0
        if self._by_position and self._origin is None and (pts is None or self._count):
            return self._count * self._step
        if pts is None:
            self.repaired = True
            return max(0.0, self._last + (self._last_step or self._step))  # 0 where there is no last
        stamp = pts * self._num / self._den
        if self._origin is None:
            self._origin = stamp - following
            self.first_seconds = self._origin
        seconds = stamp - self._origin
        rises = round(seconds, 6) > self._last
        if rises and self._trust.believes(self._last, seconds):
            return seconds
        self.repaired = True
        if not rises and self._last - seconds <= JUMP_BACK_SECONDS:
            return self._last + min(self._step / 8, SMALLEST_STEP_SECONDS)
        self.skipped_seconds += max(0.0, seconds - following)
        self._origin = stamp - following
        return following


def told_seconds(frame: Any, time_base: Fraction | None) -> float | None:
    """How long a frame stays on screen by the file's word; None where it does not say, or nothing to be believed."""
    seconds = float(frame.duration * time_base) if frame.duration and time_base else 0.0
    return seconds if 0 < seconds <= LONGEST_PAUSE_SECONDS else None


def longest_stay(last_step: float, step_seconds: float, told: float | None) -> float:
    """The longest that a last frame may be taken to stay on screen: a clip that wants more of it is not complete."""
    return max(LEAST_STAY_SECONDS, 2 * last_step, 2 * step_seconds, told or 0.0)
