"""Receptive fields by arithmetic against what really reaches a unit."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torchvision.models import mobilenet_v3_small, resnet18
from torchvision.models.video import r3d_18

from vidviz.embed.nets.slowfast import SlowFastR50
from vidviz.introspect.fields.effective_field import effective_field
from vidviz.introspect.fields.receptive_field import ReceptiveField, receptive_fields


@st.composite
def windows(draw: st.DrawFn, axes: tuple[int, ...]) -> nn.Module:
    """A convolution or pooling with its own size, stride, padding and dilation on each of `axes`."""
    kind = draw(st.sampled_from(["conv", "average", "max"]))
    kernel, stride, padding, dilation = [1, 1, 1], [1, 1, 1], [0, 0, 0], [1, 1, 1]
    for axis in axes:
        kernel[axis] = draw(st.integers(1, 4))
        stride[axis] = draw(st.integers(1, 2))
        padding[axis] = draw(st.integers(0, kernel[axis] // 2))
        dilation[axis] = draw(st.integers(1, 3))
    if kind == "average":
        return nn.AvgPool3d(kernel, stride, padding)
    if kind == "max":
        return nn.MaxPool3d(kernel, stride, padding, dilation)
    conv = nn.Conv3d(1, 1, tuple(kernel), tuple(stride), tuple(padding), tuple(dilation))
    # Positive weights, so that no two ways through the network cancel.
    nn.init.uniform_(conv.weight, 0.5, 1.0)
    return conv


def stacks(*axes: int) -> st.SearchStrategy[nn.Sequential]:
    return st.lists(windows(axes), min_size=1, max_size=4).map(lambda layers: nn.Sequential(*layers).double())


def extent_by_gradient(model: nn.Module, axis: int, unit: int, length: int) -> tuple[int, int]:
    """First and one past the last position on an axis from which anything reaches a unit.

    A maximum passes its gradient to one winner only: each position of the input is made the winner in turn.
    """
    shape = [length, 1, 1, 1, 1]
    shape[axis + 2] = length
    clips = torch.eye(length, dtype=torch.float64).view(shape).requires_grad_(True)
    model(clips).flatten(1)[:, unit].sum().backward()
    reached = clips.grad.flatten(1).diagonal().nonzero().flatten().tolist()
    return reached[0], reached[-1] + 1


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(0, 2))
def test_equals_the_support_of_the_gradient(data: st.DataObject, axis: int) -> None:
    model, length = data.draw(stacks(axis)), 128
    shape = [1, 1, 1, 1, 1]
    shape[axis + 2] = length
    with torch.no_grad():
        unit = model(torch.zeros(shape, dtype=torch.float64)).numel() // 2
    where, size = [0, 0, 0], [1, 1, 1]
    where[axis], size[axis] = unit, length
    example = torch.zeros(shape, dtype=torch.float64)
    start, end = receptive_fields(model, example)[str(len(model) - 1)].box(tuple(where), tuple(size))[axis]
    # At the border, what the arithmetic counts may be padding.
    assume(start > 0 and end < length)
    assert (start, end) == extent_by_gradient(model, axis, unit, length)


@settings(max_examples=40, deadline=None)
@given(stacks(0, 1, 2))
def test_size_by_the_recurrence_of_the_literature(model: nn.Sequential) -> None:
    """r += (k - 1) * dilation * jump; jump *= stride (Araujo et al. 2019)."""
    example = torch.zeros(1, 1, 160, 160, 160, device="meta", dtype=torch.float64)
    field = receptive_fields(model.to("meta"), example)[str(len(model) - 1)]
    for axis in range(3):
        size = jump = 1
        for layer in model:
            dilation = getattr(layer, "dilation", (1, 1, 1))
            size += (layer.kernel_size[axis] - 1) * dilation[axis] * jump
            jump *= layer.stride[axis]
        assert (field.size[axis], field.stride[axis]) == (size, jump)


class Tutorial(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.pool1 = nn.Conv3d(3, 4, 3, padding=1), nn.MaxPool3d((1, 2, 2))
        self.conv2, self.pool2 = nn.Conv3d(4, 4, 3, padding=1), nn.MaxPool3d((1, 2, 2))
        self.fc = nn.Linear(4 * 2 * 4 * 4, 2)
        self.spare = nn.ReLU()

    def forward(self, clips: Tensor) -> Tensor:
        return self.fc(self.pool2(self.conv2(self.pool1(torch.relu(self.conv1(clips))))).flatten(1))


def test_the_tutorials_network_sees_three_and_then_five_frames() -> None:
    fields = receptive_fields(Tutorial(), torch.zeros(1, 3, 2, 16, 16))
    assert fields["conv1"] == ReceptiveField((3, 3, 3), (1, 1, 1), (0.0, 0.0, 0.0))
    assert fields["pool1"].size == (3, 4, 4)
    assert fields["conv2"].size == (5, 8, 8)
    assert fields["pool2"] == ReceptiveField((5, 10, 10), (1, 4, 4), (0.0, 1.5, 1.5))
    assert fields["fc"].sees_everything
    assert fields["spare"].reason == "the forward pass does not call it"


def test_branches_take_the_larger_field() -> None:
    with torch.device("meta"):
        video, image, squeezing = r3d_18(), resnet18(), mobilenet_v3_small()
    clips, frames = (torch.empty(size, device="meta") for size in ((1, 3, 16, 112, 112), (2, 3, 224, 224)))
    fields = receptive_fields(video, clips)
    assert fields["stem"].size == (3, 7, 7)
    assert fields["layer1"].size == (11, 23, 23)
    assert fields["layer4"].stride == (8, 16, 16)
    assert fields["avgpool"].sees_everything
    assert not any(field.reason for field in fields.values())
    fields = receptive_fields(image, frames)
    # 435 pixels: the figure published for ResNet-18.
    assert fields["layer4"].size == (1, 435, 435)
    # Squeeze-and-excitation looks at the whole picture.
    assert receptive_fields(squeezing, frames)["features.12"].sees_everything


class Crooked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Conv2d(1, 1, 3, stride=2), nn.Conv2d(1, 1, 3)
        self.up, self.own = nn.ConvTranspose2d(1, 1, 2), OwnPadding(1, 1, 3)
        self.after = nn.ReLU()

    def forward(self, frames: Tensor) -> Tensor:
        self.own(frames)
        self.up(frames)
        return self.after(self.one(frames) + self.two(frames))


class OwnPadding(nn.Conv2d):
    def forward(self, frames: Tensor) -> Tensor:
        return super().forward(nn.functional.pad(frames, (5, 5, 5, 5)))


class Undecided(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3)

    def forward(self, frames: Tensor) -> Tensor:
        return self.conv(frames) if frames.sum() > 0 else frames


def test_what_cannot_be_worked_out_says_why() -> None:
    frames = torch.zeros(2, 1, 3, 3)
    fields = receptive_fields(Crooked(), frames)
    assert fields["up"].reason == "conv_transpose2d() is not followed"
    assert fields["after"].reason == "it joins branches of different strides"
    assert fields["up"].box((0, 0, 0), (1, 4, 4)) is None
    assert fields["one"].size == (1, 3, 3)
    assert receptive_fields(nn.Sequential(nn.Conv2d(3, 1, 1)), frames)["0"].reason.startswith("the forward pass cannot")
    constant = receptive_fields(Constant(), frames)["inner"]
    assert constant.reason == "it does not depend on the input, or its code is scripted"


def test_padding_of_ones_own_and_conditions_are_followed() -> None:
    fields = receptive_fields(Crooked(), torch.zeros(2, 1, 9, 9))
    assert fields["own"] == ReceptiveField((1, 3, 3), (1, 1, 1), (0.0, -4.0, -4.0))
    assert receptive_fields(Undecided(), torch.ones(1, 1, 9, 9))["conv"].size == (1, 3, 3)


class Constant(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Identity()

    def forward(self, frames: Tensor) -> Tensor:
        return frames + self.inner(torch.ones(1))


class Sliced(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv3d(1, 1, 3)

    def forward(self, clips: Tensor) -> Tensor:
        return self.conv(clips[:, :, 1::4])


def test_slices_of_frames_widen_the_steps() -> None:
    field = receptive_fields(Sliced(), torch.zeros(1, 1, 17, 5, 5))["conv"]
    assert (field.size, field.stride) == ((9, 3, 3), (4, 1, 1))
    assert field.box((0, 0, 0), (17, 5, 5)) == ((1, 10), (0, 3), (0, 3))


class Slow(nn.Module):
    """As in SlowFast: a pathway of frames picked unevenly, joined by every fourth of the other pathway's."""

    def __init__(self) -> None:
        super().__init__()
        self.slow, self.fast = (
            nn.Conv3d(1, 1, (3, 1, 1), padding=(1, 0, 0)),
            nn.Conv3d(1, 1, (5, 1, 1), padding=(2, 0, 0)),
        )
        self.lateral = nn.Conv3d(1, 1, (7, 1, 1), (4, 1, 1), (3, 0, 0))
        self.joined = nn.Conv3d(2, 1, (3, 1, 1), padding=(1, 0, 0))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, 0.5, 1.0)

    def forward(self, clips: Tensor) -> Tensor:
        picks = torch.tensor([0, 4, 8, 13, 17, 22, 26, 31], device=clips.device)
        slow, fast = self.slow(clips.index_select(2, picks)), self.fast(clips)
        return self.joined(torch.cat([slow, self.lateral(fast)], 1))


