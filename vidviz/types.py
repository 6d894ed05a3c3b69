"""The nouns that stages hand to each other: recipe, span, clip, video, embedding set, hit.

Everything here is plain data, free of torch, av and Streamlit. Times are seconds from the first frame of
the video, whatever timestamp the file gives that frame.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from vidviz.errors import ProjectionError, RecipeError
from vidviz.numbers.clip_length import clip_length
from vidviz.numbers.digests import short_digest
from vidviz.numbers.metrics import Metric, check_metric

Cut = Literal["windows", "shots", "segments"]
Tail = Literal["keep", "drop", "shift"]
Sampling = Literal["as-trained", "one-view", "spread"]
SAMPLINGS: tuple[Sampling, ...] = get_args(Sampling)

SHORTEST_CLIP_SECONDS = 0.05


def short_number(number: float) -> str:
    """The shortest text that reads as the same number: `2`, `0.1`, `1000.001`."""
    return str(int(number)) if number == int(number) else repr(float(number))


@dataclass(frozen=True)
class Recipe:
    """How a video is cut into clips.

    `windows` lays windows of `length_seconds` every `stride_seconds`; `shots` finds the cuts of the film first
    and lays the windows inside each shot; `segments` takes the times of a label table, whatever the other fields
    say. `tail` says what becomes of the part that no whole window covers:
    `keep` makes it a shorter clip, `drop` leaves it out, `shift` moves the last window back so that it ends
    with the video. A video (or shot) shorter than one window is always one clip.
    """

    cut: Cut = "windows"
    length_seconds: float = 2.0
    stride_seconds: float = 2.0
    tail: Tail = "keep"

    def __post_init__(self) -> None:
        if self.cut not in get_args(Cut):
            raise RecipeError(f"A recipe cuts by 'windows', 'shots' or 'segments', not {self.cut!r}.")
        if self.tail not in ("keep", "drop", "shift"):
            raise RecipeError(f"The tail of a recipe is 'keep', 'drop' or 'shift', not {self.tail!r}.")
        for name in ("length_seconds", "stride_seconds"):
            value = getattr(self, name)
            if not (0.1 <= value <= 3600):
                raise RecipeError(f"{name} must be between 0.1 and 3600 seconds, not {value!r}.")

    @property
    def key(self) -> str:
        """The recipe as one short text, e.g. `windows-2-2-keep`; equal recipes have equal keys."""
        if self.cut == "segments":
            return self.cut
        return f"{self.cut}-{short_number(self.length_seconds)}-{short_number(self.stride_seconds)}-{self.tail}"

    @classmethod
    def from_key(cls, key: str) -> Recipe:
        """The recipe that has this key.

        Raises:
            RecipeError: the text is not a recipe's key.
        """
        if key == "segments":
            return cls("segments")
        parts = key.split("-")
        try:
            cut, length, stride, tail = parts
            return cls(cut, float(length), float(stride), tail)  # type: ignore[arg-type]
        except ValueError:
            raise RecipeError(
                f"{key!r} is not a recipe; one looks like 'windows-2-2-keep', or is 'segments'."
            ) from None


@dataclass(frozen=True)
class Span:
    """A stretch of a video, `start_seconds <= t < end_seconds`, from its first frame."""

    start_seconds: float
    end_seconds: float

    def __post_init__(self) -> None:
        if not (0 <= self.start_seconds < self.end_seconds):
            raise ValueError(f"a span needs 0 <= start < end, got {self.start_seconds} to {self.end_seconds}")

    @property
    def seconds(self) -> float:
        """The length of the span."""
        return float(clip_length(self.start_seconds, self.end_seconds))


@dataclass(frozen=True)
class VideoProbe:
    """What a video file really holds, told by its decoded frames and not by its header alone.

    Width and height are of the upright picture, after `rotation_degrees` (clockwise, 0/90/180/270) is applied.
    `frame_rate` is frames per second by the decoded timestamps. `first_seconds` is the file's timestamp of the
    first frame. `browser_playable` says whether a browser plays the file as it is, on a clock that starts with
    the first frame; where it does not, an H.264 preview is made.
    """

    codec: str
    container: str
    width_px: int
    height_px: int
    rotation_degrees: int
    frame_rate: float
    variable_rate: bool
    num_frames: int
    duration_seconds: float
    first_seconds: float
    has_audio: bool
    browser_playable: bool


@dataclass(frozen=True)
class FrameSpec:
    """Which frames of a clip a backbone sees, and how large.

    A view is `num_frames` frames. With a pace of `frames_per_second` they are that far apart, and a clip is seen by as
    many views as cover it, or by `one_view` around its middle; see `view_times`. Without a pace (0) one view is spread
    over the clip, whatever its length. Each frame is resized to `resize_px`, either the length of the shorter side or
    (height, width), then cropped in the centre to `crop_px` square. With `antialias` the filter of a reduction takes in
    all pixels that one stands for; without, only the nearest, as many video networks were trained. `odd_margin` says
    where a crop begins that cannot lie in the very middle: half of the margin, rounded as torchvision does (to the
    nearest, halves to even) or down as Hugging Face's processors do.
    """

    num_frames: int
    resize_px: int | tuple[int, int]
    crop_px: int
    interpolation: Literal["bilinear", "bicubic"] = "bilinear"
    frames_per_second: float = 0.0
    one_view: bool = False
    antialias: bool = True
    odd_margin: Literal["nearest", "lower"] = "nearest"

    def __post_init__(self) -> None:
        smallest = self.resize_px if isinstance(self.resize_px, int) else min(self.resize_px)
        if self.num_frames < 1 or self.crop_px < 1 or smallest < self.crop_px:
            raise ValueError(f"frames cannot be cropped to {self.crop_px} px after resizing to {self.resize_px}")
        if not self.antialias and self.interpolation != "bilinear":
            raise ValueError(f"without antialiasing frames are resized by 'bilinear', not {self.interpolation!r}")
        if not (math.isfinite(self.frames_per_second) and self.frames_per_second >= 0):
            raise ValueError(f"a pace is a number of frames a second, or 0 for none, not {self.frames_per_second}")

    @property
    def view_seconds(self) -> float:
        """The length of a view at its pace; 0 where there is none."""
        return self.num_frames / self.frames_per_second if self.frames_per_second else 0.0


def clip_id(video_id: str, span: Span, recipe_key: str) -> int:
    """A clip's stable number: the same video, span and recipe give the same number on every machine.

    53 bits, so that the number passes unchanged through JSON, a browser and a float64 column; a clash (chance
    1 in 200,000 among 300,000 clips) is found and refused when clips are stored.
    """
    text = f"{video_id}|{span.start_seconds:.6f}|{span.end_seconds:.6f}|{recipe_key}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 11


OUTSIDE = "outside"
"""The weights of a set whose vectors were brought in: nobody here knows the backbone."""


OWN_FILE = "file:"
"""What the weights of a set begin with that came from a person's own file or folder; the content's digest follows."""

NOISE = -1
"""The number of a clip's cluster where it belongs to none."""

