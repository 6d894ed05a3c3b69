"""Effective fields lie inside the theoretical ones; kernels come out as they are."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from vidviz.introspect.fields.effective_field import effective_field
from vidviz.introspect.fields.receptive_field import receptive_fields
from vidviz.introspect.kernels import Convolution, colour_kernels, list_convolutions, read_kernels, signed_kernels


def make_stack() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv3d(3, 4, 3, padding=1),
        nn.Softplus(),
        nn.AvgPool3d((1, 2, 2)),
        nn.Conv3d(4, 5, 3, padding=1, dilation=(1, 2, 2)),
        nn.Flatten(),
        nn.Linear(5 * 8 * 8 * 6, 2),
    ).eval()


@pytest.mark.parametrize("unit", [(0, 2, 3, 3), (4, 0, 0, 0), (2, 5, 5, 2)])
def test_the_effective_field_fills_the_theoretical_one_and_no_more(unit: tuple[int, int, int, int]) -> None:
    model, clip = make_stack(), torch.randn(1, 3, 6, 16, 16)
    effective = effective_field(model, "3", clip, unit)
    box = receptive_fields(model, clip)["3"].box(unit[1:], (6, 16, 16))
    inside = np.zeros(effective.shape, bool)
    inside[tuple(slice(*ends) for ends in box)] = True
    assert (effective[~inside] == 0).all()
    if unit != (0, 2, 3, 3):
        return  # at the border, what the arithmetic counts may be padding
    for axis in range(3):
        reached = np.flatnonzero(effective.sum(axis=tuple({0, 1, 2} - {axis})))
        assert (reached[0], reached[-1] + 1) == box[axis]
    assert not any(module._forward_hooks for module in model.modules())


def test_frames_one_by_one_see_their_own_frame_alone() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1)).eval()
    effective = effective_field(model, "0", torch.randn(5, 3, 8, 8), (1, 3, 4, 4))
    assert effective.shape == (5, 8, 8)
    assert np.flatnonzero(effective.sum(axis=(1, 2))).tolist() == [3]


@pytest.mark.parametrize(("layer", "unit", "said"), [("3", (9, 0, 0, 0), "no unit"), ("4", (0, 0, 0, 0), "")])
def test_units_that_are_not_there(layer: str, unit: tuple[int, int, int, int], said: str) -> None:
    model, clip = make_stack(), torch.randn(1, 3, 6, 16, 16)
    if not said:
        assert effective_field(model, layer, clip, unit).shape == (6, 16, 16)
        return
    with pytest.raises(ValueError, match=said):
        effective_field(model, layer, clip, unit)


def test_kernels_are_the_networks_own() -> None:
    model = nn.Sequential(nn.Conv3d(3, 4, (2, 3, 3)), nn.Conv2d(4, 5, 3), nn.Conv3d(5, 6, 1))
    found = list_convolutions(model)
    assert found[0] == Convolution("0", (4, 3, 2, 3, 3))
    assert [one.reads_colour for one in found] == [True, False, False]
    assert [one.mixes_only_channels for one in found] == [False, False, True]
    kernels = read_kernels(model, "0")
    np.testing.assert_array_equal(kernels, model[0].weight.detach().numpy())
    pictures = colour_kernels(kernels)
    assert pictures.shape == (2, 4, 3, 3, 3)
    # Grey is zero, and the largest weight of each filter reaches an end.
    back = (pictures.astype(float) - 127.5).transpose(1, 4, 0, 2, 3) / 127.5
    largest = np.abs(kernels).max(axis=(1, 2, 3, 4), keepdims=True)
    np.testing.assert_allclose(back * largest, kernels, atol=float(largest.max()) / 250)
    flat = read_kernels(model, "1")
    assert flat.shape == (5, 4, 1, 3, 3)
    sliced = signed_kernels(flat, 2)
    assert sliced.shape == (1, 5, 3, 3)
    assert np.abs(sliced).max() == 1
    np.testing.assert_allclose(sliced[0] * np.abs(flat[:, 2]).max(), flat[:, 2, 0], rtol=1e-6)
    with pytest.raises(IndexError):
        signed_kernels(flat, 9)
