"""Train the two small networks that come with the package, on generated clips.

Usage:
    python sample_videos/train_backbones.py [motion|look] [--out DIR] [--steps N] [--clips N]

Writes simple3d_motion.safetensors and simple2d_look.safetensors; the names of the classes, the recipe and the curve
are in the file's metadata. No sample video is read. The same seed gives the same clips, and the same weights on the
same machine and versions. Drawing the clips and training takes about a quarter of an hour for motion and ten minutes
for look on two processor cores.
"""

import argparse
import dataclasses
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn
from training import look, motion
from training.loop import BatchLoss, Measure, Recipe, train
from training.motions import MOTIONS
from training.pool import ClipPool, make_pool
from training.scenes import COLOUR_NAMES, SHAPES

from vidviz.embed.nets.simple2d import simple2d_look
from vidviz.embed.nets.simple3d_small import simple3d_motion
from vidviz.embed.process import keep_freed_memory

BUNDLED = Path(__file__).resolve().parents[1] / "vidviz" / "embed" / "bundled"
NUM_CLIPS = 8_000
CURVE_CLIPS = range(500)  # of the held-out split; final figures are from others, see benchmarks/bundled.py


@dataclass(frozen=True)
class Kind:
    """One of the two networks: what it is, sees and learns, and what its scores are called.

    It is trained by one recipe after the other.
    """

    build: Callable[[], nn.Module]
    num_frames: int
    layout: torch.memory_format
    batches: Callable[[ClipPool, Any], BatchLoss]
    measure: Callable[[nn.Module, ClipPool], tuple[float, ...]]
    recipes: tuple[Recipe, ...]
    classes: dict[str, tuple[str, ...]]


KINDS = {
    "motion": Kind(
        build=simple3d_motion,
        num_frames=motion.NUM_FRAMES,
        layout=torch.channels_last_3d,
        batches=motion.MotionBatches,
        measure=motion.measure_motion,
        recipes=motion.RECIPES,
        classes={"motion": MOTIONS},
    ),
    "look": Kind(
        build=simple2d_look,
        num_frames=look.NUM_FRAMES,
        layout=torch.channels_last,
        batches=look.LookBatches,
        measure=look.measure_look,
        recipes=look.RECIPES,
        classes={"shape": SHAPES, "colour": COLOUR_NAMES},
    ),
}


def train_kind(kind: Kind, recipes: tuple[Recipe, ...], num_clips: int) -> tuple[nn.Module, dict[str, str]]:
    """Draw the clips and train.

    Returns:
        The network, and for the file's metadata what it was trained on, how, and how that went.
    """
    started = time.perf_counter()
    pool = make_pool("training", range(num_clips), kind.num_frames)
    unseen = make_pool("held-out", CURVE_CLIPS, kind.num_frames)
    drawn_seconds = time.perf_counter() - started
    torch.manual_seed(recipes[0].seed)
    net = kind.build().to(memory_format=kind.layout)
    measure: Measure = partial(kind.measure, pool=unseen)
    curves = [train(net, kind.batches(pool, recipe), measure, recipe) for recipe in recipes]
    story = {
        "recipes": [dataclasses.asdict(recipe) for recipe in recipes],
        "clips": num_clips,
        "curves": [curve.points for curve in curves],
        "seconds": {
            "drawing": round(drawn_seconds, 1),
            "training": [round(curve.seconds, 1) for curve in curves],
        },
    }
    return net, {name: json.dumps(value) for name, value in story.items()}


def write_weights(path: Path, net: nn.Module, metadata: dict[str, str]) -> None:
    """Write the parameters in float32."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: value.contiguous() for key, value in net.state_dict().items()}, path, metadata)
    path.chmod(0o644)  # safetensors lets nobody else read it
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="motion|look", help="what to train; both when left out")
    parser.add_argument("--out", type=Path, default=BUNDLED, help="folder to write to")
    parser.add_argument("--steps", type=int, help="other steps than the recipe's, for each of its parts")
    parser.add_argument("--clips", type=int, default=NUM_CLIPS, help="how many clips to draw")
    options = parser.parse_args()
    if unknown := set(options.kinds) - set(KINDS):
        parser.error(f"there is no {', '.join(sorted(unknown))}: choose motion or look")
    keep_freed_memory()
    for name in options.kinds or KINDS:
        kind = KINDS[name]
        recipes = tuple(dataclasses.replace(recipe, steps=options.steps or recipe.steps) for recipe in kind.recipes)
        net, story = train_kind(kind, recipes, options.clips)
        classes = {label: json.dumps(names) for label, names in kind.classes.items()}
        write_weights(options.out / f"{kind.build.__name__}.safetensors", net, {**classes, **story})


if __name__ == "__main__":
    main()
