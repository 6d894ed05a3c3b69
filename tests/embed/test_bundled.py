"""The two networks that come with the package, and the generated clips that they were trained on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import chain, product
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from vidviz.config import DecodeLimits
from vidviz.decode.read import read_clips
from vidviz.embed.checkpoints.weights import BUNDLE
from vidviz.embed.description import Backbone
from vidviz.embed.embedder import Embedder
from vidviz.embed.families.bundled import ROWS
from vidviz.embed.load import load_backbone
from vidviz.embed.nets.simple2d import Simple2DCNN
from vidviz.embed.nets.simple3d_small import SmallSimple3DCNN
from vidviz.types import FrameSpec, Span

SAMPLES = Path(__file__).parents[2] / "sample_videos"
sys.path.insert(0, str(SAMPLES))  # the drawing code is a script's own package, not an installed one

from studio import clips as sample_clips  # noqa: E402
from studio.looks import TEXTURES  # noqa: E402
from training import look, motion, patterns  # noqa: E402
from training.flips import flip_clips, flip_frames, shuffle_colours  # noqa: E402
from training.loop import Curve, Recipe, normalised, train  # noqa: E402
from training.motions import BACKWARDS, MIRRORED, MOTIONS, TRANSPOSED, UPSIDE_DOWN  # noqa: E402
from training.pool import make_pool  # noqa: E402
from training.scenes import COLOUR_NAMES, ROOTS, SHAPES, draw, scene, with_motion  # noqa: E402

WAYS = {"slide right": (1, 0), "slide left": (-1, 0), "slide down": (0, 1), "slide up": (0, -1)}
CLASSES = {"motion": MOTIONS, "shape": SHAPES, "colour": COLOUR_NAMES}


def read_sample(clip: sample_clips.Clip, frames: FrameSpec) -> np.ndarray:
    whole = Span(0.0, sample_clips.FRAMES / sample_clips.FPS)
    return next(read_clips(SAMPLES / clip.name, [whole], frames, DecodeLimits()))[1]


def way_of_object(clip: np.ndarray) -> tuple[int, int]:
    """Where the object goes in a clip (T, H, W, 3) before a still ground: the larger step across or down, as a sign."""
    changed = np.abs(clip.astype(float) - np.median(clip, axis=0)).max(axis=3) > 60
    rows, columns = np.indices(changed.shape[1:])
    first, last = changed[:3].any(0), changed[-3:].any(0)
    first, last = first & ~last, last & ~first
    right, down = (float(axis[last].mean() - axis[first].mean()) for axis in (columns, rows))
    return (int(np.sign(right)), 0) if abs(right) > abs(down) else (0, int(np.sign(down)))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_files_are_small_and_say_what_the_scores_mean(row: Backbone) -> None:
    (weights,) = row.weights
    path = BUNDLE / weights.file_name
    assert path.stat().st_size <= 8_000_000
    assert path.stat().st_size == pytest.approx(weights.size_mb * 1e6, rel=0.01)
    with safe_open(path, "pt") as file:
        told = {name: json.loads(text) for name, text in file.metadata().items()}
        num_scores = file.get_slice(f"{row.stages[-1].layer}.bias").get_shape()[0]
    classes = [names for kind, names in CLASSES.items() if kind in told]
    assert [told[kind] for kind in CLASSES if kind in told] == [list(names) for names in classes]
    assert num_scores == sum(map(len, classes))
    assert [curve[-1][0] for curve in told["curves"]] == [recipe["steps"] for recipe in told["recipes"]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_card_tells_the_curve_that_is_in_the_file(row: Backbone) -> None:
    card = (BUNDLE / f"{row.name}.md").read_text(encoding="utf-8")
    with safe_open(BUNDLE / row.weights[0].file_name, "pt") as file:
        told = {name: json.loads(text) for name, text in file.metadata().items()}
    for step, loss, accuracies in chain(*told["curves"]):
        assert f"| {step} | {loss:.3f} | " + " | ".join(f"{value:.3f}" for value in accuracies) + " |" in card
    assert all(str(recipe["seed"]) in card for recipe in told["recipes"])


def test_the_samples_are_told_right_by_decoder_and_networks() -> None:
    clips = sample_clips.CLIPS
    for row, layer, factors in zip(ROWS, ("fc3", "fc2"), (("motion",), ("shape", "colour")), strict=True):
        loaded = load_backbone(row)
        assert not loaded.random_weights
        frames = np.stack([read_sample(clip, row.frames) for clip in clips])
        parts = np.split(Embedder(loaded, layer).embed(frames), len(factors), axis=1)
        for factor, scores in zip(factors, parts, strict=True):
            answers = [CLASSES[factor][place] for place in scores.argmax(axis=1)]
            right = [answer == getattr(clip, factor) for answer, clip in zip(answers, clips, strict=True)]
            assert np.mean(right) >= 0.90, (row.name, factor)


def test_bfloat16_gives_the_same_answers_on_the_samples() -> None:
    row = ROWS[0]
    frames = np.stack([read_sample(clip, row.frames) for clip in sample_clips.CLIPS[::5]])
    exact, coarse = (
        Embedder(load_backbone(row, precision=kind), "fc3").embed(frames) for kind in ("float32", "bfloat16")
    )
    assert np.abs(exact - coarse).max() < 0.05 * np.ptp(exact)


def test_every_250_scenes_are_balanced() -> None:
    for split in ROOTS:
        seen = [(one.motion, one.shape, one.colour) for one in (scene(split, number) for number in range(750, 1000))]
        assert sorted(seen) == sorted(product(MOTIONS, SHAPES, COLOUR_NAMES))


def test_splits_and_samples_share_neither_random_numbers_nor_patterns() -> None:
    assert len({*ROOTS.values(), sample_clips.SEED}) == 3
    training, held_out = ({one.__name__ for one in several} for several in (patterns.TRAINING, patterns.HELD_OUT))
    assert not training & held_out
    assert not (training | held_out) & set(TEXTURES)
    assert not np.array_equal(draw(scene("training", 3)), draw(scene("held-out", 3)))


def test_the_same_number_gives_the_same_pixels() -> None:
    first = draw(scene("training", 12), 4)
    assert first.shape == (4, 64, 64, 3)
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(first, draw(scene("training", 12), 4))
    assert not np.array_equal(first, draw(scene("training", 262), 4))


@pytest.mark.parametrize("pair", sample_clips.PAIRS[:4], ids=lambda pair: pair[0])
def test_the_second_of_a_pair_is_the_first_played_backwards(pair: tuple[str, str]) -> None:
    for number in (4, 17):
        first, second = (draw(with_motion(scene("training", number), name)) for name in pair)
        assert not np.array_equal(first, second)
        np.testing.assert_array_equal(first[::-1], second)


def test_slides_go_where_they_say() -> None:
    for number, (name, way) in product(still_grounds(4), WAYS.items()):
        assert way_of_object(draw(with_motion(scene("training", number), name))) == way


def still_grounds(count: int) -> list[int]:
    """Numbers of training scenes in which nothing but the object moves."""
    numbers = range(9, 2000, 10)  # these stand still: what changes in them is the ground or noise
    still = (n for n in numbers if np.ptp(draw(scene("training", n), 4).astype(float), axis=0).max() < 25)
    return [next(still) for _ in range(count)]


def test_flipped_slides_go_where_their_new_labels_say() -> None:
    clip = torch.from_numpy(draw(with_motion(scene("training", still_grounds(1)[0]), "slide right")))
    source = torch.Generator().manual_seed(1)
    flipped, labels = flip_clips(clip.expand(40, *clip.shape), torch.full((40,), MOTIONS.index("slide right")), source)
    assert {MOTIONS[label] for label in labels} == set(WAYS)
    for one, label in zip(flipped, labels, strict=True):
        assert way_of_object(one.numpy()) == WAYS[MOTIONS[label]]


def test_flips_undo_themselves_and_leave_bouncing_upright() -> None:
    for becomes in (BACKWARDS, MIRRORED, UPSIDE_DOWN, TRANSPOSED):
        assert [becomes[becomes[place]] for place in range(10)] == list(range(10))
    turns = [MOTIONS.index(f"turn {way}") for way in ("clockwise", "counter-clockwise")]
    assert all([becomes[turn] for turn in turns] == turns[::-1] for becomes in (BACKWARDS, MIRRORED, TRANSPOSED))
    clips = torch.arange(2 * 4 * 4 * 3, dtype=torch.uint8).view(1, 2, 4, 4, 3).expand(40, -1, -1, -1, -1)
    bouncing = torch.full((40,), MOTIONS.index("bounce"))
    flipped, labels = flip_clips(clips, bouncing, torch.Generator().manual_seed(1))
    assert torch.equal(labels, bouncing)
    rows = clips[0].float().mean((0, 2, 3)).expand(40, -1)
    assert torch.equal(flipped.float().mean((1, 3, 4)), rows)
    assert len(torch.unique(flipped.flatten(1), dim=0)) == 4


def test_changes_of_frames_only_rearrange_pixels_and_channels() -> None:
    frames = torch.randint(0, 256, (30, 8, 8, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(2))
    source = torch.Generator().manual_seed(3)
    for changed in (flip_frames(frames, source), shuffle_colours(frames, source)):
        assert not torch.equal(changed, frames)
        assert torch.equal(changed.flatten(1).sort().values, frames.flatten(1).sort().values)


def test_the_faster_pass_of_training_is_the_networks_own() -> None:
    torch.manual_seed(0)
    net = SmallSimple3DCNN(channels=(4, 6), grid=(2, 2, 2), hidden=(16, 8)).eval()
    clips = torch.randn(3, 3, 4, 16, 16)
    with torch.no_grad():
        own, fast = net(clips), motion.fast_scores(net, clips)
    assert (own - fast).abs().max() < 0.03 * own.std()


def test_any_number_of_frames_and_size_gives_scores() -> None:
    clips = torch.zeros(1, 3, 9, 40, 56)
    assert SmallSimple3DCNN().eval()(clips).shape == (1, 10)
    assert Simple2DCNN().eval()(clips[:, :, 0]).shape == (1, 10)


TINY = {
    "motion": (
        lambda: SmallSimple3DCNN(channels=(8, 12), grid=(4, 4, 4), hidden=(32, 16)),
        motion.MotionRecipe,
        motion.MotionBatches,
        motion.measure_motion,
    ),
    "look": (lambda: Simple2DCNN(channels=(8, 12, 16, 16), hidden=16), Recipe, look.LookBatches, look.measure_look),
}


def train_tiny(kind: str, steps: int, measure_every: int) -> tuple[torch.nn.Module, Curve]:
    """A tiny network after a few steps on ten clips, the same each time."""
    build, make_recipe, batches, measure = TINY[kind]
    pool = make_pool("training", range(10), 8, processes=1)
    torch.manual_seed(5)
    net = build()
    recipe = make_recipe(steps, 16, learning_rate=1e-2, weight_decay=0.0, seed=5, measure_every=measure_every)
    return net, train(net, batches(pool, recipe), lambda model: measure(model, pool), recipe)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """So small a network gains nothing from several, and waits long for them where others work too."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("kind", [pytest.param("motion", marks=pytest.mark.slow), "look"])
def test_a_little_training_lowers_the_loss(kind: str) -> None:
    net, curve = train_tiny(kind, steps=60, measure_every=15)
    losses = [loss for _, loss, _ in curve.points]
    assert losses[-1] < 0.93 * losses[0]
    assert [step for step, _, _ in curve.points] == [15, 30, 45, 60]
    assert all(0 <= value <= 1 for value in curve.points[-1][2])
    assert not net.training


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("kind", TINY)
def test_training_is_repeatable(kind: str) -> None:
    (first, curve), (second, same) = train_tiny(kind, 4, 2), train_tiny(kind, 4, 2)
    assert curve.points == same.points
    assert all(torch.equal(one, two) for one, two in zip(first.parameters(), second.parameters(), strict=True))


def test_inputs_are_normalised_as_the_rows_say() -> None:
    pixels = torch.tensor([0, 255], dtype=torch.uint8).view(1, 1, 1, 2, 1).expand(1, 2, 3, 2, 3)
    assert normalised(pixels).unique().tolist() == [-1.0, 1.0]
    assert normalised(pixels).shape == (1, 3, 2, 3, 2)
    assert all((row.mean, row.std) == ((0.5,) * 3, (0.5,) * 3) for row in ROWS)
