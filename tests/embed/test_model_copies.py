"""A loaded network is an ordinary module: copies and saved files of it compute with their own parameters."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable

import pytest
import torch

from vidviz.embed.backbones import find_backbone
from vidviz.embed.build import build_model
from vidviz.embed.description import Backbone

# The smallest network of each way in which modules are made.
NAMES = ("squeezenet1_1", "mobilenet_v3_small", "simple2d_look", "simple3d_motion", "x3d_xs")


def example_of(row: Backbone) -> torch.Tensor:
    spec = row.smallest or row.frames
    return torch.randn(1, 3, spec.num_frames, spec.crop_px, spec.crop_px, generator=torch.Generator().manual_seed(1))


def check_copy(model: torch.nn.Module, clips: torch.Tensor) -> None:
    """Zeroed, a copy answers as zeros do; the original as before."""
    with torch.no_grad():
        before = model(clips)
        twin = copy.deepcopy(model)
        assert torch.equal(twin(clips), before)
        for parameter in twin.parameters():
            parameter.zero_()
        assert not before.eq(0).all()
        assert twin(clips).eq(0).all()
        assert torch.equal(model(clips), before)


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_has_its_own_parameters(name: str) -> None:
    row = find_backbone(name)
    check_copy(build_model(row), example_of(row))


def test_a_copy_of_an_image_network_of_ones_own(tiny_image_backbone: Callable[..., Backbone]) -> None:
    row = tiny_image_backbone()
    check_copy(build_model(row), example_of(row))


@pytest.mark.parametrize("name", NAMES)
def test_a_network_is_saved_whole(name: str) -> None:
    row = find_backbone(name)
    model, clips = build_model(row), example_of(row)
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    with torch.no_grad():
        assert torch.equal(torch.load(file, weights_only=False)(clips), model(clips))
