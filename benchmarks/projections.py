"""How fast maps are made, and how far they can be trusted.

    python benchmarks/projections.py [--clips 10000] [--size 512] [--repeats 1]

Lays the same generated embeddings out three times, each in a process of its own with an empty compilation cache, so
that imports count for all, and what numba compiles for the one that needs it: by `umap.UMAP(metric="cosine",
random_state=0)`, by ours with the same seed, and by PCA. Prints the seconds, the trustworthiness (k = 15, by cosine)
and what is promised of them: UMAP in at most half of the time at a trustworthiness within 0.01, PCA in under half a
second. Exit code 1 where one is missed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from parts.machine import describe_machine

NUM_GROUPS, NUM_FACTORS = 40, 12
TRUST_NEIGHBOURS = 15
MOST_OF_THEIR_TIME, MOST_TRUST_LOST, PCA_SECONDS = 0.5, 0.01, 0.5
REFERENCE, OURS, PCA = "umap.UMAP", "vidviz UMAP", "vidviz PCA"


@dataclass(frozen=True)
class Measured:
    """Seconds from the vectors to the map, imports and compilation included; and its trustworthiness."""

    seconds: float
    trust: float


def main() -> int:
    """Measure and print; exit code 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=10_000)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--repeats", type=int, default=1, help="the fastest of so many counts, for each alike")
    parser.add_argument("--lay-out", nargs=3, metavar=("METHOD", "VECTORS", "MAP"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.lay_out:
        method, vectors, target = options.lay_out
        return save_map(method, Path(vectors), Path(target))
    print(describe_machine())
    with tempfile.TemporaryDirectory(prefix="vidviz-benchmark-") as place:
        source = Path(place) / "vectors.npy"
        np.save(source, generate_vectors(options.clips, options.size))
        found = {method: measure(method, source, options.repeats) for method in (REFERENCE, OURS, PCA)}
    for method, measured in found.items():
        print(f"{method:12} {measured.seconds:8.2f} s   trustworthiness {measured.trust:.4f}")
    return report(found)


def generate_vectors(count: int, size: int) -> np.ndarray:
    """Groups of clips that vary along a few directions of their own, as embeddings of videos do, (N, D) float32."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((NUM_GROUPS, size))
    ways = rng.standard_normal((NUM_GROUPS, NUM_FACTORS, size)) / np.sqrt(NUM_FACTORS)
    groups = rng.integers(0, NUM_GROUPS, count)
    along = rng.standard_normal((count, NUM_FACTORS))
    vectors = centres[groups]
    for group in range(NUM_GROUPS):
        vectors[groups == group] += along[groups == group] @ ways[group]
    return (vectors + 0.3 * rng.standard_normal((count, size))).astype(np.float32)


def measure(method: str, source: Path, repeats: int) -> Measured:
    """Run one method in fresh processes; the fastest counts."""
    from vidviz.measure.rank_trust import trustworthiness

    seconds, points = [], np.empty((0, 2))
    for _ in range(repeats):
        with tempfile.TemporaryDirectory(prefix="vidviz-numba-") as cache:
            target = Path(cache) / "map.npz"
            command = [sys.executable, __file__, "--lay-out", method, str(source), str(target)]
            subprocess.run(command, check=True, env={**os.environ, "NUMBA_CACHE_DIR": cache})
            with np.load(target) as result:
                seconds.append(float(result["seconds"]))
                points = result["points"]
    return Measured(min(seconds), trustworthiness(np.load(source), points, TRUST_NEIGHBOURS))


def save_map(method: str, source: Path, target: Path) -> int:
    """In a process of its own: lay the vectors out, and save the map with the seconds it took."""
    vectors = np.load(source)
    start = time.perf_counter()
    points = lay_out(method, vectors)
    np.savez(target, points=points, seconds=time.perf_counter() - start)
    return 0


def lay_out(method: str, vectors: np.ndarray) -> np.ndarray:
    """The map (N, 2) by one of the three methods."""
    if method == REFERENCE:
        import umap

        return np.asarray(umap.UMAP(metric="cosine", random_state=0).fit_transform(vectors))
    if method == OURS:
        from vidviz.project.umap_map import project_umap

        return project_umap(vectors, seed=0).points
    from vidviz.project.pca import project_pca

    return project_pca(vectors, 2)


def report(found: dict[str, Measured]) -> int:
    """Print the ratios and whether they are as promised."""
    share = found[OURS].seconds / found[REFERENCE].seconds
    lost = found[REFERENCE].trust - found[OURS].trust
    kept = {
        f"UMAP takes {share:.2f} of the time (at most {MOST_OF_THEIR_TIME})": share <= MOST_OF_THEIR_TIME,
        f"UMAP's trustworthiness is lower by {lost:.4f} (at most {MOST_TRUST_LOST})": lost <= MOST_TRUST_LOST,
        f"PCA takes {found[PCA].seconds:.2f} s (under {PCA_SECONDS})": found[PCA].seconds < PCA_SECONDS,
    }
    for sentence, holds in kept.items():
        print(f"{'yes' if holds else 'NO':4}{sentence}")
    return int(not all(kept.values()))


if __name__ == "__main__":
    sys.exit(main())
