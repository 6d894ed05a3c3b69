"""How fast videos become embeddings, end to end, against what the network alone would allow.

    python benchmarks/embed.py                      # the sample videos
    python benchmarks/embed.py FOLDER --clips 120   # one's own videos
    python benchmarks/embed.py --check              # exit code 1 where a target is missed

R3D-18 with random weights (speed does not depend on what a network has learned) embeds the clips of a folder just
as `vidviz embed` does: decode, scale, normalise, forward pass, store. It is held against two other ways to do it:

- bare: the forward pass alone, same precision and batch size, on a tensor that lies ready;
- naive: one clip at a time in float32, all frames of the clip decoded at full size, then resized, then computed.

After every batch of the real run its decoders are stopped, the bare pass does a batch of the same size (now and
then the naive way does a clip as well), and the decoders go on. So all are measured within the same seconds, which
is what makes the ratios mean something on a machine that has other work, and the real run gets no decoding for
free meanwhile. The first and last clips do not count: there the decoders are ahead, or have finished.

What is printed:

- end to end / bare, by total time, by the median over the batches, and by processor time (which cares less who
  else uses the machine). 1.00 would be decoding for nothing; the target is 0.90.
- end to end / naive, by time a clip; the target is 2 where the processor computes in bfloat16.
- what decoding costs by size of picture, in processor time a clip, beside the forward pass; and the ratio that
  this would allow if a folder held such videos alone and nothing else were lost.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from parts.laps import LapClock, Spent, stopped_children, total
from parts.library import Library, import_folder
from parts.machine import describe_machine

from vidviz.config import DecodeLimits
from vidviz.decode.read import read_clips
from vidviz.embed.backbones import find_backbone
from vidviz.embed.process import tune_process
from vidviz.services.backbones.clip_reader import CLIPS_AHEAD
from vidviz.services.embedding.embed_run import EmbedRequest, embed_clips

BACKBONE = "r3d_18"
TARGET_OF_BARE, TARGET_OF_NAIVE = 0.90, 2.0
UNCOUNTED = CLIPS_AHEAD + 8  # clips that lie ready at the start, or are not followed by others at the end
FEWEST_LAPS = 5
NAIVE_EVERY = 3  # batches
SIZES = {"up to 480p": 860 * 480, "up to 720p": 1280 * 720, "up to 1080p": 1920 * 1088, "larger": sys.maxsize}


@dataclass
class Laps:
    """What was measured; a real lap and the bare lap after it belong together."""

    real: list[Spent] = field(default_factory=list)
    bare: list[Spent] = field(default_factory=list)
    naive: list[Spent] = field(default_factory=list)


def main() -> int:
    """Measure and print."""
    options = read_options()
    tune_process()
    with tempfile.TemporaryDirectory(prefix="vidviz-benchmark-") as place:
        library = import_folder(Path(place) / "workspace", options.folder, options.clips, options.clips_per_video)
        print(describe_machine(), flush=True)
        print(f"{BACKBONE}, random weights: {len(library.clips)} clips of {len(library.videos)} videos", flush=True)
        costs = decoding_costs(library)
        laps = embed_with_laps(library)
    return report(laps, costs, len(library.clips), check=options.check)


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="End-to-end embedding speed, as ratios within one run.")
    samples = Path(__file__).resolve().parents[1] / "sample_videos"
    parser.add_argument("folder", nargs="?", type=Path, default=samples, help="a folder of videos")
    parser.add_argument("--clips", type=int, default=100, help="clips in all, at most")
    parser.add_argument("--clips-per-video", type=int, default=12, help="of one video, at most, from its start")
    parser.add_argument("--check", action="store_true", help="exit code 1 where a target is missed")
    return parser.parse_args()


def decoding_costs(library: Library) -> dict[str, list[float]]:
    """Processor seconds of decoding, for every clip by size of picture: in this process, nothing beside it."""
    costs: dict[str, list[float]] = {}
    for video in library.videos.values():
        spans = [clip.span for clip in library.clips if clip.video_id == video.id]
        started = time.process_time()
        read = sum(1 for _ in read_clips(video.path, spans, find_backbone(BACKBONE).frames, DecodeLimits()))
        pixels = video.probe.width_px * video.probe.height_px
        size = next(name for name, most in SIZES.items() if pixels <= most)
        costs.setdefault(size, []).extend([(time.process_time() - started) / read] * read)
    return costs


def embed_with_laps(library: Library) -> Laps:
    """Embed the library; after each batch, measure the other ways."""
    from parts.ways import BarePass, NaiveLoop

    laps, bare, naive, clock = Laps(), BarePass(BACKBONE), NaiveLoop(BACKBONE, library), LapClock()
    done = 0

    def after_batch(now: int, _total: int, message: str = "") -> None:
        nonlocal done
        if message == "clips":
            laps.real.append(clock.lap(now - done))
            with stopped_children():
                laps.bare.append(bare.measure(now - done))
                if len(laps.real) % NAIVE_EVERY == 0:
                    laps.naive.append(naive.measure())
        done = now
        clock.start()

    embed_clips(library.folder, EmbedRequest(BACKBONE, weights="random"), after_batch)
    return laps


def report(laps: Laps, costs: dict[str, list[float]], num_clips: int, *, check: bool) -> int:
    """Print what was measured; the exit code."""
    pairs = counted_pairs(laps, num_clips)
    real, bare, naive = total(pair[0] for pair in pairs), total(pair[1] for pair in pairs), total(laps.naive)
    of_bare, of_naive = real.per_second / bare.per_second, real.per_second / naive.per_second
    median = statistics.median(bare.wall / real.wall for real, bare in pairs)
    print(f"{real.clips} clips counted, in {len(pairs)} batches; {naive.clips} clips the naive way\n")
    for name, spent in (("end to end", real), ("bare", bare), ("naive", naive)):
        print(f"{name:12}{spent.per_second:6.2f} clips/s   {spent.cpu_ms:6.0f} ms of processor a clip")
    print(f"\nend to end / bare   {of_bare:.3f} by total time (target {TARGET_OF_BARE:.2f})")
    print(f"                    {median:.3f} by the median batch, {bare.cpu_ms / real.cpu_ms:.3f} by processor time")
    print(f"end to end / naive  {of_naive:.2f} by total time (target {TARGET_OF_NAIVE:.0f})\n")
    print_costs(costs, bare.cpu_ms)
    return int(check and not (of_bare >= TARGET_OF_BARE and of_naive >= TARGET_OF_NAIVE))


def counted_pairs(laps: Laps, num_clips: int) -> list[tuple[Spent, Spent]]:
    """Real and bare laps between the start and the end, where there are enough."""
    pairs = list(zip(laps.real, laps.bare, strict=True))
    kept, done = [], 0
    for real, bare in pairs:
        if done >= UNCOUNTED and done + real.clips <= num_clips - UNCOUNTED:
            kept.append((real, bare))
        done += real.clips
    if len(kept) < FEWEST_LAPS:
        print(f"Few clips: start and end are counted as well, which flatters; {3 * UNCOUNTED} clips would do.")
        return pairs
    return kept


def print_costs(costs: dict[str, list[float]], bare_ms: float) -> None:
    """Decoding a clip by size of picture."""
    print(f"decoding, processor time a clip (forward pass: {bare_ms:.0f} ms)")
    for size in (name for name in SIZES if name in costs):
        cost = 1000 * statistics.fmean(costs[size])
        print(f"  {size:12}{len(costs[size]):4} clips {cost:5.0f} ms   alone: {bare_ms / (bare_ms + cost):.2f} at best")


if __name__ == "__main__":
    sys.exit(main())
