"""I3D-R50, for which no reference outputs are published.

Checked are: the number of parameters (28.04 M in the model zoo), every name and shape against the layout that
pytorchvideo's builder gives its configuration "i3d", and, as the paper does, that with the inflated filters of an
image ResNet-50 a still video gives the activations of its image. Not checked: the published checkpoint itself.
"""

from __future__ import annotations

import re

import torch
from torchvision.models import resnet50

from vidviz.embed.nets.i3d_r50 import I3DR50, i3d_r50
from vidviz.embed.nets.inflate import inflate_state

# Block of the network, channels in, inner channels, frames that convolution a of each residual block sees.
LAYOUT = (
    ("blocks.1", 64, 64, "333"),
    ("blocks.3", 256, 128, "3131"),
    ("blocks.4", 512, 256, "313131"),
    ("blocks.5", 1024, 512, "131"),
)


def norm_names(name: str, channels: int) -> dict[str, tuple[int, ...]]:
    of_channels = ("weight", "bias", "running_mean", "running_var")
    return {f"{name}.{key}": (channels,) for key in of_channels} | {f"{name}.num_batches_tracked": ()}


def published_names() -> dict[str, tuple[int, ...]]:
    names = {"blocks.0.conv.weight": (64, 3, 5, 7, 7), **norm_names("blocks.0.norm", 64)}
    for stage, before, inner, kernels in LAYOUT:
        for index, time_kernel in enumerate(map(int, kernels)):
            block, last = f"{stage}.res_blocks.{index}", 4 * inner
            first = before if index == 0 else last
            if index == 0:
                names[f"{block}.branch1_conv.weight"] = (last, first, 1, 1, 1)
                names |= norm_names(f"{block}.branch1_norm", last)
            names[f"{block}.branch2.conv_a.weight"] = (inner, first, time_kernel, 1, 1)
            names[f"{block}.branch2.conv_b.weight"] = (inner, inner, 1, 3, 3)
            names[f"{block}.branch2.conv_c.weight"] = (last, inner, 1, 1, 1)
            for letter, channels in zip("abc", (inner, inner, last), strict=True):
                names |= norm_names(f"{block}.branch2.norm_{letter}", channels)
    return names | {"blocks.6.proj.weight": (400, 2048), "blocks.6.proj.bias": (400,)}


def test_names_shapes_and_parameters() -> None:
    with torch.device("meta"):
        model = i3d_r50()
    assert {key: tuple(tensor.shape) for key, tensor in model.state_dict().items()} == published_names()
    assert sum(parameter.numel() for parameter in model.parameters()) == 28_043_472


def as_image_name(name: str) -> str:
    """The name in torchvision's ResNet-50 of a tensor of ours."""
    name = name.replace("blocks.0.conv", "conv1").replace("blocks.0.norm", "bn1").replace("blocks.6.proj", "fc")
    for layer, block in enumerate((1, 3, 4, 5), start=1):
        name = re.sub(rf"^blocks\.{block}\.res_blocks", f"layer{layer}", name)
    name = name.replace("branch1_conv", "downsample.0").replace("branch1_norm", "downsample.1")
    for number, letter in enumerate("abc", start=1):
        name = name.replace(f"branch2.conv_{letter}", f"conv{number}").replace(f"branch2.norm_{letter}", f"bn{number}")
    return name


def test_a_still_video_gives_the_features_of_an_image_resnet50() -> None:
    torch.manual_seed(0)
    # In float64, so that what is equal comes out equal.
    image_model, model = resnet50(num_classes=400).double().eval(), I3DR50().double().eval()
    randomise_norms(image_model)
    image_state, own = image_model.state_dict(), model.state_dict()
    renamed = {name: image_state[as_image_name(name)] for name in own}
    model.load_state_dict(inflate_state(renamed, own))
    image = torch.randn(1, 3, 16, 16, dtype=torch.float64)
    # Zeros before and after the video reach 5 frames inwards, so 3 pairs of frames, and 6 more after the pooling.
    video = image.unsqueeze(2).expand(-1, -1, 40, -1, -1)
    features: dict[str, torch.Tensor] = {}
    image_model.layer4.register_forward_hook(lambda _m, _i, out: features.update(image=out))
    model.blocks[5].register_forward_hook(lambda _m, _i, out: features.update(video=out))
    with torch.no_grad():
        image_model(image)
        model(video)
    still, inflated = features["image"], features["video"]
    assert inflated.shape == (1, 2048, 20, 1, 1)
    assert still.std() > 0.01
    for pair in (9, 10):
        torch.testing.assert_close(inflated[:, :, pair], still, rtol=1e-10, atol=1e-10)
    assert not torch.allclose(inflated[:, :, 8], still, rtol=1e-10, atol=1e-10)


def randomise_norms(model: torch.nn.Module) -> None:
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            for tensor in (module.weight, module.running_var):
                torch.nn.init.uniform_(tensor, 0.5, 1.0)
            for tensor in (module.bias, module.running_mean):
                torch.nn.init.normal_(tensor, std=0.1)
