"""2-D networks that see a clip's frames one by one; figures from torchvision's weights metadata."""

from __future__ import annotations

from vidviz.embed.families.torchvision_rows import FRAMES_A_CLIP, image_row, other_weights, stages
from vidviz.types import FrameSpec

RESNET_PAPER = "He et al., Deep Residual Learning for Image Recognition, CVPR 2016, arXiv:1512.03385"
RESNET_STAGES = stages(
    ("conv1", "First convolution"),
    ("maxpool", "Stem"),
    ("layer1", "Stage 1"),
    ("layer2", "Stage 2"),
    ("layer3", "Stage 3"),
    ("layer4", "Stage 4"),
    ("avgpool", "Penultimate (embedding)"),
    ("fc", "Class scores"),
)

RESNET50 = image_row(
    "resnet50",
    title="ResNet-50, frame by frame",
    paper=RESNET_PAPER,
    file="resnet50-11ad3fa6",
    size_mb=97.79,
    version="V2",
    top1=80.858,
    also=(
        other_weights(
            "IMAGENET1K_V1",
            file="resnet50-0676ba61",
            size_mb=97.781,
            accuracy="ImageNet-1K top-1 76.130 %",
            frames=FrameSpec(FRAMES_A_CLIP, 256, 224),
        ),
    ),
    frames=FrameSpec(FRAMES_A_CLIP, 232, 224),
    embedding_size=2048,
    parameters_millions=25.557032,
    gmacs=4.089,
    embedding_layer="avgpool",
    stages=RESNET_STAGES,
    memory_gib=0.8,
)

RESNET18 = image_row(
    "resnet18",
    title="ResNet-18, frame by frame",
    paper=RESNET_PAPER,
    file="resnet18-f37072fd",
    size_mb=44.661,
    top1=69.758,
    embedding_size=512,
    parameters_millions=11.689512,
    gmacs=1.814,
    embedding_layer="avgpool",
    stages=RESNET_STAGES,
    memory_gib=0.8,
)

VGG16 = image_row(
    "vgg16",
    title="VGG-16, frame by frame",
    paper="Simonyan and Zisserman, Very Deep Convolutional Networks, ICLR 2015, arXiv:1409.1556",
    file="vgg16-397923af",
    size_mb=527.796,
    top1=71.592,
    embedding_size=4096,
    parameters_millions=138.357544,
    gmacs=15.47,
    embedding_layer="classifier.4",
    stages=stages(
        ("features.0", "First convolution"),
        ("features.4", "Group 1"),
        ("features.9", "Group 2"),
        ("features.16", "Group 3"),
        ("features.23", "Group 4"),
        ("features.30", "Group 5"),
        ("classifier.1", "First dense layer"),
        ("classifier.4", "Second dense layer (embedding)"),
        ("classifier.6", "Class scores"),
    ),
    memory_gib=1.2,
)

SQUEEZENET_PAPER = "Iandola et al., SqueezeNet: AlexNet-level accuracy with 50x fewer parameters, arXiv:1602.07360"

SQUEEZENET1_0 = image_row(
    "squeezenet1_0",
    title="SqueezeNet 1.0, frame by frame",
    paper=SQUEEZENET_PAPER,
    file="squeezenet1_0-b66bff10",
    size_mb=4.778,
    top1=58.092,
    embedding_size=512,
    parameters_millions=1.248424,
    gmacs=0.819,
    embedding_layer="features.12",
    stages=stages(
        ("features.2", "Stem"),
        ("features.5", "Fire modules 2 to 4"),
        ("features.10", "Fire modules 5 to 8"),
        ("features.12", "Last fire module (embedding)"),
        ("classifier", "Class scores"),
    ),
    memory_gib=1.4,
)

SQUEEZENET1_1 = image_row(
    "squeezenet1_1",
    title="SqueezeNet 1.1, frame by frame",
    paper=SQUEEZENET_PAPER,
    file="squeezenet1_1-b8a52dc0",
    size_mb=4.729,
    top1=58.178,
    embedding_size=512,
    parameters_millions=1.235496,
    gmacs=0.349,
    embedding_layer="features.12",
    stages=stages(
        ("features.2", "Stem"),
        ("features.4", "Fire modules 2 and 3"),
        ("features.7", "Fire modules 4 and 5"),
        ("features.12", "Fire modules 6 to 9 (embedding)"),
        ("classifier", "Class scores"),
    ),
    memory_gib=1.1,
)

ROWS = (RESNET50, RESNET18, VGG16, SQUEEZENET1_0, SQUEEZENET1_1)
