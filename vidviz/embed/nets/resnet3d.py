"""Parts that residual video networks share: stem, bottleneck, residual block, stage and head.

The names of the sub-modules are those of the published pytorchvideo checkpoints.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from torch import Tensor, nn

RESNET50_DEPTHS = (3, 4, 6, 3)


class Stem(nn.Module):
    """A first convolution that halves height and width, normalisation, ReLU and 3x3 max-pooling that halves again.

    It keeps every frame: (N, 3, T, H, W) -> (N, out, T, H/4, W/4).
    """

    def __init__(self, out_channels: int, time_kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv3d(
            3, out_channels, (time_kernel, 7, 7), stride=(1, 2, 2), padding=(time_kernel // 2, 3, 3), bias=False
        )
        self.norm = nn.BatchNorm3d(out_channels)
        self.activation = nn.ReLU()
        self.pool = nn.MaxPool3d((1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1))

    def forward(self, clips: Tensor) -> Tensor:
        """Features (N, out, T, H/4, W/4) of clips (N, 3, T, H, W)."""
        pooled: Tensor = self.pool(self.activation(self.norm(self.conv(clips))))
        return pooled


class Bottleneck(nn.Module):
    """Three convolutions a, b, c: narrow the channels, look around, widen them again.

    In the ResNets a looks along time ((time_kernel, 1, 1)) and b in space ((1, 3, 3)).

    Args:
        channels: in, inner and out.
        time_kernel: how many frames a sees.
        time_kernel_b: how many frames b sees.
        stride: step of b in height and width.
        groups: groups of b; as many as inner channels make it depthwise.
    """

    def __init__(
        self,
        channels: tuple[int, int, int],
        *,
        time_kernel: int = 1,
        time_kernel_b: int = 1,
        stride: int = 1,
        groups: int = 1,
    ) -> None:
        super().__init__()
        first, inner, last = channels
        self.conv_a = nn.Conv3d(first, inner, (time_kernel, 1, 1), padding=(time_kernel // 2, 0, 0), bias=False)
        self.norm_a = nn.BatchNorm3d(inner)
        self.act_a = nn.ReLU()
        self.conv_b = nn.Conv3d(
            inner,
            inner,
            (time_kernel_b, 3, 3),
            stride=(1, stride, stride),
            padding=(time_kernel_b // 2, 1, 1),
            groups=groups,
            bias=False,
        )
        self.norm_b: nn.Module = nn.BatchNorm3d(inner)
        self.act_b: nn.Module = nn.ReLU()
        self.conv_c = nn.Conv3d(inner, last, 1, bias=False)
        self.norm_c = nn.BatchNorm3d(last)

    def forward(self, features: Tensor) -> Tensor:
        """What is added to the shortcut: (N, out, T, H/stride, W/stride)."""
        hidden = self.act_a(self.norm_a(self.conv_a(features)))
        hidden = self.act_b(self.norm_b(self.conv_b(hidden)))
        added: Tensor = self.norm_c(self.conv_c(hidden))
        return added


class ResBlock(nn.Module):
    """Shortcut plus bottleneck, then ReLU: He et al., arXiv:1512.03385, section 3.

    The shortcut is a 1x1x1 convolution where channels or size change, followed by a normalisation where the
    channels do.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int, branch2: Bottleneck) -> None:
        super().__init__()
        self.branch1_conv: nn.Module = nn.Identity()
        self.branch1_norm: nn.Module = nn.Identity()
        if in_channels != out_channels or stride > 1:
            self.branch1_conv = nn.Conv3d(in_channels, out_channels, 1, stride=(1, stride, stride), bias=False)
        if in_channels != out_channels:
            self.branch1_norm = nn.BatchNorm3d(out_channels)
        self.branch2 = branch2
        self.activation = nn.ReLU()

    def forward(self, features: Tensor) -> Tensor:
        """(N, out, T, H/stride, W/stride) of (N, in, T, H, W)."""
        shortcut = self.branch1_norm(self.branch1_conv(features))
        summed: Tensor = self.activation(shortcut + self.branch2(features))
        return summed


class ResStage(nn.Module):
    """Residual blocks one after the other.

    With fresh weights each of L blocks adds 1 / L of the variance, so that deep stages do not blow signals up.
    """

    def __init__(self, res_blocks: Sequence[ResBlock]) -> None:
        super().__init__()
        self.res_blocks = nn.ModuleList(res_blocks)
        for block in res_blocks:
            nn.init.constant_(block.branch2.norm_c.weight, len(res_blocks) ** -0.5)

    def forward(self, features: Tensor) -> Tensor:
        """Features after the last block."""
        for block in self.res_blocks:
            features = block(features)
        return features


def bottleneck_stage(in_channels: int, inner: int, time_kernels: Sequence[int], stride: int) -> ResStage:
    """One stage of a ResNet-50: as many blocks as `time_kernels`, whose inner width is widened fourfold.

    Args:
        in_channels: channels that come in.
        inner: channels inside each bottleneck.
        time_kernels: how many frames convolution a of each block sees.
        stride: step in height and width of the first block.
    """
    blocks: list[ResBlock] = []
    out = 4 * inner
    for index, time_kernel in enumerate(time_kernels):
        first, step = (in_channels, stride) if index == 0 else (out, 1)
        branch2 = Bottleneck((first, inner, out), time_kernel=time_kernel, stride=step)
        blocks.append(ResBlock(first, out, step, branch2))
    return ResStage(blocks)


class Head(nn.Module):
    """`pool` (N, C, T, H, W) -> (N, C, 1, 1, 1), drop-out, and class scores, no softmax.

    The published heads pool with a window of the nominal input's size and average the scores of all its
    positions. A global mean, which we use, is the same thing at that size and works at every other.
    """

    def __init__(self, channels: int, num_classes: int, pool: nn.Module) -> None:
        super().__init__()
        self.pool = pool
        self.dropout = nn.Dropout(0.5)
        self.proj = nn.Linear(channels, num_classes)

    def forward(self, features: Tensor) -> Tensor:
        """Class scores (N, classes) of features (N, C, T, H, W)."""
        scores: Tensor = self.proj(self.dropout(self.pool(features)).flatten(1))
        return scores


class Blocks(nn.Module):
    """A network whose parts run one after the other, as `blocks.0`, `blocks.1`, ..."""

    def __init__(self, blocks: Iterable[nn.Module]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)

    def forward(self, clips: Tensor) -> Tensor:
        """Class scores (N, classes) of clips (N, 3, T, H, W)."""
        features = clips
        for block in self.blocks:
            features = block(features)
        return features
