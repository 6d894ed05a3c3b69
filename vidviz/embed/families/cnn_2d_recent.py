"""Later networks that see a clip's frames one by one; figures from torchvision's weights metadata."""

from __future__ import annotations

from vidviz.embed.description import Stage
from vidviz.embed.families.torchvision_rows import FRAMES_A_CLIP, RENAMED_IN_VIT, SWAG, image_row, other_weights, stages
from vidviz.types import FrameSpec

EFFICIENTNET_B0 = image_row(
    "efficientnet_b0",
    title="EfficientNet-B0, frame by frame",
    paper="Tan and Le, EfficientNet: Rethinking Model Scaling, ICML 2019, arXiv:1905.11946",
    file="efficientnet_b0_rwightman-7f5810bc",
    size_mb=20.451,
    top1=77.692,
    frames=FrameSpec(FRAMES_A_CLIP, 256, 224, "bicubic"),
    smallest=FrameSpec(2, 64, 64, "bicubic"),
    embedding_size=1280,
    parameters_millions=5.288548,
    gmacs=0.386,
    embedding_layer="avgpool",
    stages=stages(
        ("features.0", "Stem"),
        ("features.1", "Stage 1"),
        ("features.2", "Stage 2"),
        ("features.3", "Stage 3"),
        ("features.4", "Stage 4"),
        ("features.5", "Stage 5"),
        ("features.6", "Stage 6"),
        ("features.7", "Stage 7"),
        ("features.8", "Last convolution"),
        ("avgpool", "Penultimate (embedding)"),
        ("classifier", "Class scores"),
    ),
    memory_gib=1.7,
)

EFFICIENTNET_V2_S = image_row(
    "efficientnet_v2_s",
    title="EfficientNetV2-S, frame by frame",
    paper="Tan and Le, EfficientNetV2: Smaller Models and Faster Training, ICML 2021, arXiv:2104.00298",
    file="efficientnet_v2_s-dd5fe13b",
    size_mb=82.704,
    top1=84.228,
    frames=FrameSpec(FRAMES_A_CLIP, 384, 384),
    embedding_size=1280,
    parameters_millions=21.458488,
    gmacs=8.366,
    embedding_layer="avgpool",
    stages=stages(
        ("features.0", "Stem"),
        ("features.1", "Stage 1"),
        ("features.2", "Stage 2"),
        ("features.3", "Stage 3"),
        ("features.4", "Stage 4"),
        ("features.5", "Stage 5"),
        ("features.6", "Stage 6"),
        ("features.7", "Last convolution"),
        ("avgpool", "Penultimate (embedding)"),
        ("classifier", "Class scores"),
    ),
    memory_gib=1.0,
)

MOBILENET_V3_PAPER = "Howard et al., Searching for MobileNetV3, ICCV 2019, arXiv:1905.02244"

MOBILENET_V3_SMALL = image_row(
    "mobilenet_v3_small",
    title="MobileNetV3 small, frame by frame",
    paper=MOBILENET_V3_PAPER,
    file="mobilenet_v3_small-047dcff4",
    size_mb=9.829,
    top1=67.668,
    embedding_size=1024,
    parameters_millions=2.542856,
    gmacs=0.057,
    embedding_layer="classifier.1",
    stages=stages(
        ("features.0", "Stem"),
        ("features.1", "Blocks at a quarter of the size"),
        ("features.3", "Blocks at an eighth"),
        ("features.8", "Blocks at a sixteenth"),
        ("features.11", "Blocks at a thirty-second"),
        ("features.12", "Last convolution"),
        ("avgpool", "Mean over the picture"),
        ("classifier.1", "Penultimate (embedding)"),
        ("classifier", "Class scores"),
    ),
    memory_gib=0.7,
)

