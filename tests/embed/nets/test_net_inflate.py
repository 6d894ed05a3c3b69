"""Inflation: a still video gives the activations of its image (Carreira and Zisserman, section 2.2)."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision.models import resnet18, vgg11_bn

from vidviz.embed.nets.inflate import inflate_conv, inflate_network, inflate_state, inflate_weight


def still(image: torch.Tensor, num_frames: int) -> torch.Tensor:
    return image.unsqueeze(2).expand(-1, -1, num_frames, -1, -1)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    channels=st.sampled_from([(3, 4, 1), (4, 4, 2), (6, 6, 6), (1, 5, 1)]),
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    bias=st.booleans(),
    time_kernel=st.sampled_from([1, 3, 5, 7]),
    extra_frames=st.integers(0, 4),
)
def test_a_still_video_gives_the_activations_of_its_image(
    seed: int,
    channels: tuple[int, int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    bias: bool,
    time_kernel: int,
    extra_frames: int,
) -> None:
    torch.manual_seed(seed)
    first, last, groups = channels
    conv = nn.Conv2d(first, last, kernel, stride=stride, padding=padding, groups=groups, bias=bias)
    image = torch.randn(2, first, 9, 8)
    num_frames = time_kernel + extra_frames
    with torch.no_grad():
        wanted = conv(image)
        activations = inflate_conv(conv, time_kernel)(still(image, num_frames))
    assert activations.shape == (*wanted.shape[:2], num_frames, *wanted.shape[2:])
    for frame in range(time_kernel // 2, num_frames - time_kernel // 2):
        torch.testing.assert_close(activations[:, :, frame], wanted, rtol=1e-5, atol=1e-5)


def test_where_padding_reaches_less_arrives() -> None:
    conv = nn.Conv2d(1, 1, 1, bias=False)
    nn.init.constant_(conv.weight, 3.0)
    activations = inflate_conv(conv, 3)(torch.ones(1, 1, 4, 1, 1)).flatten()
    assert activations.tolist() == pytest.approx([2.0, 3.0, 3.0, 2.0])


def test_a_stride_in_time_keeps_every_second_frame() -> None:
    conv = nn.Conv2d(2, 3, 3, padding=1)
    assert inflate_conv(conv, 3, time_stride=2)(torch.randn(1, 2, 8, 6, 6)).shape == (1, 3, 4, 6, 6)


@pytest.mark.parametrize("time_kernel", [-1, 0, 2])
def test_only_odd_time_kernels(time_kernel: int) -> None:
    with pytest.raises(ValueError, match="odd T"):
        inflate_conv(nn.Conv2d(1, 1, 3), time_kernel)


def test_what_cannot_be_inflated_is_refused() -> None:
    with pytest.raises(ValueError, match="zero padding"):
        inflate_conv(nn.Conv2d(1, 1, 3, padding="same"), 3)
    with pytest.raises(ValueError, match="zero padding"):
        inflate_conv(nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect"), 3)
    with pytest.raises(ValueError, match="filters"):
        inflate_weight(torch.ones(2, 2), 3)


@pytest.mark.parametrize("builder", [resnet18, vgg11_bn])
def test_a_classifier_that_sees_single_frames_scores_a_still_video_as_its_image(builder: type[nn.Module]) -> None:
    torch.manual_seed(0)
    model = builder(num_classes=7).eval()
    image = torch.randn(2, 3, 32, 32)
    video_model = inflate_network(model)
    with torch.no_grad():
        torch.testing.assert_close(video_model(still(image, 3)), model(image), rtol=1e-4, atol=1e-5)
    assert not video_model.training


def test_a_resnet_with_filters_in_time_gives_its_image_features_inside() -> None:
    torch.manual_seed(0)
    model = resnet18(num_classes=5).eval()
    image = torch.randn(1, 3, 32, 32)
    video_model = inflate_network(model, {"conv1": 3, "layer2.0.conv1": 5, "layer4.1.conv2": 3})
    features: dict[str, torch.Tensor] = {}
    model.layer4.register_forward_hook(lambda _m, _i, out: features.update(image=out))
    video_model.get_submodule("layer4").register_forward_hook(lambda _m, _i, out: features.update(video=out))
    with torch.no_grad():
        model(image)
        video_model(still(image, 11))
    for frame in range(4, 7):
        torch.testing.assert_close(features["video"][:, :, frame], features["image"], rtol=1e-4, atol=1e-5)
    assert not torch.allclose(features["video"][:, :, 0], features["image"], rtol=1e-2)


def test_the_image_network_stays_as_it_is() -> None:
    model = resnet18(num_classes=3)
    model.bn1.eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    inflated = inflate_network(model, {"conv1": 3})
    with torch.no_grad():
        for parameter in inflated.parameters():
            parameter.zero_()
    inflated(torch.randn(2, 3, 2, 32, 32))
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert inflated.training
    assert not inflated.get_submodule("bn1").training


def test_a_layer_used_twice_stays_one_layer() -> None:
    conv = nn.Conv2d(3, 3, 3, padding=1)
    inflated = inflate_network(nn.Sequential(conv, nn.AvgPool2d(2), conv))
    assert inflated.get_submodule("0") is inflated.get_submodule("2")
    assert inflated(torch.randn(1, 3, 4, 8, 8)).shape == (1, 3, 4, 4, 4)


def test_a_single_layer_is_inflated_too() -> None:
    assert isinstance(inflate_network(nn.BatchNorm2d(3, affine=False)), nn.BatchNorm3d)


def test_a_layer_that_nobody_can_inflate_is_named() -> None:
    with pytest.raises(ValueError, match="InstanceNorm2d"):
        inflate_network(nn.Sequential(nn.InstanceNorm2d(3)))


def test_names_that_are_no_convolutions_are_refused() -> None:
    with pytest.raises(ValueError, match="layer9"):
        inflate_network(resnet18(), {"layer9": 3})


def test_a_state_is_inflated_to_the_shapes_of_the_video_network() -> None:
    model = resnet18(num_classes=3)
    inflated = inflate_network(model, {"conv1": 3})
    filled = inflate_state(model.state_dict(), inflated.state_dict())
    assert all(torch.allclose(filled[name], tensor) for name, tensor in inflated.state_dict().items())
    assert filled["conv1.weight"].shape == (64, 3, 3, 7, 7)


def test_a_state_of_another_network_is_refused() -> None:
    video_state = {"conv.weight": torch.zeros(2, 3, 3, 1, 1)}
    with pytest.raises(ValueError, match="the image network has no conv"):
        inflate_state({}, video_state)
    with pytest.raises(ValueError, match=r"is \(2, 4, 3, 1, 1\), not \(2, 3, 3, 1, 1\)"):
        inflate_state({"conv.weight": torch.zeros(2, 4, 1, 1)}, video_state)
