"""What the two bundled networks know: simple3d_motion about motion, simple2d_look about shape and colour.

    python benchmarks/bundled.py [--check] [--clips N]

Two sets of clips, neither of them trained on: the 50 sample videos, read by the real decoder, and generated clips of
the held-out split, whose random numbers and patterns on objects and grounds are other than those trained on. Prints

- accuracy: how often the highest score is the right one (for frames: of the mean score over a clip);
- 1-NN: how often a clip's nearest neighbour by the cosine of the embeddings has the same label. Each sample has a
  double, the one other sample with the same shape and colour, mostly itself played backwards; for these two factors
  the double is as good as a copy. So "without its double" leaves it out as well: what is left shares the shape or the
  colour and never both. "Among generated" searches the held-out clips instead, where both are to be had;
- left or right: what a linear probe on the embeddings of held-out slides says about other held-out slides and about
  the samples' slides. 0.5 is chance, and what a mean over frames should give;
- confusion matrices, truth down, answer across.

With --check the exit code is 1 where a target is missed: 0.90 for each accuracy and each 1-NN figure of what a
network was trained for, at most 0.10 away from 0.5 for left or right by simple2d_look.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field

import numpy as np
from parts.labelled import FACTORS, LabelledClips, draw_held_out, read_samples
from parts.machine import describe_machine

from vidviz.embed.backbones import find_backbone
from vidviz.embed.embedder import Embedder
from vidviz.embed.load import LoadedBackbone, load_backbone

TARGET, NEAR_CHANCE = 0.90, 0.10
FIRST_HELD_OUT = 10_000  # the curves drawn while training are of the numbers below 500
SLIDES = ("slide right", "slide left")
SLIDE_NUMBERS = range(20_000, 23_000)  # a fifth of these slide to the side
# Which layer gives the scores, and which factors they are about, in order.
SCORES = {"simple3d_motion": ("fc3", ("motion",)), "simple2d_look": ("fc2", ("shape", "colour"))}


@dataclass
class Report:
    """Prints figures and keeps in mind which missed their target."""

    missed: list[str] = field(default_factory=list)

    def tell(self, what: str, value: float, *, reached: bool | None = None) -> None:
        """Print a figure; `reached` is None where it has no target."""
        print(f"  {what:58}{value:6.3f}{'' if reached in (None, True) else '   MISSED'}", flush=True)
        if reached is False:
            self.missed.append(what)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit code 1 where a target is missed")
    parser.add_argument("--clips", type=int, default=1000, help="generated clips of the held-out split")
    options = parser.parse_args()
    print(describe_machine(), flush=True)
    report = Report()
    for name in SCORES:
        measure_backbone(name, options.clips, report)
    if report.missed:
        print(f"\n{len(report.missed)} figures missed their target.")
    return int(options.check and bool(report.missed))


def measure_backbone(name: str, num_clips: int, report: Report) -> None:
    """All figures of one network."""
    loaded = load_backbone(name)
    row = find_backbone(name)
    samples = read_samples(row.frames)
    generated = draw_held_out(range(FIRST_HELD_OUT, FIRST_HELD_OUT + num_clips), row.frames.num_frames)
    print(f"\n{name}, weights {loaded.weights}: {len(samples.names)} samples, {num_clips} generated clips held out")
    for where, clips in (("samples", samples), ("generated", generated)):
        tell_accuracies(loaded, where, clips, report)
    tell_neighbours(loaded, samples, generated, report)
    tell_sides(loaded, samples, report)


def tell_accuracies(loaded: LoadedBackbone, where: str, clips: LabelledClips, report: Report) -> None:
    """Accuracy and confusion matrix of each factor that the network gives scores for."""
    layer, factors = SCORES[loaded.backbone.name]
    scores = Embedder(loaded, layer).embed(clips.frames)
    for factor, part in zip(factors, np.split(scores, len(factors), axis=1), strict=True):
        names = class_names()[factor]
        answers = np.array(names)[part.argmax(axis=1)]
        accuracy = float(np.mean(answers == clips.labels[factor]))
        report.tell(f"accuracy, {factor}, {where}", accuracy, reached=accuracy >= TARGET)
        print_confusion(names, clips.labels[factor], answers)


def class_names() -> dict[str, tuple[str, ...]]:
    """What the scores are called, in order."""
    from training.motions import MOTIONS
    from training.scenes import COLOUR_NAMES, SHAPES

    return {"motion": MOTIONS, "shape": SHAPES, "colour": COLOUR_NAMES}


def print_confusion(names: tuple[str, ...], truth: np.ndarray, answers: np.ndarray) -> None:
    """How often each class was taken for each."""
    for name in names:
        counts = "".join(f"{int(np.sum((truth == name) & (answers == other))) or '.':>5}" for other in names)
        print(f"      {name:24}{counts}")


def tell_neighbours(loaded: LoadedBackbone, samples: LabelledClips, generated: LabelledClips, report: Report) -> None:
    """Label accuracy of the nearest neighbour for motion, shape and colour."""
    embed = Embedder(loaded).embed
    own, other = unit_rows(embed(samples.frames)), unit_rows(embed(generated.frames))
    itself = np.arange(len(own))
    among_samples, among_generated = own @ own.T, other @ other.T
    among_samples[itself, itself] = -np.inf
    np.fill_diagonal(among_generated, -np.inf)
    without_double = among_samples.copy()
    without_double[itself, double_places(samples)] = -np.inf
    trained = SCORES[loaded.backbone.name][1]
    for factor in FACTORS:
        truth, known = samples.labels[factor], generated.labels[factor]
        for what, likeness, labels, gallery, counts in (
            ("samples", among_samples, truth, truth, True),
            ("samples, without its double", without_double, truth, truth, False),
            ("samples, among generated", own @ other.T, truth, known, False),
            ("generated", among_generated, known, known, True),
        ):
            right = float(np.mean(gallery[likeness.argmax(axis=1)] == labels))
            reached = right >= TARGET if counts and factor in trained else None
            report.tell(f"1-NN, {factor}, {what}", right, reached=reached)


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Rows of length one, so that products are cosines."""
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def double_places(samples: LabelledClips) -> np.ndarray:
    """The place of the other sample with the same shape and colour."""
    looks = list(zip(samples.labels["shape"], samples.labels["colour"], strict=True))
    return np.array(
        [next(p for p, other in enumerate(looks) if other == look and p != place) for place, look in enumerate(looks)]
    )


