"""Where steps of layers stand in time, against what moves them: flashes, and gradients."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from transformers import TimesformerConfig, TimesformerForVideoClassification

from vidviz.embed.backbones import backbones
from vidviz.embed.build import build_model, build_outline
from vidviz.embed.embedder import forward_to_layer
from vidviz.introspect.feature_films import energy_over_time
from vidviz.introspect.fields.measured_moments import measure_centres
from vidviz.introspect.fields.receptive_field import receptive_fields
from vidviz.introspect.fields.step_moments import StepMoments, even_centres, join_moments, nearest_steps
from vidviz.introspect.film_layout import find_grid, lay_out
from vidviz.introspect.outline_copy import copy_without_numbers


def centres_of(name: str, layer: str, num_frames: int, crop_px: int = 32) -> list[float]:
    outline = build_outline(backbones()[name])
    return list(
        receptive_fields(outline, torch.empty(1, 3, num_frames, crop_px, crop_px, device="meta"))[layer].moments.centres
    )


def test_steps_of_published_networks_stand_where_their_windows_are_centred() -> None:
    """By hand, from the strides and paddings in the papers' code."""
    assert centres_of("r3d_18", "layer1", 16) == list(range(16))
    assert centres_of("r3d_18", "layer2", 16) == list(range(0, 16, 2))
    assert centres_of("r3d_18", "layer3", 16) == [0, 4, 8, 12]
    assert centres_of("r3d_18", "layer4", 16) == [0, 8]
    # A kernel of two without padding: between its two frames.
    assert centres_of("c3d", "pool2", 16, 112)[:3] == [0.5, 2.5, 4.5]
    # Squeeze-and-excitation sees everything and moves nothing.
    assert centres_of("x3d_s", "blocks.4", 13, 160) == list(range(13))
    # Convolution of three at every second frame, then attention.
    assert centres_of("mvit_v2_s", "norm", 16, 224) == list(range(0, 16, 2))
    # Tubelets of two frames.
    assert centres_of("swin3d_t", "features.2", 32, 64) == [2 * k + 0.5 for k in range(16)]
    # The slow pathway's own picks.
    assert centres_of("slowfast_r50", "blocks.0.multipathway_blocks.0", 32) == [0, 4, 8, 13, 17, 22, 26, 31]


def small_timesformer() -> nn.Module:
    sizes = {"image_size": 32, "patch_size": 16, "num_frames": 8, "hidden_size": 32, "intermediate_size": 64}
    torch.manual_seed(0)
    return TimesformerForVideoClassification(
        TimesformerConfig(**sizes, num_hidden_layers=2, num_attention_heads=2)
    ).timesformer.eval()


class ByFramesFirst(nn.Module):
    """TimeSformer takes (N, T, C, H, W)."""

    def __init__(self) -> None:
        super().__init__()
        self.timesformer = small_timesformer()
        self.config = self.timesformer.config

    def forward(self, clips: Tensor) -> Tensor:
        return self.timesformer(clips.transpose(1, 2)).last_hidden_state


def answers(model: nn.Module, clip: Tensor, layer: str) -> np.ndarray:
    with torch.inference_mode():
        found = forward_to_layer(model, model.get_submodule(layer), clip)
    return lay_out(found.numpy(), find_grid(model, clip))


def flashes(model: nn.Module, layer: str, num_frames: int, crop_px: int) -> Iterator[tuple[int, int]]:
    """Each frame with the step whose energy rises most, over that of the still clip, when it is a white flash."""
    drawn = torch.Generator().manual_seed(1)
    still = (0.3 * torch.randn(1, 3, 1, crop_px, crop_px, generator=drawn)).repeat(1, 1, num_frames, 1, 1)
    before = energy_over_time(answers(model, still, layer))
    for frame in range(num_frames):
        clip = still.clone()
        clip[:, :, frame] = 2.0
        yield frame, int((energy_over_time(answers(model, clip, layer)) - before).argmax())


FLASHED = [
    ("r3d_18", "layer4", 16, 24, 0),
    ("x3d_xs", "blocks.3", 4, 32, 0),
    pytest.param("r3d_18", "layer1", 16, 24, 1, marks=pytest.mark.slow),
    pytest.param("r3d_18", "layer2", 16, 24, 0, marks=pytest.mark.slow),
    pytest.param("r3d_18", "layer3", 16, 24, 0, marks=pytest.mark.slow),
    ("slowfast_r50", "blocks.4.multipathway_blocks.0", 32, 32, 0),
    ("mvit_v2_s", "conv_proj", 16, 224, 0),
]


