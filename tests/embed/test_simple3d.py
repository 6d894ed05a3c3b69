"""Simple3DCNN as the tutorial has it."""

from __future__ import annotations

import torch

from vidviz.embed.nets.simple3d import Simple3DCNN, simple3d_features


def test_the_tutorials_shapes() -> None:
    with torch.device("meta"):
        model = Simple3DCNN()
        scores, early, later = model.forward_with_intermediates(torch.empty(8, 3, 16, 64, 64))
    assert scores.shape == (8, 10)
    assert early.shape == (8, 64, 16, 32, 32)
    assert later.shape == (8, 128, 16, 16, 16)
    assert model.fc1.weight.numel() == 536_870_912
    assert sum(parameter.numel() for parameter in model.parameters()) == 537_363_466


def test_a_narrow_one_gives_scores_and_the_same_intermediates() -> None:
    model = Simple3DCNN(5, channels=(4, 6), hidden=(12, 7), num_frames=4, size_px=16).eval()
    clips = torch.randn(2, 3, 4, 16, 16)
    scores, early, later = model.forward_with_intermediates(clips)
    assert torch.equal(model(clips), scores)
    assert (scores.shape, early.shape, later.shape) == ((2, 5), (2, 4, 4, 8, 8), (2, 6, 4, 4, 4))


def test_without_dense_layers_in_memory_the_convolutions_are_the_same() -> None:
    torch.manual_seed(3)
    light = simple3d_features()
    torch.manual_seed(3)
    with torch.device("cpu"):
        narrow = Simple3DCNN(hidden=(2, 2), num_frames=1, size_px=4)
    assert torch.equal(light.conv1.weight, narrow.conv1.weight)
    assert torch.equal(light.conv2.bias, narrow.conv2.bias)
    assert light.fc1.weight.is_meta
    assert light.fc1.weight.shape == (1024, 524_288)
