"""Ask: clips, a stretch of a video, a picture or a sentence -> one direction among the vectors of a set."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.config import DecodeLimits
from vidviz.errors import BackboneError, MediaError, ProjectionError, SearchIndexError, UnknownNameError, WorkspaceError
from vidviz.services import asked_files, embedding_sets, library
from vidviz.services.bringing_in import OUTSIDE
from vidviz.services.library import CLIP_IDS
from vidviz.store.clips import Clip
from vidviz.store.workspace import WorkspaceFolder
from vidviz.types import EmbeddingSetSpec, FrameSpec, Span

if TYPE_CHECKING:
    from vidviz.embed.load import LoadedBackbone

LESS = -0.5
"""The weight of "less like this" where nothing is said: what is not wanted tells less than what is."""
MOST_EXAMPLES = 50
HEAVIEST = 3.0
LONGEST_SENTENCE = 500


@dataclass(frozen=True)
class Example:
    """A clip on the tray: above 0 for more like it, below 0 for less."""

    clip_id: int
    weight: float = 1.0


@dataclass(frozen=True)
class Query:
    """What is asked for; its parts are joined, and the examples count beside whatever else is asked with.

    Attributes:
        examples: clips of the library, more or less like which the answer is to be.
        video: a video of the library or one that was uploaded, by the SHA-256 of its content; `seconds` of it.
        image: a picture that was uploaded, by the SHA-256 of its content.
        sentence: words, for networks that read text.
        seconds: the stretch of the video, (start, end); both equal mean the frame at that moment.
    """

    examples: tuple[Example, ...] = ()
    video: str = ""
    image: str = ""
    sentence: str = ""
    seconds: tuple[float, float] | None = None

    def __bool__(self) -> bool:
        return bool(self.examples or self.video or self.image or self.sentence)

    @property
    def only_clip(self) -> int | None:
        """The clip, where one clip is all that is asked with."""
        if self.video or self.image or self.sentence or len(self.examples) != 1:
            return None
        return self.examples[0].clip_id if self.examples[0].weight > 0 else None

    def with_example(self, clip_id: int, weight: float) -> Query:
        """The same with a clip on the tray; a weight of 0 takes it off."""
        others = tuple(example for example in self.examples if example.clip_id != clip_id)
        added = (Example(clip_id, weight),) if weight else ()
        return replace(self, examples=(others + added)[-MOST_EXAMPLES:])

    @property
    def text_form(self) -> str:
        """The query as short JSON for a URL; "" when it asks for nothing."""
        parts: dict[str, Any] = {
            "clips": [[example.clip_id, round(example.weight, 2)] for example in self.examples],
            "video": self.video,
            "image": self.image,
            "sentence": self.sentence,
            "seconds": self.seconds,
        }
        said = {name: part for name, part in parts.items() if part}
        return json.dumps(said, separators=(",", ":"), ensure_ascii=False) if said else ""


def read_query(text: str) -> Query:
    """The query that a URL holds; what of it is none is left out, whatever was written there."""
    try:
        said = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        said = {}
    if not isinstance(said, Mapping):
        return Query()
    listed = said.get("clips")
    examples = [_read_example(pair) for pair in listed[:MOST_EXAMPLES]] if isinstance(listed, list) else []
    sentence = said.get("sentence")
    return Query(
        tuple({example.clip_id: example for example in examples if example}.values()),
        _read_token(said.get("video")),
        _read_token(said.get("image")),
        sentence[:LONGEST_SENTENCE] if isinstance(sentence, str) else "",
        _read_stretch(said.get("seconds")),
    )


def query_vector(folder: WorkspaceFolder, set_key: str, query: Query) -> np.ndarray:
    """The vector to search with, (D,) float32: for one clip its own, for several examples their Rocchio direction.

    Raises:
        WorkspaceError: a clip or file is not there, or the set holds no usable vector of a clip.
        MediaError: a video or picture cannot be read.
        BackboneError: the network cannot be had, or cannot take what it is asked with.
        SearchIndexError: nothing is asked for, or the examples cancel each other out.
    """
    from vidviz.measure.rocchio import rocchio_direction

    if not query:
        raise SearchIndexError("Nothing is asked for: choose a clip, a video, a picture or a sentence.")
    vectors = [clip_vector(folder, set_key, example.clip_id) for example in query.examples]
    weights = [example.weight for example in query.examples]
    asked = _outside_vectors(folder, set_key, query)
    vectors, weights = [*vectors, *asked], [*weights, *[1.0] * len(asked)]
    if len(vectors) == 1 and weights[0] > 0:
        return vectors[0]
    try:
        direction = rocchio_direction(np.stack(vectors), weights)
    except ProjectionError as error:
        raise SearchIndexError(str(error)) from error
    lengths = [float(np.linalg.norm(vector)) for vector in vectors]
    # As long as the examples are: inner products and distances look at lengths as well.
    return np.asarray(direction * np.mean(lengths), dtype=np.float32)


def clip_vector(folder: WorkspaceFolder, set_key: str, clip_id: int) -> np.ndarray:
    """The vector of a clip, (D,) float32.

    Raises:
        WorkspaceError: no such clip, or the set holds no usable vector of it.
    """
    embeddings = embedding_sets.load_embeddings(folder, set_key)
    place = int(np.searchsorted(embeddings.ids, clip_id))
    if place >= len(embeddings) or embeddings.ids[place] != clip_id:
        card = library.know_clip(folder, clip_id)
        raise WorkspaceError(
            f"The clip {clip_id} ({card.video}) is not in this embedding set. Embed again, or choose another set."
        )
    vector: np.ndarray = embeddings.vectors[place]
    if not np.linalg.norm(vector) > 0:
        raise WorkspaceError(f"The vector of clip {clip_id} is zero: it has no direction to search in.")
    return vector


def _outside_vectors(folder: WorkspaceFolder, set_key: str, query: Query) -> list[np.ndarray]:
    spec = embedding_sets.find_set(folder, set_key).spec
    found = []
    if query.video:
        found.append(_embed_video(folder.path, spec, query.video, query.seconds))
    if query.image:
        found.append(_embed_image(folder.path, spec, query.image))
    if query.sentence:
        found.append(_embed_sentence(folder.path, spec, query.sentence))
    for vector in found:
        _check_dimension(folder, set_key, vector)
    return found


def _check_dimension(folder: WorkspaceFolder, set_key: str, vector: np.ndarray) -> None:
    found = embedding_sets.find_set(folder, set_key)
    if len(vector) != found.dimension:
        raise SearchIndexError(
            f"This query has {len(vector)} numbers and the clips of {found.spec.title} have {found.dimension}; choose "
            "an embedding set whose pooling leaves one vector of the network's own size."
        )
    if not np.isfinite(vector).all() or not np.linalg.norm(vector) > 0:
        raise SearchIndexError("What was asked with has no direction to search in: its vector is zero or not finite.")


@lru_cache(maxsize=64)
def _embed_video(path: Path, spec: EmbeddingSetSpec, token: str, seconds: tuple[float, float] | None) -> np.ndarray:
    from vidviz.services.reading import read_one

    folder = WorkspaceFolder(path)
    asked = asked_files.find_file(folder, token)
    if asked.still:
        raise MediaError(f"{asked.name} is a picture, not a video; ask with an image instead.")
    loaded = _load(folder, spec)
    span = _choose_span(asked, seconds)
    is_frame = seconds is not None and seconds[0] == seconds[1]
    if is_frame:
        _refuse_stills(loaded)
    clip = Clip(0, token, spec.recipe_key, span)
    frames = read_one(clip, asked.path, loaded.backbone.frames, asked_files.shared_reader())
    return _embed(loaded, spec, frames)


def _choose_span(asked: asked_files.AskedFile, seconds: tuple[float, float] | None) -> Span:
    end = asked.duration_seconds
    start, stop = seconds or (0.0, end)
    if start >= end:
        raise MediaError(f"{asked.name} ends at {end:.1f} s, before {start:.1f} s; choose an earlier stretch.")
    if start == stop:  # the frame on screen at that moment
        return Span(start, start + 1e-3)
    stop = min(stop, end)
    if stop - start < 1 / max(1.0, asked.frame_rate) / 2:
        raise MediaError(f"The stretch from {start:.2f} to {stop:.2f} s holds no frame; draw a longer one.")
    return Span(start, stop)


@lru_cache(maxsize=64)
def _embed_image(path: Path, spec: EmbeddingSetSpec, token: str) -> np.ndarray:
    from vidviz.decode.still import read_still

    folder = WorkspaceFolder(path)
    asked = asked_files.find_file(folder, token)
    loaded = _load(folder, spec)
    _refuse_stills(loaded)
    frames: FrameSpec = loaded.backbone.frames
    picture = asked_files.shared_reader().call(read_still, asked.path, frames, DecodeLimits(), timeout_seconds=60)
    return _embed(loaded, spec, np.repeat(picture[None], frames.num_frames, axis=0))


def _refuse_outside(spec: EmbeddingSetSpec) -> None:
    if spec.weights == OUTSIDE:
        raise BackboneError(
            f"The vectors of {spec.backbone} were brought in from outside, so there is no network to ask with "
            "this; ask with clips, or choose another embedding set."
        )


def _refuse_stills(loaded: LoadedBackbone) -> None:
    if not loaded.backbone.per_frame:
        raise BackboneError(
            f"{loaded.backbone.name} looks at motion, of which a single picture has none; choose an embedding set of a "
            "network that sees frames one by one (resnet50, clip_b32, simple2d_look, ...)."
        )


@lru_cache(maxsize=256)
def _embed_sentence(path: Path, spec: EmbeddingSetSpec, sentence: str) -> np.ndarray:
    from vidviz.embed.backbones import find_backbone
    from vidviz.embed.prepare import prepare_backbone
    from vidviz.embed.text import embed_sentences

    if not sentence.strip():
        raise SearchIndexError("The sentence is empty; write what is to be seen.")
    _refuse_outside(spec)
    backbone = find_backbone(spec.backbone)
    if not backbone.reads_text:
        raise BackboneError(f"{backbone.name} reads no text; choose an embedding set of clip_b32 or xclip_b32.")
    if spec.layer != backbone.embedding_layer:
        raise BackboneError(
            f"Only the layer {backbone.embedding_layer!r} of {backbone.name} shares its space with sentences, and this "
            f"set is of {spec.layer!r}; choose another embedding set."
        )
    folder = WorkspaceFolder(path)
    checkpoint = prepare_backbone(backbone, find_weights(folder, spec)).weights.path
    if checkpoint is None or not checkpoint.is_dir():
        raise BackboneError(
            f"{backbone.name} with {spec.weights} weights has no tokenizer, so it cannot read sentences."
        )
    return np.asarray(embed_sentences(_load(folder, spec), [sentence.strip()], checkpoint)[0])


def find_weights(folder: WorkspaceFolder, spec: EmbeddingSetSpec) -> str:
    """The weights of a set as they can be loaded; for a file known by its digest, the path it was embedded from.

    Raises:
        BackboneError: nobody knows where the file is.
    """
    from vidviz.embed.backbones import find_backbone
    from vidviz.embed.weights import choose_weights
    from vidviz.store import jobs

    if not spec.weights.startswith("file:"):
        return spec.weights
    with folder.catalogue.read() as db:
        asked = {str(job.arguments.get("weights", "")) for job in jobs.list_jobs(db) if job.kind == "embed"}
    backbone = find_backbone(spec.backbone)
    for path in asked - {""}:
        with suppress(BackboneError, UnknownNameError):  # gone, or weights of another backbone
            if choose_weights(backbone, path).identity == spec.weights:
                return path
    raise BackboneError(
        f"The file with the weights {spec.weights} of {spec.backbone} is not where it was; put it back, or embed "
        "again from where it is now."
    )


def _load(folder: WorkspaceFolder, spec: EmbeddingSetSpec) -> LoadedBackbone:
    _refuse_outside(spec)
    from vidviz.services.shared_networks import load_shared

    return load_shared(spec.backbone, find_weights(folder, spec), [spec.layer])


def _embed(loaded: LoadedBackbone, spec: EmbeddingSetSpec, frames: np.ndarray) -> np.ndarray:
    from vidviz.embed.embedder import Embedder

    vector: np.ndarray = Embedder(loaded, spec.layer, spec.pooling, batch_size=1).embed(frames[None])[0]
    return vector


def _read_example(pair: object) -> Example | None:
    if not isinstance(pair, list) or len(pair) != 2 or any(isinstance(part, bool) for part in pair):
        return None
    number, weight = pair
    if not isinstance(number, int) or not 0 <= number < CLIP_IDS or not isinstance(weight, int | float):
        return None
    if not math.isfinite(weight) or not 0 < abs(weight) <= HEAVIEST:
        return None
    return Example(number, float(weight))


def _read_token(value: object) -> str:
    return value if isinstance(value, str) and asked_files.is_token(value) else ""


def _read_stretch(value: object) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    if not all(isinstance(end, int | float) and not isinstance(end, bool) and abs(end) < 1e9 for end in value):
        return None
    start, end = float(value[0]), float(value[1])
    return (start, end) if 0 <= start <= end else None
