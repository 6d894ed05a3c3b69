"""X3D: a tiny image network expanded step by step along time, space, width and depth."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from vidviz.embed.nets.he_initial import he_initial
from vidviz.embed.nets.resnet3d import Blocks, Bottleneck, Head, ResBlock, ResStage

WIDTHS = (24, 48, 96, 192)
SMALL_DEPTHS = (3, 5, 11, 7)
LARGE_DEPTHS = (5, 10, 25, 15)
EMBEDDING_SIZE = 2048


class SplitConv(nn.Module):
    """The stem's convolution in two steps, first in space (3x3, stride 2), then depthwise over 5 frames.

    In the published checkpoints the names are swapped: `conv_t` is the one in space, `conv_xy` the one in time.
    """

    def __init__(self, out_channels: int) -> None:
        super().__init__()
        self.conv_t = nn.Conv3d(3, out_channels, (1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1), bias=False)
        self.conv_xy = nn.Conv3d(
            out_channels, out_channels, (5, 1, 1), padding=(2, 0, 0), groups=out_channels, bias=False
        )

    def forward(self, clips: Tensor) -> Tensor:
        """(N, out, T, H/2, W/2) of clips (N, 3, T, H, W)."""
        split: Tensor = self.conv_xy(self.conv_t(clips))
        return split


class X3DStem(nn.Module):
    """Split convolution, normalisation and ReLU; no pooling."""

    def __init__(self, out_channels: int) -> None:
        super().__init__()
        self.conv = SplitConv(out_channels)
        self.norm = nn.BatchNorm3d(out_channels)
        self.activation = nn.ReLU()

    def forward(self, clips: Tensor) -> Tensor:
        """Features (N, out, T, H/2, W/2) of clips (N, 3, T, H, W)."""
        features: Tensor = self.activation(self.norm(self.conv(clips)))
        return features


class SqueezeExcitation(nn.Module):
    """Each channel weighted by what all channels are on average: Hu et al., arXiv:1709.01507, section 3."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        squeezed = _nearest_multiple_of_8(channels / 16)
        self.block = nn.Sequential(
            nn.Conv3d(channels, squeezed, 1), nn.ReLU(), nn.Conv3d(squeezed, channels, 1), nn.Sigmoid()
        )

    def forward(self, features: Tensor) -> Tensor:
        """Features of the same shape (N, C, T, H, W)."""
        weighted: Tensor = features * self.block(features.mean((2, 3, 4), keepdim=True))
        return weighted


class X3DBottleneck(Bottleneck):
    """Bottleneck whose middle convolution is 3x3x3 and depthwise, with swish and, if asked for, squeeze-excitation."""

    def __init__(self, channels: tuple[int, int, int], *, stride: int, squeeze: bool) -> None:
        inner = channels[1]
        super().__init__(channels, time_kernel_b=3, stride=stride, groups=inner)
        self.norm_b = nn.Sequential(nn.BatchNorm3d(inner), SqueezeExcitation(inner) if squeeze else nn.Identity())
        self.act_b = nn.SiLU()


class ProjectedPool(nn.Module):
    """A wider projection, the global mean over time and space, and a dense layer: the embedding (N, 2048, 1, 1, 1).

    The published head pools with a window of the nominal input's size; a global mean equals it there.
    """

    def __init__(self, in_channels: int, inner: int, out_channels: int) -> None:
        super().__init__()
        self.pre_conv = nn.Conv3d(in_channels, inner, 1, bias=False)
        self.pre_norm = nn.BatchNorm3d(inner)
        self.pre_act = nn.ReLU()
        self.pool = nn.AdaptiveAvgPool3d(1)
        self.post_conv = nn.Conv3d(inner, out_channels, 1, bias=False)
        self.post_act = nn.ReLU()

    def forward(self, features: Tensor) -> Tensor:
        """Embedding (N, out, 1, 1, 1) of features (N, in, T, H, W)."""
        mean = self.pool(self.pre_act(self.pre_norm(self.pre_conv(features))))
        embedding: Tensor = self.post_act(self.post_conv(mean))
        return embedding


class X3D(Blocks):
    """X3D of width 2, in four stages that keep every frame and halve height and width.

    Feichtenhofer, X3D: Expanding Architectures for Efficient Video Recognition, CVPR 2020, arXiv:2004.04730,
    table 1; keys as in the published checkpoints `X3D_*.pyth`.

    It takes (N, 3, T, H, W) of any size from 1 frame of 1 x 1 pixel and gives class scores (N, classes). XS, S and
    M are one architecture that is given different inputs.

    Args:
        depths: residual blocks in each stage.
        num_classes: number of class scores.
    """

    def __init__(self, depths: Sequence[int] = SMALL_DEPTHS, num_classes: int = 400) -> None:
        blocks: list[nn.Module] = [X3DStem(WIDTHS[0])]
        in_channels = WIDTHS[0]
        for depth, width in zip(depths, WIDTHS, strict=True):
            blocks.append(_stage(in_channels, width, depth))
            in_channels = width
        pool = ProjectedPool(in_channels, _inner(in_channels), EMBEDDING_SIZE)
        super().__init__([*blocks, Head(EMBEDDING_SIZE, num_classes, pool)])
        he_initial(self)


def _stage(in_channels: int, width: int, depth: int) -> ResStage:
    blocks = []
    for index in range(depth):
        first, stride = (in_channels, 2) if index == 0 else (width, 1)
        branch2 = X3DBottleneck((first, _inner(width), width), stride=stride, squeeze=index % 2 == 0)
        blocks.append(ResBlock(first, width, stride, branch2))
    return ResStage(blocks)


def _inner(width: int) -> int:
    """Channels inside a bottleneck: 2.25 times those outside (gamma_b in the paper)."""
    return width * 9 // 4


def _nearest_multiple_of_8(channels: float) -> int:
    """The nearest multiple of 8 from 8 on, and the next one where that would lose more than a tenth."""
    nearest = max(8, int(channels + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * channels else nearest


def x3d_xs() -> X3D:
    """X3D-XS: nominally 4 frames of 160 pixels."""
    return X3D()


def x3d_s() -> X3D:
    """X3D-S: nominally 13 frames of 160 pixels."""
    return X3D()


def x3d_m() -> X3D:
    """X3D-M: nominally 16 frames of 224 pixels."""
    return X3D()


def x3d_l() -> X3D:
    """X3D-L: deeper, nominally 16 frames of 312 pixels."""
    return X3D(LARGE_DEPTHS)