@pytest.mark.parametrize("layer", ["slow", "lateral", "joined"])
@pytest.mark.parametrize("device", ["meta", "cpu"])
def test_frames_picked_unevenly_are_those_of_the_gradient(layer: str, device: str) -> None:
    model, clip = Slow(), torch.zeros(1, 1, 32, 1, 1)
    field = receptive_fields(Slow().to(device), clip.to(device))[layer]
    for t in range(8):
        reached = effective_field(model, layer, clip.expand(1, 3, 32, 1, 1)[:, :1], (0, t, 0, 0)).ravel().nonzero()[0]
        assert field.box((t, 0, 0), (32, 1, 1))[0] == (reached[0], reached[-1] + 1)
    assert field.size[0] == {"slow": 10, "lateral": 11, "joined": 21}[layer]
    assert field.stride[0] == 4


def test_the_slow_pathway_of_slowfast_sees_what_the_arithmetic_says() -> None:
    torch.manual_seed(0)
    with torch.device("meta"):
        outline = SlowFastR50(2)
    layer = "blocks.1.multipathway_blocks.0.res_blocks.2.branch2.conv_c"
    field = receptive_fields(outline, torch.empty(1, 3, 32, 32, 32, device="meta"))[layer]
    model, clip = SlowFastR50(2).eval(), torch.randn(1, 3, 32, 32, 32)
    for t in (0, 3, 7):
        reached = effective_field(model, layer, clip, (0, t, 4, 4)).sum(axis=(1, 2)).nonzero()[0]
        assert field.box((t, 4, 4), (32, 32, 32))[0] == (reached[0], reached[-1] + 1)


