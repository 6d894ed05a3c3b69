"""Clips with known motion, shape and colour: the samples as the real decoder reads them, and generated ones."""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vidviz.config import DecodeLimits
from vidviz.decode.read import read_clips
from vidviz.types import FrameSpec, Span

SAMPLES = Path(__file__).resolve().parents[2] / "sample_videos"
sys.path.insert(0, str(SAMPLES))  # the drawing code is a script's own package, not an installed one

FACTORS = ("motion", "shape", "colour")


@dataclass(frozen=True)
class LabelledClips:
    """`frames` (N, T, H, W, 3) uint8, and for each factor the N labels; `names` tell the clips apart."""

    frames: np.ndarray
    labels: dict[str, np.ndarray]
    names: tuple[str, ...]

    def where(self, factor: str, *values: str) -> LabelledClips:
        """Those clips whose factor has one of these values."""
        kept = np.flatnonzero(np.isin(self.labels[factor], values))
        labels = {name: column[kept] for name, column in self.labels.items()}
        return LabelledClips(self.frames[kept], labels, tuple(self.names[place] for place in kept))


def read_samples(frames: FrameSpec) -> LabelledClips:
    """Every sample video with a motion label, decoded; the films have none."""
    from studio.clips import FPS, FRAMES

    with (SAMPLES / "labels.csv").open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["motion"]]
    whole = [Span(0.0, FRAMES / FPS)]
    clips = [next(read_clips(SAMPLES / row["video"], whole, frames, DecodeLimits()))[1] for row in rows]
    labels = {factor: np.array([row[factor] for row in rows]) for factor in FACTORS}
    return LabelledClips(np.stack(clips), labels, tuple(row["video"] for row in rows))


def draw_held_out(numbers: range, num_frames: int, motions: tuple[str, ...] = ()) -> LabelledClips:
    """Generated clips of the held-out split, drawn as arrays of 64 px; only these motions where any are named."""
    from training.scenes import draw, scene

    scenes = [scene("held-out", number) for number in numbers]
    scenes = [one for one in scenes if not motions or one.motion in motions]
    return LabelledClips(
        np.stack([draw(one, num_frames) for one in scenes]),
        {factor: np.array([getattr(one, factor) for one in scenes]) for factor in FACTORS},
        tuple(str(one.number) for one in scenes),
    )