NEVER_TRAINED = "Random weights: this network was never trained."
"""What is said wherever something is shown that such a network made."""


KEY_BEFORE_PREPROCESSING = ("backbone", "weights", "layer", "pooling", "recipe_key")
"""What the key of a set without `preprocessing` is derived from."""


@dataclass(frozen=True)
class EmbeddingSetSpec:
    """Everything that decides what the vectors of an embedding set are; nothing else does.

    Attributes:
        weights: names the weights ("random", a torchvision name such as "KINETICS400_V1", or "file:<sha256>").
        sampling: which moments of a clip the network was given; where it sees frames one by one, always "spread".
        precision: the number type that it computed in, e.g. "float32".
        preprocessing: a digest of what else decides its input (`Backbone.preprocessing`). Empty in sets that were made
            before it was recorded, whose keys say neither sampling nor precision, and for vectors from outside.
    """

    backbone: str
    weights: str
    layer: str
    pooling: str
    recipe_key: str
    sampling: Sampling = "spread"
    precision: str = "float32"
    preprocessing: str = ""

    @property
    def key(self) -> str:
        """16 hexadecimal digits derived from the fields."""
        return _set_key(self)

    @property
    def title(self) -> str:
        """How the set is called on screen, e.g. `r3d_18 (random) · as trained · avgpool · mean · windows-2-2-keep`.

        What goes without saying is left out: frames spread over the clip, and float32.
        """
        sampling = "" if self.sampling == "spread" else self.sampling.replace("-", " ")
        precision = "" if self.precision == "float32" else self.precision
        parts = (self.network, sampling, self.layer, self.pooling, self.recipe_key, precision)
        return " · ".join(filter(None, parts))

    @property
    def network(self) -> str:
        """The backbone with its weights, e.g. `simple3d (random)`; a file of one's own by its first digits."""
        kind, _, digits = self.weights.partition(":")
        return f"{self.backbone} ({kind} {digits[:8]})" if digits else f"{self.backbone} ({self.weights})"

    @property
    def slug(self) -> str:
        """A name made of `[a-z0-9_]`, for files and collections."""
        return re.sub(r"[^a-z0-9]+", "_", f"{self.backbone}_{self.layer}".lower()).strip("_")

    @property
    def random_weights(self) -> bool:
        """Whether the network was never trained; screens must say so."""
        return self.weights == "random"


