"""Inception-I3D: Inception-v1 with every filter and pooling inflated along time."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vidviz.embed.nets.he_initial import he_initial

Kernel = tuple[int, int, int]
# Channels of the branches: 1x1; 1x1 then 3x3; 1x1 then 3x3; pooling then 1x1.
Branches = tuple[int, int, int, int, int, int]

BATCH_NORM_EPSILON = 1e-3
MIXED: dict[str, Branches] = {
    "3b": (64, 96, 128, 16, 32, 32),
    "3c": (128, 128, 192, 32, 96, 64),
    "4b": (192, 96, 208, 16, 48, 64),
    "4c": (160, 112, 224, 24, 64, 64),
    "4d": (128, 128, 256, 24, 64, 64),
    "4e": (112, 144, 288, 32, 64, 64),
    "4f": (256, 160, 320, 32, 128, 128),
    "5b": (256, 160, 320, 32, 128, 128),
    "5c": (384, 192, 384, 48, 128, 128),
}


def pad_same(features: Tensor, kernel: Kernel, stride: Kernel) -> Tensor:
    """Zeros around T, H and W so that a window at every `stride`-th position covers all ("same" padding).

    How many depends on the size; the odd one goes to the end.

    Args:
        features: (N, C, T, H, W).
        kernel: window over T, H, W.
        stride: its steps.
    """
    pads: list[int] = []
    for size, width, step in zip(features.shape[2:], kernel, stride, strict=True):
        missing = max(width - (size % step or step), 0)
        # F.pad begins with the last axis.
        pads = [missing // 2, missing - missing // 2, *pads]
    return F.pad(features, pads) if any(pads) else features


class MaxPool3dSame(nn.MaxPool3d):
    """Max-pooling with "same" padding. Its inputs come out of a ReLU, so that zeros around them never win wrongly."""

    def __init__(self, kernel: Kernel, stride: Kernel) -> None:
        super().__init__(kernel, stride)
        self.window, self.steps = kernel, stride

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, T/s, H/s, W/s), rounded up, of (N, C, T, H, W)."""
        pooled: Tensor = super().forward(pad_same(features, self.window, self.steps))
        return pooled


class Unit3D(nn.Module):
    """Convolution with "same" padding; then, but for the last one, normalisation and ReLU."""

    def __init__(
        self, in_channels: int, out_channels: int, size: int = 1, stride: int = 1, *, scores: bool = False
    ) -> None:
        super().__init__()
        self.kernel: Kernel = (size, size, size)
        self.stride: Kernel = (stride, stride, stride)
        # At stride 1 the padding is the same on both sides, and the convolution does it without a copy.
        padding = size // 2 if stride == 1 else 0
        self.conv3d = nn.Conv3d(in_channels, out_channels, size, stride=stride, padding=padding, bias=scores)
        if not scores:
            self.bn = nn.BatchNorm3d(out_channels, eps=BATCH_NORM_EPSILON)
            self.relu = nn.ReLU()
        self.scores = scores

    def forward(self, features: Tensor) -> Tensor:
        """(N, out, T/s, H/s, W/s), rounded up, of (N, in, T, H, W)."""
        padded = features if self.stride == (1, 1, 1) else pad_same(features, self.kernel, self.stride)
        output: Tensor = self.conv3d(padded)
        return output if self.scores else self.relu(self.bn(output))


class InceptionModule(nn.Module):
    """Four branches side by side, joined along the channels."""

    def __init__(self, in_channels: int, branches: Branches) -> None:
        super().__init__()
        b0, b1a, b1b, b2a, b2b, b3b = branches
        self.b0 = Unit3D(in_channels, b0)
        self.b1a = Unit3D(in_channels, b1a)
        self.b1b = Unit3D(b1a, b1b, 3)
        self.b2a = Unit3D(in_channels, b2a)
        self.b2b = Unit3D(b2a, b2b, 3)
        self.b3a = nn.MaxPool3d(3, stride=1, padding=1)
        self.b3b = Unit3D(in_channels, b3b)

    def forward(self, features: Tensor) -> Tensor:
        """(N, sum of the branches, T, H, W) of (N, in, T, H, W)."""
        branches = (
            self.b0(features),
            self.b1b(self.b1a(features)),
            self.b2b(self.b2a(features)),
            self.b3b(self.b3a(features)),
        )
        return torch.cat(branches, dim=1)


class PairsOfFramesMean(nn.Module):
    """Mean over all of space and over neighbouring pairs of frames: (N, C, T, H, W) -> (N, C, T - 1, 1, 1).

    Published as a window of (2, 7, 7), which is the same at 224 pixels. A single frame stays one.
    """

    def forward(self, features: Tensor) -> Tensor:
        """The means."""
        frames = features.mean((3, 4), keepdim=True)
        return (frames[:, :, 1:] + frames[:, :, :-1]) / 2 if frames.shape[2] > 1 else frames


class InceptionI3D(nn.Module):
    """Inception-v1 inflated, on RGB in [-1, 1].

    Carreira and Zisserman, Quo Vadis, Action Recognition?, CVPR 2017, arXiv:1705.07750, figure 3; names as in the
    published PyTorch conversion of the authors' weights, `rgb_imagenet.pt`.

    It takes (N, 3, T, H, W), nominally (N, 3, 64, 224, 224), of any size from 1 frame of 1 x 1 pixel, and gives
    class scores (N, classes): the scores of all moments, averaged over time.
    """

    def __init__(self, num_classes: int = 400) -> None:
        super().__init__()
        for name, layer in _trunk():
            self.add_module(name, layer)
        self.avg_pool = PairsOfFramesMean()
        self.dropout = nn.Dropout(0.5)
        self.logits = Unit3D(1024, num_classes, scores=True)
        he_initial(self)

    def forward(self, clips: Tensor) -> Tensor:
        """Class scores (N, classes) of clips (N, 3, T, H, W)."""
        features = clips
        for layer in self.children():
            features = layer(features)
        return features.mean((2, 3, 4))


def _trunk() -> Iterator[tuple[str, nn.Module]]:
    """The layers before the head, by their published names, in the order in which they run."""
    yield "Conv3d_1a_7x7", Unit3D(3, 64, 7, stride=2)
    yield "MaxPool3d_2a_3x3", MaxPool3dSame((1, 3, 3), (1, 2, 2))
    yield "Conv3d_2b_1x1", Unit3D(64, 64)
    yield "Conv3d_2c_3x3", Unit3D(64, 192, 3)
    yield "MaxPool3d_3a_3x3", MaxPool3dSame((1, 3, 3), (1, 2, 2))
    channels = 192
    for name, branches in MIXED.items():
        if name == "4b":
            yield "MaxPool3d_4a_3x3", MaxPool3dSame((3, 3, 3), (2, 2, 2))
        if name == "5b":
            yield "MaxPool3d_5a_2x2", MaxPool3dSame((2, 2, 2), (2, 2, 2))
        yield f"Mixed_{name}", InceptionModule(channels, branches)
        channels = branches[0] + branches[2] + branches[4] + branches[5]


def inception_i3d() -> InceptionI3D:
    """Inception-I3D with the 400 classes of Kinetics-400."""
    return InceptionI3D()
