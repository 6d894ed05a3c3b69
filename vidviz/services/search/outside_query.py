"""What a search is asked with from outside of the library's clips: a video, a picture or a sentence -> its vector."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vidviz.config import DecodeLimits
from vidviz.errors import BackboneError, MediaError, SearchIndexError
from vidviz.records import Clip
from vidviz.services.backbones.decoders import file_decoder
from vidviz.services.backbones.set_backbone import find_weights, load_set_backbone
from vidviz.services.cache import cached
from vidviz.services.search import query_files
from vidviz.services.search.queries import Query
from vidviz.services.search.query_folder import AskedFile
from vidviz.services.search.query_support import refuse_sentences, refuse_stills
from vidviz.types import EmbeddingSetSpec, FrameSpec, Span
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    from vidviz.embed.load import LoadedBackbone

TIMELINE_ROUNDING = 0.01
"""A moment at the very end that was drawn on a timeline may be later than the end by this, in seconds."""


def embed_asked(folder: WorkspaceFolder, spec: EmbeddingSetSpec, query: Query) -> list[np.ndarray]:
    """The vectors of the video, picture and sentence of a query, as far as it has them, by the network of a set.

    Raises:
        WorkspaceError: a file is not there any more.
        MediaError: it cannot be read.
        BackboneError: the network cannot be had, or cannot take it.
        SearchIndexError: the sentence is empty.
    """
    found = []
    if query.video:
        found.append(_embed_video(folder.path, spec, query.video, query.seconds))
    if query.image:
        found.append(_embed_image(folder.path, spec, query.image))
    if query.sentence:
        found.append(_embed_sentence(folder.path, spec, query.sentence))
    return found


@cached()
def _embed_video(path: Path, spec: EmbeddingSetSpec, token: str, seconds: tuple[float, float] | None) -> np.ndarray:
    from vidviz.services.backbones.clip_reader import read_one

    folder = WorkspaceFolder(path)
    asked = query_files.find_file(folder, token)
    if asked.still:
        raise MediaError(f"{asked.name} is a picture, not a video; ask with an image instead.")
    span = _choose_span(asked, seconds)
    if seconds is not None and seconds[0] == seconds[1]:
        refuse_stills(spec)
    loaded = load_set_backbone(folder, spec)
    clip = Clip(0, token, spec.recipe_key, span)
    fed = loaded.backbone.frames_by(spec.sampling)
    frames = read_one(clip, asked.path, asked.duration_seconds, fed, file_decoder())
    return _embed(loaded, spec, frames)


def _choose_span(asked: AskedFile, seconds: tuple[float, float] | None) -> Span:
    end = asked.duration_seconds
    start, stop = seconds or (0.0, end)
    if not 0 <= start <= stop:
        raise MediaError(
            f"{start} to {stop} s is no stretch of {asked.name}; one begins from 0 on, and ends where it begins or "
            "later."
        )
    half_a_frame = 1 / max(1.0, asked.frame_rate) / 2
    if start == stop and start <= end + TIMELINE_ROUNDING:  # the frame on screen at that moment; at the end, the last
        start = max(0.0, min(start, end - half_a_frame))
        return Span(start, start + 1e-3)
    if start >= end:
        raise MediaError(f"{asked.name} ends at {end:.1f} s, before {start:.1f} s; choose an earlier stretch.")
    stop = min(stop, end)
    if stop - start < half_a_frame:
        raise MediaError(f"The stretch from {start:.2f} to {stop:.2f} s holds no frame; draw a longer one.")
    return Span(start, stop)


@cached()
def _embed_image(path: Path, spec: EmbeddingSetSpec, token: str) -> np.ndarray:
    from vidviz.decode.pictures.still import read_still

    folder = WorkspaceFolder(path)
    asked = query_files.find_file(folder, token)
    refuse_stills(spec)
    loaded = load_set_backbone(folder, spec)
    frames: FrameSpec = loaded.backbone.frames
    picture = file_decoder().call(read_still, asked.path, frames, DecodeLimits(), timeout_seconds=60)
    return _embed(loaded, spec, np.repeat(picture[None], frames.num_frames, axis=0))


@cached()
def _embed_sentence(path: Path, spec: EmbeddingSetSpec, sentence: str) -> np.ndarray:
    from vidviz.embed.backbones import find_backbone
    from vidviz.embed.prepare import prepare_backbone
    from vidviz.embed.text import embed_sentences

    if not sentence.strip():
        raise SearchIndexError("The sentence is empty; write what is to be seen.")
    refuse_sentences(spec)
    backbone = find_backbone(spec.backbone)
    folder = WorkspaceFolder(path)
    checkpoint = prepare_backbone(backbone, find_weights(folder, spec)).weights.path
    if checkpoint is None or not checkpoint.is_dir():
        raise BackboneError(
            f"{backbone.name} with {spec.weights} weights has no tokenizer, so it cannot read sentences."
        )
    return np.asarray(embed_sentences(load_set_backbone(folder, spec), [sentence.strip()], checkpoint)[0])


def _embed(loaded: LoadedBackbone, spec: EmbeddingSetSpec, frames: np.ndarray) -> np.ndarray:
    from vidviz.embed.embedder import Embedder

    vectors, unusable = Embedder(loaded, spec.layer, spec.pooling, batch_size=1).embed_views([frames])
    if unusable:
        raise BackboneError(unusable[0])
    vector: np.ndarray = vectors[0]
    return vector
