"""2-D networks that see a clip's frames one by one; figures from torchvision's weights metadata."""

from __future__ import annotations

from vidviz.embed.description import IMAGENET_MEAN, IMAGENET_STD, Backbone, Stage, Weights
from vidviz.types import FrameSpec

TORCHVISION_IMAGENET = "BSD-3-Clause (torchvision); trained on ImageNet-1K, whose own terms may apply"

RESNET50 = Backbone(
    name="resnet50",
    title="ResNet-50, frame by frame",
    family="2-D CNN",
    paper="He et al., Deep Residual Learning for Image Recognition, CVPR 2016, arXiv:1512.03385",
    frames=FrameSpec(num_frames=8, resize_px=232, crop_px=224),
    fps=4.0,
    stride=1,
    per_frame=True,
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    embedding_size=2048,
    parameters_millions=25.557032,
    gmacs=4.089,
    accuracy="ImageNet-1K top-1 80.858 % (torchvision, IMAGENET1K_V2)",
    weights=(
        Weights(
            name="IMAGENET1K_V2",
            url="https://download.pytorch.org/models/resnet50-11ad3fa6.pth",
            size_mb=97.79,
            licence=TORCHVISION_IMAGENET,
            sha256_prefix="11ad3fa6",
        ),
    ),
    default_weights="IMAGENET1K_V2",
    embedding_layer="avgpool",
    stages=(
        Stage("conv1", "First convolution"),
        Stage("maxpool", "Stem"),
        Stage("layer1", "Stage 1"),
        Stage("layer2", "Stage 2"),
        Stage("layer3", "Stage 3"),
        Stage("layer4", "Stage 4"),
        Stage("avgpool", "Penultimate (embedding)"),
        Stage("fc", "Class scores"),
    ),
    memory_gib=0.8,
    build="torchvision.models:resnet50",
)

ROWS = (RESNET50,)
