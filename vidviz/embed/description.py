"""What is known about a backbone before it is loaded: frozen data, free of torch."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import urlparse

from vidviz.errors import BackboneError, UnknownNameError
from vidviz.numbers.digests import short_digest
from vidviz.types import SAMPLINGS, FrameSpec, Sampling

Family = Literal["2-D CNN", "2-D transformer", "3-D CNN", "video transformer", "text-video"]

RANDOM = "random"
BUNDLED = "bundled:"
HUGGING_FACE = "https://huggingface.co/"
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
    """Trained weights: where they are, how large, under which terms.

    Attributes:
        url: a file's address; a repository's (`https://huggingface.co/OWNER/NAME`); or `bundled:FILE` for weights
            that come with the package.
        size_mb: size of the file or of the download, in 10^6 bytes.
        sha256_prefix: the first hexadecimal digits of the file's SHA-256, empty where none is published.
        non_commercial: the terms forbid commercial use; a person is asked before they are downloaded.
        may_lack: beginnings of keys that the published file may not have (a class head, say). The layers behind
            them then stay untrained and are refused.
        frames, accuracy, gmacs, build: the backbone's own, where these weights were trained or measured otherwise.
    """

    name: str
    url: str
    size_mb: float
    licence: str
    sha256_prefix: str = ""
    non_commercial: bool = False
    may_lack: tuple[str, ...] = ()
    frames: FrameSpec | None = None
    accuracy: str = ""
    gmacs: float = 0.0
    build: str = ""

    @property
    def bundled(self) -> bool:
        """Whether they come with the package."""
        return self.url.startswith(BUNDLED)

    @property
    def repository(self) -> str:
        """OWNER/NAME of a Hugging Face repository; empty where the address is a file's."""
        return self.url.removeprefix(HUGGING_FACE) if self.url.startswith(HUGGING_FACE) else ""

    @property
    def file_name(self) -> str:
        """The file's name: the last part of the address."""
        return PurePosixPath(urlparse(self.url).path).name


@dataclass(frozen=True)
class LightBuild:
    """The same network with the layers in `without` described but not held in memory.

    It serves every layer that comes before those. `build` is a `module:function`.
    """

    build: str
    without: tuple[str, ...]
    memory_gib: float


@dataclass(frozen=True, kw_only=True)
class Backbone:
    """One backbone of the registry.

    Attributes:
        frames: how many frames it sees at a time, and how large.
        fps: frames per second of the videos it was trained on, after resampling; 0 where nobody says, so that frames
            are spread over a clip.
        stride: every which of those frames it took; so a clip of `native_seconds` moves at the speed it knows.
        per_frame: a 2-D network: it sees frames one by one, and its activations are pooled over time.
        mean, std: normalisation of RGB values in [0, 1].
        embedding_size: D of `embedding_layer` under mean pooling.
        parameters_millions, gmacs: size, and billions of multiply-adds for one view: a clip, or one frame where
            `per_frame`; 0 where nobody says.
        accuracy: published accuracy with its source; empty where there is none.
        knows: what it was shown in training, in a sentence, where its answers to anything else mean nothing.
        default_weights: the name of one of `weights`, or "random" where none are published.
        memory_gib: estimate of what loading it and running one batch takes, in float32.
        build: `module:function` that makes the module with fresh weights when called without arguments.
        light: the same network without its heaviest layers, where that is worth having.
        smallest: the smallest input it takes, for quick looks and tests; `frames` where None.
        reads_text: whether sentences are embedded into the same space as clips.
        renamed_keys: pairs of (regular expression, replacement) that turn other publishers' names of the
            parameters into this module's.
    """

    name: str
    title: str
    family: Family
    paper: str = ""
    frames: FrameSpec
    fps: float = 0.0
    stride: int = 1
    per_frame: bool = False
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)
    embedding_size: int
    parameters_millions: float = 0.0
    gmacs: float = 0.0
    accuracy: str = ""
    knows: str = ""
    weights: tuple[Weights, ...] = ()
    default_weights: str = RANDOM
    embedding_layer: str
    stages: tuple[Stage, ...] = ()
    memory_gib: float = 1.0
    build: str
    light: LightBuild | None = None
    smallest: FrameSpec | None = None
    reads_text: bool = False
    renamed_keys: tuple[tuple[str, str], ...] = ()

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

    def trained_as(self, weights: Weights) -> Backbone:
        """The backbone as these of its weights were trained: their frames and figures stand above its own."""
        frames = weights.frames or self.frames
        return dataclasses.replace(
            self,
            frames=frames,
            smallest=self.smallest if frames.crop_px == self.frames.crop_px else None,
            accuracy=weights.accuracy or self.accuracy,
            gmacs=weights.gmacs or self.gmacs,
            build=weights.build or self.build,
        )

    @property
    def frames_per_second(self) -> float:
        """How many of the frames it sees make a second at the speed it was trained at; 0 where nobody says."""
        return self.fps / self.stride

    @property
    def native_seconds(self) -> float:
        """Length of a clip that moves at the speed it was trained at; 0 where nobody says."""
        return self.frames.num_frames / self.frames_per_second if self.fps else 0.0

    @property
    def samplings(self) -> tuple[Sampling, ...]:
        """The ways of giving it a clip's frames, the usual one first."""
        return ("spread",) if self.per_frame or not self.fps else SAMPLINGS

    def frames_by(self, sampling: Sampling) -> FrameSpec:
        """Which frames of a clip it is given.

        Raises:
            UnknownNameError: there is no such sampling.
            BackboneError: it sees frames one by one, or nobody says at which pace it was trained.
        """
        if sampling not in SAMPLINGS:
            raise UnknownNameError("sampling", sampling, SAMPLINGS)
        if sampling not in self.samplings:
            reason = "sees frames one by one" if self.per_frame else "says no pace that it was trained at"
            raise BackboneError(f"{self.name} {reason}, so its frames are spread over a clip: use sampling 'spread'.")
        if sampling == "spread":
            return self.frames
        pace = self.frames_per_second
        return dataclasses.replace(self.frames, frames_per_second=pace, one_view=sampling == "one-view")

    @property
    def preprocessing(self) -> str:
        """A digest of what decides its input, given a clip and how its frames are sampled: 16 hexadecimal digits."""
        pace = (self.fps, self.stride, self.per_frame)
        return short_digest(json.dumps([dataclasses.asdict(self.frames), self.mean, self.std, pace], sort_keys=True))

    @property
    def clip_gmacs(self) -> float:
        """Billions of multiply-adds for all frames of one clip."""
        return self.gmacs * (self.frames.num_frames if self.per_frame else 1)

    def channel_axis(self, layer: str) -> int:
        """The axis of C in this layer's output, by the nearest stage around it (1 where there is none)."""
        around = [s for s in self.stages if layer == s.layer or layer.startswith(f"{s.layer}.")]
        return max(around, key=lambda s: len(s.layer)).channel_axis if around else 1
