"""SlowFast-R50 8x8: one pathway sees few frames in many channels, the other many frames in few channels."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vidviz.embed.nets.he_initial import he_initial
from vidviz.embed.nets.resnet3d import RESNET50_DEPTHS, Head, Stem, bottleneck_stage

# The fast pathway sees ALPHA times the frames of the slow one (the paper's alpha) in a BETA-th of its channels.
ALPHA = 4
BETA = 8
SLOW_TIME_KERNELS = (1, 1, 3, 3)


class FuseFastToSlow(nn.Module):
    """The lateral connection: 7 frames of the fast pathway, every fourth of them, beside the slow features."""

    def __init__(self, fast_channels: int) -> None:
        super().__init__()
        self.conv_fast_to_slow = nn.Conv3d(
            fast_channels, 2 * fast_channels, (7, 1, 1), stride=(ALPHA, 1, 1), padding=(3, 0, 0), bias=False
        )
        self.norm = nn.BatchNorm3d(2 * fast_channels)
        self.activation = nn.ReLU()

    def forward(self, pathways: list[Tensor]) -> list[Tensor]:
        """[slow (N, C + 2F, T/4, H, W), fast (N, F, T, H, W)] of [slow (N, C, ...), fast (N, F, ...)]."""
        slow, fast = pathways
        lateral = self.activation(self.norm(self.conv_fast_to_slow(fast)))
        return [torch.cat([slow, lateral], dim=1), fast]


class TwoPathways(nn.Module):
    """The same step in the slow and in the fast pathway, then the lateral connection."""

    def __init__(self, slow: nn.Module, fast: nn.Module, fusion: nn.Module) -> None:
        super().__init__()
        self.multipathway_blocks = nn.ModuleList([slow, fast])
        self.multipathway_fusion = fusion

    def forward(self, pathways: list[Tensor]) -> list[Tensor]:
        """[slow, fast] after this step."""
        stepped = [block(features) for block, features in zip(self.multipathway_blocks, pathways, strict=True)]
        fused: list[Tensor] = self.multipathway_fusion(stepped)
        return fused


class PoolAndConcat(nn.Module):
    """The global mean of each pathway, one after the other: the embedding (N, 2304, 1, 1, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = nn.ModuleList([nn.AdaptiveAvgPool3d(1), nn.AdaptiveAvgPool3d(1)])

    def forward(self, pathways: list[Tensor]) -> Tensor:
        """Means of slow, then of fast channels, (N, C + F, 1, 1, 1)."""
        return torch.cat([pool(features) for pool, features in zip(self.pool, pathways, strict=True)], dim=1)


class SlowFastR50(nn.Module):
    """SlowFast with two ResNet-50 pathways.

    Feichtenhofer et al., SlowFast Networks for Video Recognition, ICCV 2019, arXiv:1812.03982, table 1 with
    alpha 4, beta 1/8 and a lateral convolution over 7 frames, as in the published checkpoint
    `SLOWFAST_8x8_R50.pyth`.

    One input (N, 3, T, H, W), nominally 32 frames, serves both pathways: the fast one takes every frame, the slow
    one a quarter of them (`slow_frames`). Any size from 1 frame of 1 x 1 pixel is legal; the head is a global
    mean, which equals the published window at 224 pixels.
    """

    def __init__(self, num_classes: int = 400) -> None:
        super().__init__()
        blocks: list[nn.Module] = [TwoPathways(Stem(64, 1), Stem(64 // BETA, 5), FuseFastToSlow(64 // BETA))]
        slow_in, fast_in, inner = 64, 64 // BETA, 64
        for index, (depth, time_kernel) in enumerate(zip(RESNET50_DEPTHS, SLOW_TIME_KERNELS, strict=True)):
            stride, slow_out, fast_out = (1 if index == 0 else 2), 4 * inner, 4 * inner // BETA
            # Beside its own channels the slow pathway gets twice those of the fast one.
            slow = bottleneck_stage(slow_in + 2 * fast_in, inner, [time_kernel] * depth, stride)
            fast = bottleneck_stage(fast_in, inner // BETA, [3] * depth, stride)
            fusion = nn.Identity() if index == len(RESNET50_DEPTHS) - 1 else FuseFastToSlow(fast_out)
            blocks.append(TwoPathways(slow, fast, fusion))
            slow_in, fast_in, inner = slow_out, fast_out, 2 * inner
        head = Head(slow_in + fast_in, num_classes, nn.Identity())
        self.blocks = nn.ModuleList([*blocks, PoolAndConcat(), head])
        he_initial(self)

    def forward(self, clips: Tensor) -> Tensor:
        """Class scores (N, classes) of clips (N, 3, T, H, W)."""
        picks = torch.tensor(slow_frames(clips.shape[2]), device=clips.device)
        pathways = [clips.index_select(2, picks), clips]
        *steps, join, head = self.blocks
        for step in steps:
            pathways = step(pathways)
        scores: Tensor = head(join(pathways))
        return scores


def slow_frames(num_frames: int) -> list[int]:
    """Which frames the slow pathway sees: a quarter of them, rounded up, evenly from the first to the last.

    32 frames give 0, 4, 8, 13, 17, 22, 26, 31, which is linspace(0, 31, 8) with its fractions cut off.
    """
    count = -(-num_frames // ALPHA)
    return [index * (num_frames - 1) // max(count - 1, 1) for index in range(count)]


def slowfast_r50() -> SlowFastR50:
    """SlowFast-R50 with the 400 classes of Kinetics-400."""
    return SlowFastR50()