@lru_cache(maxsize=1024)
def _set_key(spec: EmbeddingSetSpec) -> str:
    # Asked for several times a search: it is worked out once.
    fields = asdict(spec)
    if not spec.preprocessing:
        fields = {name: fields[name] for name in KEY_BEFORE_PREPROCESSING}
    return short_digest(json.dumps(fields, sort_keys=True))


@dataclass(frozen=True)
class Embeddings:
    """Vectors beside the clips they belong to: `ids` (N,) int64, `vectors` (N, D) float32."""

    ids: np.ndarray
    vectors: np.ndarray

    def __post_init__(self) -> None:
        if self.ids.ndim != 1 or self.vectors.ndim != 2 or len(self.ids) != len(self.vectors):
            raise ValueError(f"ids {self.ids.shape} and vectors {self.vectors.shape} do not belong together")

    @property
    def dimension(self) -> int:
        """D, the embedding size."""
        return int(self.vectors.shape[1])

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Neighbour:
    """A clip that an index found, with its cosine similarity to the query."""

    clip_id: int
    score: float


@dataclass(frozen=True)
class ChannelSheet:
    """The film of some channels of a layer.

    Attributes:
        pixels: (T, K, h, w) uint8, 0 at a channel's minimum and 255 at its maximum.
        channels: (K,) which channels of the layer these are.
        minimum, maximum: (K,) float32, the values that 0 and 255 stand for.
        num_channels: how many channels the layer has in all.
    """

    pixels: np.ndarray
    channels: np.ndarray
    minimum: np.ndarray
    maximum: np.ndarray
    num_channels: int

    def __post_init__(self) -> None:
        shown = self.pixels.shape[1] if self.pixels.ndim == 4 else -1
        if not (shown == len(self.channels) == len(self.minimum) == len(self.maximum)):
            raise ValueError(f"pixels {self.pixels.shape} do not belong to {len(self.channels)} channels")


MapMethod = Literal["pca", "umap", "tsne"]


@dataclass(frozen=True)
class MapSpec:
    """A map's method and its parameters; PCA has none.

    `n_neighbors` is how many neighbours of each clip UMAP keeps together (few: fine detail, many: the whole shape),
    `min_dist` how close it may put two points; `perplexity` is how many neighbours t-SNE looks at, softly. `metric` is
    how vectors are compared; `seed` is that of both methods' random choices.
    """

    method: MapMethod = "pca"
    dims: int = 2
    n_neighbors: int = 15
    min_dist: float = 0.1
    seed: int = 0
    perplexity: float = 30.0
    metric: Metric = "cosine"

    def __post_init__(self) -> None:
        if self.method not in get_args(MapMethod):
            raise ProjectionError(f"A map is made by 'pca', 'umap' or 'tsne', not {self.method!r}.")
        check_metric(self.metric)
        if self.dims not in (2, 3):
            raise ProjectionError(f"A map has 2 or 3 dimensions, not {self.dims!r}.")
        if not 2 <= self.n_neighbors <= 200:
            raise ProjectionError(f"n_neighbors must be between 2 and 200, not {self.n_neighbors!r}.")
        if not (math.isfinite(self.min_dist) and 0 <= self.min_dist <= 0.99):
            raise ProjectionError(f"min_dist must be between 0 and 0.99, not {self.min_dist!r}.")
        if not (math.isfinite(self.perplexity) and 2 <= self.perplexity <= 100):
            raise ProjectionError(f"perplexity must be between 2 and 100, not {self.perplexity!r}.")
        if not 0 <= self.seed < 2**32:
            raise ProjectionError(f"A seed is a whole number from 0 to 2^32 - 1, not {self.seed!r}.")

    @property
    def title(self) -> str:
        """The method's name as people write it."""
        return {"pca": "PCA", "umap": "UMAP", "tsne": "t-SNE"}[self.method]

    @property
    def key(self) -> str:
        """The spec as a short text that may be part of a file's name; equal maps have equal keys."""
        if self.method == "pca":
            return f"pca-{self.dims}-unit"  # of unit vectors; maps of before were of the vectors as they are
        metric = "" if self.metric == "cosine" else f"-{self.metric}"
        parts = (self.n_neighbors, self.min_dist) if self.method == "umap" else (self.perplexity,)
        own = "-".join(map(short_number, parts))
        return f"{self.method}-{self.dims}-{own}-{self.seed}{metric}"