MOBILENET_V3_LARGE = image_row(
    "mobilenet_v3_large",
    title="MobileNetV3 large, frame by frame",
    paper=MOBILENET_V3_PAPER,
    file="mobilenet_v3_large-5c1a4163",
    size_mb=21.107,
    version="V2",
    top1=75.274,
    also=(
        other_weights(
            "IMAGENET1K_V1",
            file="mobilenet_v3_large-8738ca79",
            size_mb=21.114,
            accuracy="ImageNet-1K top-1 74.042 %",
            frames=FrameSpec(FRAMES_A_CLIP, 256, 224),
        ),
    ),
    frames=FrameSpec(FRAMES_A_CLIP, 232, 224),
    embedding_size=1280,
    parameters_millions=5.483032,
    gmacs=0.217,
    embedding_layer="classifier.1",
    stages=stages(
        ("features.0", "Stem"),
        ("features.3", "Blocks at a quarter of the size"),
        ("features.6", "Blocks at an eighth"),
        ("features.12", "Blocks at a sixteenth"),
        ("features.15", "Blocks at a thirty-second"),
        ("features.16", "Last convolution"),
        ("avgpool", "Mean over the picture"),
        ("classifier.1", "Penultimate (embedding)"),
        ("classifier", "Class scores"),
    ),
    memory_gib=1.3,
)

CONVNEXT_TINY = image_row(
    "convnext_tiny",
    title="ConvNeXt-T, frame by frame",
    paper="Liu et al., A ConvNet for the 2020s, CVPR 2022, arXiv:2201.03545",
    file="convnext_tiny-983f1562",
    size_mb=109.119,
    top1=82.52,
    frames=FrameSpec(FRAMES_A_CLIP, 236, 224),
    embedding_size=768,
    parameters_millions=28.589128,
    gmacs=4.456,
    embedding_layer="classifier.1",
    stages=stages(
        ("features.0", "Stem"),
        ("features.1", "Stage 1"),
        ("features.3", "Stage 2"),
        ("features.5", "Stage 3"),
        ("features.7", "Stage 4"),
        ("avgpool", "Mean over the picture"),
        ("classifier.1", "Penultimate, normalised (embedding)"),
        ("classifier.2", "Class scores"),
    ),
    memory_gib=0.9,
)

VIT_B_16 = image_row(
    "vit_b_16",
    title="ViT-B/16, frame by frame",
    family="2-D transformer",
    paper="Dosovitskiy et al., An Image is Worth 16x16 Words, ICLR 2021, arXiv:2010.11929",
    file="vit_b_16-c867db91",
    size_mb=330.285,
    top1=81.072,
    also=(
        other_weights(
            "IMAGENET1K_SWAG_E2E_V1",
            file="vit_b_16_swag-9ac1b537",
            size_mb=331.398,
            accuracy="ImageNet-1K top-1 85.304 %",
            licence=SWAG,
            frames=FrameSpec(FRAMES_A_CLIP, 384, 384, "bicubic"),
            gmacs=55.484,
            build="vidviz.embed.nets.torchvision_images:vit_b_16_384px",
        ),
        other_weights(
            "IMAGENET1K_SWAG_LINEAR_V1",
            file="vit_b_16_lc_swag-4e70ced5",
            size_mb=330.285,
            accuracy="ImageNet-1K top-1 81.886 %",
            licence=SWAG,
            frames=FrameSpec(FRAMES_A_CLIP, 224, 224, "bicubic"),
        ),
    ),
    # Its positions are learned for 14 x 14 patches.
    smallest=FrameSpec(1, 256, 224),
    embedding_size=768,
    parameters_millions=86.567656,
    gmacs=17.564,
    # The class token, which no module of torchvision's gives alone.
    build="vidviz.embed.nets.torchvision_images:vit_b_16",
    embedding_layer="heads.head.penultimate",
    stages=(
        Stage("conv_proj", "Patches"),
        *stages(
            ("encoder.layers.encoder_layer_0", "Block 1"),
            ("encoder.layers.encoder_layer_2", "Block 3"),
            ("encoder.layers.encoder_layer_5", "Block 6"),
            ("encoder.layers.encoder_layer_8", "Block 9"),
            ("encoder.layers.encoder_layer_11", "Block 12"),
            ("encoder", "All tokens, normalised"),
            channel_axis=-1,
        ),
        Stage("heads.head.penultimate", "Class token (embedding)"),
        Stage("heads.head", "Class scores"),
    ),
    memory_gib=0.9,
    renamed_keys=RENAMED_IN_VIT,
)

ROWS = (EFFICIENTNET_B0, EFFICIENTNET_V2_S, MOBILENET_V3_SMALL, MOBILENET_V3_LARGE, CONVNEXT_TINY, VIT_B_16)
