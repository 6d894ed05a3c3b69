"""Do trained weights find related videos more often than random ones?

    python benchmarks/retrieval.py FOLDER --weights FILE --pair A.mp4 B.mp4 --pair C.mp4 D.mp4 [--backbone NAME]

Takes the middle clip of every video in a folder and embeds it twice: with the weights that are given, and with
random ones. For each video of a pair, its nearest neighbour among all others should be its partner. Prints how often
it is, and how alike clips that do not belong together are (mean cosine): random weights make everything look alike.
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

MOST_CLIPS = 10_000


@dataclass(frozen=True)
class Found:
    """How often the nearest neighbour is the partner, of `asked`; and the mean cosine of all other pairs."""

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
    parser.add_argument("--pair", nargs=2, action="append", required=True, metavar="VIDEO", help="two related videos")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vidviz-benchmark-") as place:
        library = import_folder(Path(place), options.folder, MOST_CLIPS, MOST_CLIPS)
        print(describe_machine())
        results = {
            weights: compare(embed_middles(library, options.backbone, weights), options.pair)
            for weights in (options.weights, "random")
        }
    for weights, found in results.items():
        print(
            f"{Path(weights).name:36} partner is nearest {found.hits} of {found.asked} times; other pairs' mean cosine "
            f"{found.others_cosine:.3f}; missed: {', '.join(found.misses) or 'none'}"
        )
    trained, random = results.values()
    return int(trained.hits <= random.hits)


def embed_middles(library: Library, backbone: str, weights: str) -> dict[str, np.ndarray]:
    """Video name -> unit vector of its middle clip."""
    loaded = load_backbone(backbone, weights)
    embedder, vectors = Embedder(loaded), {}
    for video in library.videos.values():
        spans = [clip.span for clip in library.clips if clip.video_id == video.id]
        ((_, frames),) = read_clips(video.path, spans[len(spans) // 2 :][:1], loaded.backbone.frames, DecodeLimits())
        vector = embedder.embed(frames[None])[0]
        vectors[video.name] = vector / np.linalg.norm(vector)
    return vectors


def compare(vectors: dict[str, np.ndarray], pairs: list[list[str]]) -> Found:
    """Look for each partner among all videos."""
    names = list(vectors)
    if unknown := {name for pair in pairs for name in pair} - set(names):
        sys.exit(f"Not among the videos that can be read: {', '.join(sorted(unknown))}.")
    cosine = np.stack(list(vectors.values())) @ np.stack(list(vectors.values())).T
    np.fill_diagonal(cosine, -np.inf)
    asked = [(a, b) for pair in pairs for a, b in (pair, pair[::-1])]
    nearest = {name: names[int(place)] for name, place in zip(names, cosine.argmax(axis=1), strict=True)}
    misses = tuple(a for a, b in asked if nearest[a] != b)
    together = {frozenset(pair) for pair in asked}
    others = [
        cosine[i, j] for i in range(len(names)) for j in range(i) if frozenset((names[i], names[j])) not in together
    ]
    return Found(len(asked) - len(misses), len(asked), float(np.mean(others)), misses)


if __name__ == "__main__":
    sys.exit(main())
