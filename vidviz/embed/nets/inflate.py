"""An image network turned into a video network: its 2-D filters are repeated along time.

Carreira and Zisserman, Quo Vadis, Action Recognition?, CVPR 2017, arXiv:1705.07750, section 2.2. A filter repeated
over T frames is divided by T, so that a still ("boring") video gives the activations of its image. Time is padded
with zeros, as in the published networks, so this holds for frames that no padding reaches: after one convolution
all but the first and last T // 2.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn


def inflate_weight(filters: Tensor, time_kernel: int) -> Tensor:
    """3-D filters (out, in, T, H, W) of 2-D ones (out, in, H, W): each is repeated T times and divided by T.

    Raises:
        ValueError: T is below 1, or the filters are not 2-D.
    """
    if time_kernel < 1 or filters.dim() != 4:
        raise ValueError(f"filters (out, in, H, W) and T >= 1 are needed, not {tuple(filters.shape)}, T {time_kernel}")
    return filters.unsqueeze(2).repeat(1, 1, time_kernel, 1, 1) / time_kernel


def inflate_conv(conv: nn.Conv2d, time_kernel: int, *, time_stride: int = 1) -> nn.Conv3d:
    """A 3-D convolution that does to every still video what `conv` does to its image.

    Args:
        conv: the 2-D convolution; it stays as it is.
        time_kernel: T, how many frames a filter sees; odd, so that it is centred.
        time_stride: step along time.

    Returns:
        A convolution of (N, C, T, H, W) that keeps every `time_stride`-th frame; zeros before and after the video.

    Raises:
        ValueError: T is even or below 1, or height and width are not padded with a number of zeros.
    """
    if time_kernel < 1 or time_kernel % 2 == 0 or isinstance(conv.padding, str) or conv.padding_mode != "zeros":
        raise ValueError(f"an odd T and zero padding by numbers are needed, not T {time_kernel} and {conv}")
    inflated = nn.Conv3d(
        conv.in_channels,
        conv.out_channels,
        _in_time(conv.kernel_size, time_kernel),
        stride=_in_time(conv.stride, time_stride),
        padding=_in_time(conv.padding, time_kernel // 2),
        dilation=_in_time(conv.dilation, 1),
        groups=conv.groups,
        bias=conv.bias is not None,
        device=conv.weight.device,
        dtype=conv.weight.dtype,
    )
    with torch.no_grad():
        inflated.weight.copy_(inflate_weight(conv.weight, time_kernel))
        if conv.bias is not None and inflated.bias is not None:
            inflated.bias.copy_(conv.bias)
    return inflated


def inflate_network(model: nn.Module, time_kernels: Mapping[str, int] | None = None) -> nn.Module:
    """A copy of an image network that takes (N, 3, T, H, W), with every 2-D layer inflated.

    Poolings keep every frame, except adaptive ones, which take the mean over all frames: an image classifier
    then gives one row of class scores a clip.

    Args:
        model: a network whose layers are modules; what its `forward` does itself must not name axes from the
            front, as `x.mean((2, 3))` does.
        time_kernels: how many frames the convolutions of these dotted names see; all others see one.

    Raises:
        ValueError: a name is no 2-D convolution of the network, or a layer cannot be inflated.
    """
    wanted = dict(time_kernels or {})
    convolutions = {name for name, module in model.named_modules() if isinstance(module, nn.Conv2d)}
    if unknown := sorted(set(wanted) - convolutions):
        raise ValueError(f"no 2-D convolutions of this network: {', '.join(unknown)}")
    inflated = copy.deepcopy(model)
    done: dict[nn.Module, nn.Module] = {}
    for name, module in list(inflated.named_modules(remove_duplicate=False)):
        if module not in done:
            done[module] = _inflate_layer(module, wanted.get(name, 1))
            done[module].training = module.training
        owner, _, child = name.rpartition(".")
        if done[module] is not module and name:
            setattr(inflated.get_submodule(owner), child, done[module])
    return done[inflated]


def inflate_state(image_state: Mapping[str, Tensor], video_state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights for a video network, taken from an image network with the same names.

    2-D filters are inflated to the T of the video network's; everything else is taken as it is.

    Args:
        image_state: the image network's `state_dict()`.
        video_state: the video network's; only its names and shapes count.

    Raises:
        ValueError: a name is missing, or a shape fits neither way.
    """
    filled: dict[str, Tensor] = {}
    for name, target in video_state.items():
        if name not in image_state:
            raise ValueError(f"the image network has no {name}")
        source = image_state[name]
        if source.dim() == 4 and target.dim() == 5:
            source = inflate_weight(source, target.shape[2])
        if source.shape != target.shape:
            raise ValueError(f"{name} is {tuple(source.shape)}, not {tuple(target.shape)}")
        filled[name] = source
    return filled


def _inflate_layer(module: nn.Module, time_kernel: int) -> nn.Module:
    if isinstance(module, nn.Conv2d):
        return inflate_conv(module, time_kernel)
    if isinstance(module, nn.BatchNorm2d):
        return _inflate_norm(module)
    if isinstance(module, nn.MaxPool2d):
        return nn.MaxPool3d(
            _in_time(module.kernel_size, 1),
            stride=_in_time(module.stride, 1),
            padding=_in_time(module.padding, 0),
            dilation=_in_time(module.dilation, 1),
            ceil_mode=module.ceil_mode,
        )
    if isinstance(module, nn.AvgPool2d):
        return nn.AvgPool3d(
            _in_time(module.kernel_size, 1),
            stride=_in_time(module.stride, 1),
            padding=_in_time(module.padding, 0),
            ceil_mode=module.ceil_mode,
            count_include_pad=module.count_include_pad,
            divisor_override=module.divisor_override,
        )
    if isinstance(module, nn.AdaptiveAvgPool2d):
        return nn.AdaptiveAvgPool3d(_in_time(module.output_size, 1))
    if type(module).__name__.endswith("2d"):
        raise ValueError(f"no way is known to inflate {module}")
    return module


def _inflate_norm(norm: nn.BatchNorm2d) -> nn.BatchNorm3d:
    """The same parameters and statistics, which know nothing of time."""
    inflated = nn.BatchNorm3d(norm.num_features, norm.eps, norm.momentum, norm.affine, norm.track_running_stats)
    for name, tensor in (*norm.named_parameters(), *norm.named_buffers()):
        setattr(inflated, name, tensor)
    return inflated


def _in_time(size: Any, in_time: int) -> tuple[int, int, int]:
    """(in_time, H, W) of a setting of a 2-D layer, which is one number or two."""
    height, width = size if isinstance(size, tuple) else (size, size)
    return (in_time, height, width)
