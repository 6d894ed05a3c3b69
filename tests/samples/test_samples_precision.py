"""The fast number type gives the embeddings of the exact one, on the sample clips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vidviz.config import DecodeLimits
from vidviz.decode.read import read_clips
from vidviz.embed.backbones import find_backbone
from vidviz.embed.embedder import Embedder
from vidviz.embed.load import load_backbone
from vidviz.types import Span

# One clip of each motion.
CLIPS = sorted((Path(__file__).parents[2] / "sample_videos").glob("*_*_*.mp4"))[::5]


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        pytest.param("r3d_18", "random", marks=pytest.mark.slow),
        pytest.param("resnet50", "random", marks=pytest.mark.slow),
        ("simple3d_motion", "auto"),
        ("simple2d_look", "auto"),
    ],
)
def test_bfloat16_keeps_the_embeddings_of_the_samples(name: str, weights: str) -> None:
    frames = find_backbone(name).frames
    pixels = np.stack([next(read_clips(path, [Span(0, 2)], frames, DecodeLimits()))[1] for path in CLIPS])
    exact, fast = (
        Embedder(load_backbone(name, weights, device="cpu", precision=precision)).embed(pixels)
        for precision in ("float32", "bfloat16")
    )
    cosine = (exact * fast).sum(1) / np.linalg.norm(exact, axis=1) / np.linalg.norm(fast, axis=1)
    assert len(cosine) == 10
    assert cosine.min() >= 0.999
