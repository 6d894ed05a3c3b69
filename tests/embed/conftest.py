"""Small networks that stand in for backbones where a test is not about a real one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from torch import Tensor, nn

from vidviz.embed.backbones import find_backbone
from vidviz.embed.description import RANDOM, Backbone, LightBuild, Stage, Weights
from vidviz.embed.nets.simple3d import Simple3DCNN
from vidviz.types import FrameSpec


def narrow3d(**changes: Any) -> Simple3DCNN:
    return Simple3DCNN(channels=(4, 6), hidden=(16, 8), num_frames=4, size_px=16, **changes)


def narrow3d_light() -> Simple3DCNN:
    return narrow3d(dense_in_memory=False)


class TinyImageNetwork(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 3, padding=1)
        self.norm = nn.BatchNorm2d(5)
        self.relu = nn.ReLU(inplace=True)
        self.unused = nn.Linear(2, 2)
        self.pair = Pair()

    def forward(self, frames: Tensor) -> Tensor:
        first, _second = self.pair(self.relu(self.norm(self.conv(frames))))
        return first.mean((2, 3))


class Pair(nn.Module):
    def forward(self, values: Tensor) -> tuple[Tensor, int]:
        return values, 1


def not_a_module() -> str:
    return "no"


Factory = Callable[..., Backbone]


@pytest.fixture
def tiny_backbone() -> Factory:
    """A 3-D backbone of four frames of 16 x 16 pixels, with changes."""

    def make(**changes: Any) -> Backbone:
        row = dataclasses.replace(
            find_backbone("simple3d"),
            name="tiny",
            frames=FrameSpec(4, 16, 16),
            embedding_size=8,
            stages=(Stage("pool1", "Early"), Stage("pool2", "Later"), Stage("fc2", "Embedding")),
            weights=(Weights("PUBLISHED_V1", "https://weights.invalid/tiny-00000000.pth", 0.1, "none", "00000000"),),
            default_weights="PUBLISHED_V1",
            build=f"{__name__}:narrow3d",
            light=LightBuild(f"{__name__}:narrow3d_light", ("fc1", "relu3", "fc2", "relu4", "fc3"), 0.001),
            memory_gib=0.01,
        )
        return dataclasses.replace(row, **changes)

    return make


@pytest.fixture
def tiny_image_backbone(tiny_backbone: Factory) -> Factory:
    """A 2-D backbone of four frames of 16 x 16 pixels, with changes."""

    def make(**changes: Any) -> Backbone:
        settings: dict[str, Any] = {
            "name": "tiny_image",
            "per_frame": True,
            "embedding_layer": "relu",
            "embedding_size": 5,
            "stages": (Stage("relu", "Only"),),
            "build": f"{__name__}:TinyImageNetwork",
            "light": None,
            "weights": (),
            "default_weights": RANDOM,
        }
        return tiny_backbone(**(settings | changes))

    return make


@pytest.fixture
def random_clips() -> Callable[..., np.ndarray]:
    """uint8 frames (N, T, H, W, 3) as a backbone takes them."""

    def make(backbone: Backbone, num_clips: int, seed: int = 0) -> np.ndarray:
        spec = backbone.frames
        shape = (num_clips, spec.num_frames, spec.crop_px, spec.crop_px, 3)
        return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)

    return make
