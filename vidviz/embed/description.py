"""What is known about a backbone before it is loaded: frozen data, free of torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import urlparse

from vidviz.types import FrameSpec

Family = Literal["2-D CNN", "3-D CNN", "video transformer", "text-video"]

RANDOM = "random"
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Stage:
    """A layer that a person would ask for: its dotted path in the module, and how it is called on screen.

    `channel_axis` is the axis of C in the layer's output; -1 for layers that give tokens (N, tokens, C).
    """

    layer: str
    title: str
    channel_axis: int = 1


@dataclass(frozen=True)
class Weights:
    """Published weights: where they are, how large, under which terms.

    `sha256_prefix` are the first hexadecimal digits of the file's SHA-256, empty where none is published.
    """

    name: str
    url: str
    size_mb: float
    licence: str
    sha256_prefix: str = ""
    non_commercial: bool = False

    @property
    def file_name(self) -> str:
        """The file's name in the cache: the last part of the address."""
        return PurePosixPath(urlparse(self.url).path).name


@dataclass(frozen=True)
class LightBuild:
    """The same network with the layers in `without` described but not held in memory.

    It serves every layer that comes before those. `build` is a `module:function`.
    """

    build: str
    without: tuple[str, ...]
    memory_gib: float


@dataclass(frozen=True)
class Backbone:
    """One backbone of the registry.

    Attributes:
        frames: which frames of a clip it sees, and how large. They are taken evenly over the clip, whatever its
            length; `frames_per_second` is the rate it was trained at, so a clip of
            `frames.num_frames / frames_per_second` seconds moves at the speed the network knows.
        per_frame: a 2-D network: it takes frames (N, C, H, W) one by one, and its activations are pooled over time.
        mean, std: normalisation of RGB values in [0, 1].
        embedding_size: D of `embedding_layer` under mean pooling.
        gmacs: billions of multiply-adds for one view: a clip, or one frame where `per_frame`.
        accuracy: published accuracy with its source; empty where there is none.
        default_weights: the name of one of `weights`, or "random" where none are published.
        memory_gib: estimate of what loading it and running one batch takes, in float32.
        build: `module:function` that makes the module with fresh weights when called without arguments.
    """

    name: str
    title: str
    family: Family
    paper: str
    frames: FrameSpec
    frames_per_second: float
    per_frame: bool
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    embedding_size: int
    parameters_millions: float
    gmacs: float
    accuracy: str
    weights: tuple[Weights, ...]
    default_weights: str
    embedding_layer: str
    stages: tuple[Stage, ...]
    memory_gib: float
    build: str
    light: LightBuild | None = None

    def __post_init__(self) -> None:
        if self.default_weights not in self.weights_names:
            raise ValueError(f"{self.name}: default weights {self.default_weights!r} are not described")
        if ":" not in self.build:
            raise ValueError(f"{self.name}: build must read 'module:function', not {self.build!r}")
        if min(self.std) <= 0 or self.embedding_size < 1:
            raise ValueError(f"{self.name}: std and embedding_size must be positive")

    @property
    def weights_names(self) -> tuple[str, ...]:
        """What `weights=` may name, best first: the published ones, then "random"."""
        return (*(weights.name for weights in self.weights), RANDOM)

    @property
    def clip_gmacs(self) -> float:
        """Billions of multiply-adds for all frames of one clip."""
        return self.gmacs * (self.frames.num_frames if self.per_frame else 1)

    def channel_axis(self, layer: str) -> int:
        """The axis of C in this layer's output, by the nearest stage around it (1 where there is none)."""
        around = [s for s in self.stages if layer == s.layer or layer.startswith(f"{s.layer}.")]
        return max(around, key=lambda s: len(s.layer)).channel_axis if around else 1
