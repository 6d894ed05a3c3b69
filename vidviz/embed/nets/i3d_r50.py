"""I3D-R50 8x8: a ResNet-50 whose filters are inflated along time."""

from __future__ import annotations

from torch import nn

from vidviz.embed.nets.he_initial import he_initial
from vidviz.embed.nets.resnet3d import Blocks, Head, Stem, bottleneck_stage

# How many frames convolution a of each block sees, stage by stage (res2 to res5).
TIME_KERNELS = ((3, 3, 3), (3, 1, 3, 1), (3, 1, 3, 1, 3, 1), (1, 3, 1))


class I3DR50(Blocks):
    """ResNet-50 with 3-D filters and a pooling of pairs of frames after its first stage.

    Carreira and Zisserman, Quo Vadis, Action Recognition?, CVPR 2017, arXiv:1705.07750, in the ResNet form of Wang
    et al., Non-local Neural Networks, CVPR 2018, arXiv:1711.07971, table 1; laid out as the published checkpoint
    `I3D_8x8_R50.pyth`: `blocks.0` stem (5x7x7), `blocks.1` res2, `blocks.2` pooling of pairs of frames,
    `blocks.3` to `blocks.5` res3 to res5, `blocks.6` head.

    It takes (N, 3, T, H, W), nominally (N, 3, 8, 224, 224), and gives class scores (N, classes). The smallest
    legal input has 2 frames of 1 x 1 pixel; the head is a global mean (see `Head`).
    """

    def __init__(self, num_classes: int = 400) -> None:
        res2, res3, res4, res5 = TIME_KERNELS
        super().__init__(
            (
                Stem(64, time_kernel=5),
                bottleneck_stage(64, 64, res2, stride=1),
                nn.MaxPool3d((2, 1, 1)),
                bottleneck_stage(256, 128, res3, stride=2),
                bottleneck_stage(512, 256, res4, stride=2),
                bottleneck_stage(1024, 512, res5, stride=2),
                Head(2048, num_classes, nn.AdaptiveAvgPool3d(1)),
            )
        )
        he_initial(self)


def i3d_r50() -> I3DR50:
    """I3D-R50 with the 400 classes of Kinetics-400."""
    return I3DR50()