class Divided(nn.Module):
    """Attention along time at each of four places, then over the places of each frame."""

    def __init__(self) -> None:
        super().__init__()
        self.time, self.space = (nn.MultiheadAttention(4, 1, batch_first=True) for _ in range(2))
        self.after_time, self.after_space = nn.Identity(), nn.Identity()

    def forward(self, clips: Tensor) -> Tensor:
        places = clips.flatten(3).permute(0, 3, 2, 1)[0]
        places = self.after_time(self.time(places, places, places)[0])
        frames = places.transpose(0, 1)
        return self.after_space(self.space(frames, frames, frames)[0])


def test_divided_attention_sees_everything_only_when_both_are_done() -> None:
    fields = receptive_fields(Divided(), torch.zeros(1, 4, 3, 2, 2))
    assert fields["after_time"].reason == "its attention reaches parts of 3 positions"
    assert fields["after_space"].sees_everything


def test_boxes_are_clipped_to_the_input() -> None:
    field = ReceptiveField((5, 10, 10), (1, 4, 4), (0.0, 1.5, 1.5))
    assert field.box((0, 0, 15), (16, 64, 64)) == ((0, 3), (0, 7), (57, 64))
    assert field.box((8, 8, 8), (16, 64, 64)) == ((6, 11), (29, 39), (29, 39))
    assert ReceptiveField(sees_everything=True).box((0, 0, 0), (2, 3, 4)) == ((0, 2), (0, 3), (0, 4))


@pytest.mark.parametrize("flat", [nn.Conv2d(3, 4, 5, 2, 1), nn.MaxPool2d(5, 2, 1)])
def test_2d_layers_see_one_frame(flat: nn.Module) -> None:
    field = receptive_fields(nn.Sequential(flat), torch.zeros(1, 3, 16, 16))["0"]
    assert field == ReceptiveField((1, 5, 5), (1, 2, 2), (0.0, 1.0, 1.0))
