"""Wall and processor time, lap by lap, of this process and the decoders it has started."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Spent:
    """Wall and processor seconds for so many clips."""

    clips: int
    wall: float
    cpu: float

    @property
    def per_second(self) -> float:
        """Clips a second."""
        return self.clips / self.wall

    @property
    def cpu_ms(self) -> float:
        """Processor milliseconds a clip."""
        return 1000 * self.cpu / self.clips


def total(laps: Iterable[Spent]) -> Spent:
    """The sum of laps."""
    listed = list(laps)
    return Spent(sum(lap.clips for lap in listed), sum(lap.wall for lap in listed), sum(lap.cpu for lap in listed))


class LapClock:
    """Wall and processor time since the last start."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin a lap."""
        self._wall, self._cpu = time.perf_counter(), cpu_seconds()

    def lap(self, num_clips: int) -> Spent:
        """What was spent since the start."""
        return Spent(num_clips, time.perf_counter() - self._wall, cpu_seconds() - self._cpu)


def cpu_seconds() -> float:
    """Processor seconds of this process and its living children."""
    spent = time.process_time()
    for child in psutil.Process().children():
        times = child.cpu_times()
        spent += times.user + times.system
    return spent


@contextmanager
def stopped_children() -> Iterator[None]:
    """The decoders stand still meanwhile."""
    children = psutil.Process().children()
    for child in children:
        child.suspend()
    try:
        yield
    finally:
        for child in children:
            child.resume()
