"""What all networks of our own bear: small inputs, other number types and memory layouts, no memory, fresh weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from vidviz.embed.backbones import Backbone, backbones
from vidviz.embed.build import build_model, build_outline
from vidviz.embed.nets.inception_i3d import PairsOfFramesMean, inception_i3d, pad_same
from vidviz.embed.nets.slowfast import slow_frames
from vidviz.embed.nets.x3d import x3d_s, x3d_xs

NETWORKS: dict[str, Backbone] = {
    name: row
    for name, row in backbones().items()
    if row.build.startswith("vidviz.embed.nets.") and row.family == "3-D CNN"
}
"""Every network of our own that sees clips as a whole: a further row of the registry is tested by its being there."""

# Number of classes, and the smallest legal input (frames, pixels), found by hand.
PUBLISHED: dict[str, tuple[int, tuple[int, int]]] = {
    "c3d": (487, (16, 96)),
    "inception_i3d": (400, (1, 1)),
    "i3d_r50": (400, (2, 1)),
    "slowfast_r50": (400, (1, 1)),
    "x3d_s": (400, (1, 1)),
    "x3d_l": (400, (1, 1)),
}

# X3D-XS, S and M are one network that sees other frames.
DISTINCT = list({row.parameters_millions: name for name, row in reversed(NETWORKS.items())}.values())[::-1]


def outline(name: str) -> nn.Module:
    return build_outline(NETWORKS[name])


def sized(name: str) -> tuple[int, int]:
    """Frames and pixels of a small input that the network takes."""
    if name in PUBLISHED:
        frames, size = PUBLISHED[name][1]
        return max(frames, 5), max(size, 33)
    spec = NETWORKS[name].smallest or NETWORKS[name].frames
    return spec.num_frames, spec.crop_px


def if_large_slow(name: str) -> Any:
    large = NETWORKS[name].parameters_millions > 50 or name == "x3d_l"  # X3D-S with more blocks
    return pytest.param(name, marks=pytest.mark.slow) if large else name


@pytest.mark.parametrize("name", NETWORKS)
def test_parameters_and_outputs_without_memory(name: str) -> None:
    row, model = NETWORKS[name], outline(name)
    assert sum(parameter.numel() for parameter in model.parameters()) == round(row.parameters_millions * 1e6)
    frames = row.frames
    scores = model(torch.empty(2, 3, frames.num_frames, frames.crop_px, frames.crop_px, device="meta"))
    assert scores.dim() == 2
    assert name not in PUBLISHED or scores.shape == (2, PUBLISHED[name][0])


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_smallest_legal_input_runs_and_a_smaller_one_does_not(name: str) -> None:
    classes, (frames, size) = PUBLISHED[name]
    model = outline(name)
    assert model(torch.empty(1, 3, frames, size, size, device="meta")).shape == (1, classes)
    with pytest.raises((RuntimeError, IndexError)):
        model(torch.empty(1, 3, frames - 1, size, size, device="meta"))
    with pytest.raises(RuntimeError):
        model(torch.empty(1, 3, frames, size - 1, size - 1, device="meta"))


@pytest.mark.parametrize(("frames", "size"), [(31, 127), (16, 96), (20, 112)])
def test_what_c3d_takes(frames: int, size: int) -> None:
    assert outline("c3d")(torch.empty(1, 3, frames, size, size, device="meta")).shape == (1, 487)


@pytest.mark.parametrize(("frames", "size"), [(32, 112), (16, 128)])
def test_what_c3d_refuses(frames: int, size: int) -> None:
    with pytest.raises(RuntimeError):
        outline("c3d")(torch.empty(1, 3, frames, size, size, device="meta"))


@pytest.mark.parametrize("name", [if_large_slow(name) for name in DISTINCT])
def test_memory_layout_and_bfloat16_change_little(name: str) -> None:
    torch.manual_seed(0)
    frames, size = sized(name)
    model = build_model(NETWORKS[name])
    clips = torch.randn(2, 3, frames, size, size)
    with torch.no_grad():
        scores = model(clips)
        channels_last = model.to(memory_format=torch.channels_last_3d)(
            clips.contiguous(memory_format=torch.channels_last_3d)
        )
        half = model.to(torch.bfloat16)(clips.to(torch.bfloat16))
    scale = float(scores.std())
    assert half.dtype == torch.bfloat16
    assert 1e-3 < scale < 1e3, "fresh weights keep signals in reach of float16"
    assert not torch.allclose(scores[0], scores[1])
    torch.testing.assert_close(channels_last, scores, rtol=1e-4, atol=1e-4 * scale)
    assert torch.corrcoef(torch.stack([half.float()[0], scores[0]]))[0, 1] > 0.99


@pytest.mark.parametrize("builder", [inception_i3d, x3d_s])
def test_fresh_weights_follow_the_seed_and_networks_share_nothing(builder: Callable[[], nn.Module]) -> None:
    models = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        models.append(builder())
    first, again, other = (model.state_dict() for model in models)
    convolutions = [name for name, tensor in first.items() if tensor.dim() == 5]
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not any(torch.equal(first[name], other[name]) for name in convolutions)


@pytest.mark.parametrize("name", DISTINCT)
def test_two_networks_share_no_module(name: str) -> None:
    assert not {*outline(name).modules()} & {*outline(name).modules()}


def test_no_softmax_while_training() -> None:
    model = x3d_xs().train()
    scores = model(torch.randn(2, 3, 4, 32, 32))
    assert (scores < 0).any()
    assert scores.requires_grad


def test_slow_frames_are_a_quarter_from_the_first_to_the_last() -> None:
    assert slow_frames(32) == torch.linspace(0, 31, 8).long().tolist() == [0, 4, 8, 13, 17, 22, 26, 31]
    assert [slow_frames(n) for n in (1, 4, 5, 8)] == [[0], [0], [0, 4], [0, 7]]


@pytest.mark.parametrize(("size", "kernel", "stride"), [(16, 7, 2), (15, 7, 2), (8, 3, 2), (5, 2, 2), (1, 3, 2)])
def test_same_padding_covers_every_position(size: int, kernel: int, stride: int) -> None:
    line = torch.ones(1, 1, size, 1, 1)
    padded = pad_same(line, (kernel, 1, 1), (stride, 1, 1))
    windows = (padded.shape[2] - kernel) // stride + 1
    before = int((padded.flatten().cumsum(0) == 0).sum())
    assert windows == -(-size // stride)
    assert before == max((windows - 1) * stride + kernel - size, 0) // 2
    assert padded.sum() == size


def test_pairs_of_frames_are_averaged_as_by_a_window_of_two() -> None:
    features = torch.randn(2, 3, 5, 7, 7)
    window = torch.nn.functional.avg_pool3d(features, (2, 7, 7), stride=1)
    assert torch.allclose(PairsOfFramesMean()(features), window, atol=1e-6)
    single: Tensor = PairsOfFramesMean()(features[:, :, :1])
    assert single.shape == (2, 3, 1, 1, 1)
