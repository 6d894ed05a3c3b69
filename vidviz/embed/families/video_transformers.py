"""Video transformers of torchvision; figures from its weights metadata."""

from __future__ import annotations

from typing import Any

from vidviz.embed.description import IMAGENET_MEAN, IMAGENET_STD, Stage
from vidviz.embed.families import video_transformers_hf
from vidviz.embed.families.torchvision_rows import TORCHVISION_KINETICS, other_weights, stages, video_row
from vidviz.types import FrameSpec

# Positions are learned for 16 frames of 224 pixels, so there is no smaller input.
MVIT: dict[str, Any] = {
    "family": "video transformer",
    "frames": FrameSpec(num_frames=16, resize_px=256, crop_px=224, antialias=False),
    "fps": 30.0,
    "stride": 4,
    "mean": (0.45, 0.45, 0.45),
    "std": (0.225, 0.225, 0.225),
    "views": "5 clips a video",
    "embedding_size": 768,
    "embedding_layer": "head.0",
    # A block gives its tokens beside their grid; the tokens alone are what the next one's normalisation gives.
    "stages": (
        Stage("conv_proj", "Patches"),
        *stages(
            ("pos_encoding", "Patches with positions"),
            ("blocks.1.norm1", "Stage 1, normalised"),
            ("blocks.3.norm1", "Stage 2, normalised"),
            ("blocks.14.norm1", "Stage 3, normalised"),
            ("norm", "Stage 4, normalised"),
            channel_axis=-1,
        ),
        Stage("head.0", "Class token (embedding)"),
        Stage("head", "Class scores"),
    ),
}

MVIT_V1_B = video_row(
    "mvit_v1_b",
    title="MViT-B 16x4",
    paper="Fan et al., Multiscale Vision Transformers, ICCV 2021, arXiv:2104.11227",
    file="mvit_v1_b-dbeb1030",
    size_mb=139.764,
    top1=78.477,
    parameters_millions=36.610672,
    gmacs=70.599,
    memory_gib=1.1,
    **MVIT,
)

MVIT_V2_S = video_row(
    "mvit_v2_s",
    title="MViTv2-S 16x4",
    paper="Li et al., MViTv2, CVPR 2022, arXiv:2112.01526",
    file="mvit_v2_s-ae3be167",
    size_mb=131.884,
    top1=80.757,
    parameters_millions=34.537744,
    gmacs=64.224,
    memory_gib=1.1,
    **MVIT,
)

# torchvision counts 16 frames; for the 32 that the weights were trained on it is twice that.
SWIN3D: dict[str, Any] = {
    "family": "video transformer",
    "paper": "Liu et al., Video Swin Transformer, CVPR 2022, arXiv:2106.13230",
    "frames": FrameSpec(num_frames=32, resize_px=256, crop_px=224, antialias=False),
    "smallest": FrameSpec(num_frames=4, resize_px=64, crop_px=64),
    "fps": 30.0,
    "stride": 2,
    "mean": IMAGENET_MEAN,
    "std": IMAGENET_STD,
    "views": "12 clips a video",
    "embedding_layer": "avgpool",
    "stages": (
        Stage("patch_embed.proj", "Patches"),
        *stages(
            ("patch_embed", "Patches, normalised"),
            ("features.0", "Stage 1"),
            ("features.1", "Patches merged, 2 x 2"),
            ("features.2", "Stage 2"),
            ("features.3", "Patches merged, 4 x 4"),
            ("features.4", "Stage 3"),
            ("features.5", "Patches merged, 8 x 8"),
            ("features.6", "Stage 4"),
            ("norm", "Stage 4, normalised"),
            channel_axis=-1,
        ),
        Stage("avgpool", "Penultimate (embedding)"),
        Stage("head", "Class scores"),
    ),
}

SWIN3D_T = video_row(
    "swin3d_t",
    title="Video Swin-T",
    file="swin3d_t-7615ae03",
    size_mb=121.543,
    top1=77.715,
    embedding_size=768,
    parameters_millions=28.15807,
    gmacs=87.764,
    memory_gib=1.4,
    **SWIN3D,
)

SWIN3D_S = video_row(
    "swin3d_s",
    title="Video Swin-S",
    file="swin3d_s-da41c237",
    size_mb=218.288,
    top1=79.521,
    embedding_size=768,
    parameters_millions=49.816678,
    gmacs=165.682,
    memory_gib=1.6,
    **SWIN3D,
)

SWIN3D_B = video_row(
    "swin3d_b",
    title="Video Swin-B",
    file="swin3d_b_1k-24f7c7c6",
    size_mb=364.134,
    top1=79.427,
    also=(
        other_weights(
            "KINETICS400_IMAGENET22K_V1",
            file="swin3d_b_22k-7c6ae6fa",
            size_mb=364.134,
            accuracy="Kinetics-400 top-1 81.64 %, 12 clips a video",
            licence=TORCHVISION_KINETICS,
        ),
    ),
    embedding_size=1024,
    parameters_millions=88.048984,
    gmacs=281.333,
    memory_gib=2.2,
    **SWIN3D,
)

ROWS = (MVIT_V1_B, MVIT_V2_S, SWIN3D_T, SWIN3D_S, SWIN3D_B, *video_transformers_hf.ROWS)
