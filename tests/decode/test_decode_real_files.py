"""A folder of real, awkward files with a MANIFEST.tsv beside them, where there is one."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from vidviz.config import DecodeLimits
from vidviz.decode.cut import cut_clips
from vidviz.decode.pictures.thumbnails import Reel
from vidviz.decode.read import read_clips
from vidviz.decode.scan import scan_video
from vidviz.errors import MediaError
from vidviz.types import FrameSpec, Recipe

FOLDER = os.environ["VIDVIZ_REAL_VIDEOS"]
LIMITS = DecodeLimits()


def manifest() -> list[dict[str, str]]:
    with (Path(FOLDER) / "MANIFEST.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [row for row in rows if row["frames"].isdigit()]


@pytest.mark.parametrize("row", manifest(), ids=lambda row: row["file"])
def test_frames_and_duration_are_those_of_the_manifest(row: dict[str, str]) -> None:
    path, frames = Path(FOLDER) / row["file"], int(row["frames"])
    with Reel() as reel:
        if not frames:
            with pytest.raises(MediaError):
                scan_video(path, LIMITS, find_shots=False, reel=reel)
            return
        found = scan_video(path, LIMITS, find_shots=False, reel=reel)
    assert found.probe.num_frames == frames
    if found.loss is None:
        assert found.duration_seconds == pytest.approx(float(row["duration_s"]), abs=0.05)
    spans = cut_clips(found.duration_seconds, found.shots, Recipe("windows", 1.5, 1, "shift"))
    clips = dict(read_clips(path, spans, FrameSpec(4, (128, 171), 112), LIMITS))
    assert len(clips) == len(spans)
    assert all(np.isfinite(clip.mean()) and clip.shape == (4, 112, 112, 3) for clip in clips.values())