@pytest.mark.parametrize(("name", "layer", "num_frames", "crop_px", "blur"), FLASHED)
def test_a_flash_peaks_at_its_moment(name: str, layer: str, num_frames: int, crop_px: int, blur: int) -> None:
    """At the nearest step, or one whose centre is within half a stride of it.

    Where a step stands for one frame (stride 1), the strongest of three taps of random weights need not be the middle
    one: there the neighbour (`blur` steps) counts as well.
    """
    model = build_model(backbones()[name])
    example = torch.empty(1, 3, num_frames, crop_px, crop_px, device="meta")
    centres = np.array(receptive_fields(copy_without_numbers(model), example)[layer].moments.centres)
    stride = float(np.median(np.diff(centres)))
    for frame, peak in flashes(model, layer, num_frames, crop_px):
        nearest = np.abs(centres - frame).min()
        assert abs(centres[peak] - frame) <= nearest + stride / 2 + blur * stride, (frame, peak)


def test_a_flash_peaks_at_its_moment_where_attention_divides_space_and_time() -> None:
    model = ByFramesFirst()
    layer = "timesformer.encoder.layer.0.output"  # after attention along time and over each frame
    fields = receptive_fields(copy_without_numbers(model), torch.empty(1, 3, 8, 32, 32, device="meta"))
    assert fields[layer].sees_everything
    assert fields[layer].moments.centres == tuple(range(8))
    assert all(frame == peak for frame, peak in flashes(model, layer, 8, 32))


@pytest.mark.parametrize(
    ("layer", "steps"),
    [
        pytest.param("layer2", range(8, 24), marks=pytest.mark.slow),
        pytest.param("layer3", range(5, 11), marks=pytest.mark.slow),
        ("layer4", [3, 4]),
    ],
)
def test_centres_are_those_that_gradients_measure(layer: str, steps: range) -> None:
    """Of steps far from the ends, where the clip is long enough for what they see; within a quarter of a stride."""
    model, example = build_model(backbones()["r3d_18"]), torch.zeros(1, 3, 64, 16, 16)
    told = receptive_fields(copy_without_numbers(model), example.to("meta"))[layer].moments.centres
    measured = measure_centres(model, layer, example, find_grid(model, example))
    stride = told[1] - told[0]
    assert max(abs(told[k] - measured[k]) for k in steps) < stride / 4


class Odd(nn.Module):
    """Two frames a step by a convolution that arithmetic does not follow."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv3d(3, 4, 1)
        self.step = nn.Identity()

    def forward(self, clips: Tensor) -> Tensor:
        maps = self.conv(clips)
        return self.step(torch.cumsum(maps, 2).diff(dim=2)[:, :, ::2])


def test_what_arithmetic_does_not_follow_is_measured() -> None:
    model, example = Odd(), torch.zeros(1, 3, 8, 4, 4)
    assert receptive_fields(model, example)["step"].moments is None
    measured = measure_centres(model, "step", example, find_grid(model, example))
    assert measured == pytest.approx((1, 3, 5, 7), abs=1e-3)
    with pytest.raises(ValueError, match="no module"):
        measure_centres(model, "none", example, find_grid(model, example))


def test_a_copy_without_numbers_has_the_same_layers_and_no_memory() -> None:
    model = build_model(backbones()["resnet18"])
    outline = copy_without_numbers(model)
    assert {one.device.type for one in outline.state_dict().values()} == {"meta"}
    assert {name: one.shape for name, one in outline.state_dict().items()} == {
        name: one.shape for name, one in model.state_dict().items()
    }
    assert next(model.parameters()).device.type == "cpu"


def test_frames_have_the_nearest_step_and_even_steps_their_parts() -> None:
    assert nearest_steps((0, 8), 16).tolist() == [0] * 5 + [1] * 11
    assert nearest_steps(even_centres(4, 8), 8).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert nearest_steps((7.5,), 3).tolist() == [0, 0, 0]


def test_steps_go_on_beyond_the_ends_at_their_pace() -> None:
    picked = StepMoments.of_frames(32).pick([0, 4, 8, 13])
    after = picked.through(3, 1, 1, 1, 4)
    assert after == StepMoments((0, 4, 8, 13), (-4, 0, 4, 8), (4, 8, 13, 18))
    assert StepMoments.of_frames(1).through(3, 1, 1, 1, 1).centres == (0,)
    other = StepMoments((2, 4, 8, 11), (0, 0, 0, 0), (9, 9, 9, 9))
    assert join_moments([picked, other, StepMoments.of_frames(2)]).centres == (1, 4, 8, 12)
    assert join_moments([]) is None
