"""Do trained weights find related clips more often than random ones?

    python benchmarks/retrieval.py FOLDER --weights FILE [--backbone NAME]

The first and the last clip of a video are related: the same place or people at another moment. All videos of a folder
that have two clips or more take part. Each clip's nearest neighbour, among the first and last clips of all of them,
should be its partner. Prints how often it is with the weights that are given and with random ones, and how alike
clips of different videos are (mean cosine): random weights make everything look alike.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from parts.library import Library, import_folder
from parts.machine import describe_machine

from vidviz.config import DecodeLimits
from vidviz.decode.read import read_clips
from vidviz.embed.embedder import Embedder
from vidviz.embed.load import load_backbone
from vidviz.errors import MediaError

MOST_CLIPS = 10_000


@dataclass(frozen=True)
class Found:
    """How often the nearest neighbour is the partner, of `asked`; the mean cosine of clips of different videos."""

    hits: int
    asked: int
    others_cosine: float
    misses: tuple[str, ...]


def main() -> int:
    """Measure and print; exit code 1 where the given weights do not find more than random ones."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weights", required=True, help="a weights file, or the name of published weights")
    parser.add_argument("--backbone", default="squeezenet1_0")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vidviz-benchmark-") as place:
        library = import_folder(Path(place), options.folder, MOST_CLIPS, MOST_CLIPS)
        print(describe_machine())
        trained, random = (
            compare(*embed_ends(library, options.backbone, weights)) for weights in (options.weights, "random")
        )
    for name, found in ((Path(options.weights).name, trained), ("random", random)):
        print(
            f"{name:36} partner is nearest {found.hits} of {found.asked} times; clips of different videos: mean cosine "
            f"{found.others_cosine:.3f}\n{'':36} missed: {', '.join(found.misses) or 'none'}"
        )
    return int(trained.hits <= random.hits)


def embed_ends(library: Library, backbone: str, weights: str) -> tuple[list[str], np.ndarray]:
    """Video names (N,) and unit vectors (N, D) of the first and last clips, one after the other."""
    loaded = load_backbone(backbone, weights)
    embedder = Embedder(loaded)
    names: list[str] = []
    vectors: list[np.ndarray] = []
    for video in library.videos.values():
        spans = [clip.span for clip in library.clips if clip.video_id == video.id]
        try:
            ends = dict(read_clips(video.path, [spans[0], spans[-1]], loaded.backbone.frames, DecodeLimits()))
        except MediaError:  # a damaged file
            continue
        if len(spans) < 2 or len(ends) < 2:
            continue
        embedded = embedder.embed(np.stack([ends[0], ends[1]]))
        vectors += list(embedded / np.linalg.norm(embedded, axis=1, keepdims=True))
        names += [video.name] * 2
    return names, np.stack(vectors)


def compare(names: list[str], vectors: np.ndarray) -> Found:
    """Look for each clip's partner among all others."""
    cosine = vectors @ vectors.T
    np.fill_diagonal(cosine, -np.inf)
    nearest = cosine.argmax(axis=1)
    misses = tuple(name for name, place in zip(names, nearest, strict=True) if names[place] != name)
    different = np.array([[a != b for b in names] for a in names])
    return Found(len(names) - len(misses), len(names), float(cosine[different].mean()), misses)


if __name__ == "__main__":
    sys.exit(main())