def tell_sides(loaded: LoadedBackbone, samples: LabelledClips, report: Report) -> None:
    """Whether the embeddings tell slides to the left from slides to the right."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    embed = Embedder(loaded).embed
    slides = draw_held_out(SLIDE_NUMBERS, loaded.backbone.frames.num_frames, SLIDES)
    vectors, sides = embed(slides.frames), slides.labels["motion"]
    half = len(sides) // 2
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)).fit(vectors[:half], sides[:half])
    of_samples = samples.where("motion", *SLIDES)
    likeness = unit_rows(vectors) @ unit_rows(vectors).T
    np.fill_diagonal(likeness, -np.inf)
    expected = loaded.backbone.name == "simple2d_look"
    for what, right in (
        (f"probe, {len(sides) - half} generated", probe.score(vectors[half:], sides[half:])),
        (f"1-NN, {len(sides)} generated", float(np.mean(sides[likeness.argmax(axis=1)] == sides))),
        (
            f"probe, {len(of_samples.names)} samples",
            probe.score(embed(of_samples.frames), of_samples.labels["motion"]),
        ),
    ):
        reached = abs(right - 0.5) <= NEAR_CHANCE if expected else None
        report.tell(f"left or right, {what}", right, reached=reached)


if __name__ == "__main__":
    sys.exit(main())
