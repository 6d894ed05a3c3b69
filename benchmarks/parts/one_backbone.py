"""Speed and memory of one backbone; prints JSON.

python -m parts.one_backbone NAME
"""

from __future__ import annotations

import json
import resource
import sys
import time

import numpy as np

from vidviz.embed.process import tune_process

MOST_SECONDS, FEWEST_PASSES = 6.0, 2


def main() -> None:
    """Embed batches of noise until the time is up."""
    tune_process()
    from vidviz.embed.embedder import Embedder
    from vidviz.embed.load import load_backbone

    loaded = load_backbone(sys.argv[1], "random", precision="auto")
    embedder, frames = Embedder(loaded), loaded.backbone.frames
    shape = (embedder.batch_size, frames.num_frames, frames.crop_px, frames.crop_px, 3)
    clips = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    embedder.embed(clips)  # the first pass sets things up
    started, passes = time.perf_counter(), 0
    while passes < FEWEST_PASSES or time.perf_counter() - started < MOST_SECONDS:
        embedder.embed(clips)
        passes += 1
    seconds = time.perf_counter() - started
    unit = 2**30 if sys.platform == "darwin" else 2**20  # ru_maxrss: bytes there, KiB on Linux
    told = {
        "batch": embedder.batch_size,
        "precision": loaded.precision,
        "per_second": passes * embedder.batch_size / seconds,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
