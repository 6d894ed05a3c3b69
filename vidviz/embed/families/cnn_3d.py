"""3-D convolutional networks; torchvision's figures are from its weights metadata."""

from __future__ import annotations

from typing import Any

from vidviz.embed.description import RANDOM, Backbone, LightBuild, Stage
from vidviz.embed.families.torchvision_rows import KINETICS_MEAN, KINETICS_STD, stages, video_row
from vidviz.types import FrameSpec

SIMPLE3D = Backbone(
    name="simple3d",
    title="Simple3DCNN (the tutorial's)",
    family="3-D CNN",
    paper="The tutorial's network: two 3-D convolutions, three dense layers",
    frames=FrameSpec(num_frames=16, resize_px=64, crop_px=64),
    fps=8.0,
    stride=1,
    per_frame=False,
    mean=(0.5, 0.5, 0.5),
    std=(0.5, 0.5, 0.5),
    embedding_size=256,
    parameters_millions=537.363466,
    gmacs=4.501,
    accuracy="",
    weights=(),
    default_weights=RANDOM,
    embedding_layer="fc2",
    stages=(
        Stage("conv1", "First convolution (sees 3 frames)"),
        Stage("pool1", "Early features"),
        Stage("conv2", "Second convolution (sees 5 frames)"),
        Stage("pool2", "Later features"),
        Stage("fc1", "First dense layer (537 M parameters, 2.1 GB)"),
        Stage("fc2", "Penultimate (embedding)"),
        Stage("fc3", "Class scores"),
    ),
    memory_gib=3.6,
    build="vidviz.embed.nets.simple3d:Simple3DCNN",
    light=LightBuild(
        build="vidviz.embed.nets.simple3d:simple3d_features",
        without=("fc1", "relu3", "fc2", "relu4", "fc3"),
        memory_gib=0.5,
    ),
)

FACTORISED_PAPER = "Tran et al., A Closer Look at Spatiotemporal Convolutions, CVPR 2018, arXiv:1711.11248"
FACTORISED: dict[str, Any] = {
    "family": "3-D CNN",
    "paper": FACTORISED_PAPER,
    "frames": FrameSpec(num_frames=16, resize_px=(128, 171), crop_px=112, antialias=False),
    "smallest": FrameSpec(num_frames=4, resize_px=32, crop_px=32),
    "fps": 15.0,
    "stride": 1,
    "mean": KINETICS_MEAN,
    "std": KINETICS_STD,
    "views": "5 clips a video",
    "embedding_size": 512,
    "embedding_layer": "avgpool",
    "stages": stages(
        ("stem", "Stem"),
        ("layer1", "Stage 1"),
        ("layer2", "Stage 2"),
        ("layer3", "Stage 3"),
        ("layer4", "Stage 4"),
        ("avgpool", "Penultimate (embedding)"),
        ("fc", "Class scores"),
    ),
}

R3D_18 = video_row(
    "r3d_18",
    title="R3D-18",
    file="r3d_18-b3b3357e",
    size_mb=127.359,
    top1=63.2,
    parameters_millions=33.371472,
    gmacs=40.697,
    memory_gib=1.0,
    **FACTORISED,
)

MC3_18 = video_row(
    "mc3_18",
    title="MC3-18 (3-D in the first stages only)",
    file="mc3_18-a90a0ba3",
    size_mb=44.672,
    top1=63.96,
    parameters_millions=11.69544,
    gmacs=43.343,
    memory_gib=1.0,
    **FACTORISED,
)

R2PLUS1D_18 = video_row(
    "r2plus1d_18",
    title="R(2+1)D-18 (space and time apart)",
    file="r2plus1d_18-91a641e6",
    size_mb=120.318,
    top1=67.463,
    parameters_millions=31.505325,
    gmacs=40.519,
    memory_gib=1.2,
    **FACTORISED,
)

# Trained and measured on 128 frames; 16 are what torchvision counts its operations for, and 14 the fewest.
S3D = video_row(
    "s3d",
    title="S3D",
    family="3-D CNN",
    paper="Xie et al., Rethinking Spatiotemporal Feature Learning, ECCV 2018, arXiv:1712.04851",
    file="s3d-d76dad2f",
    size_mb=31.972,
    top1=68.368,
    views="1 clip of 128 frames a video",
    frames=FrameSpec(num_frames=16, resize_px=(256, 256), crop_px=224, antialias=False),
    smallest=FrameSpec(num_frames=14, resize_px=(256, 256), crop_px=224),
    fps=15.0,
    stride=1,
    mean=KINETICS_MEAN,
    std=KINETICS_STD,
    embedding_size=1024,
    parameters_millions=8.320048,
    gmacs=17.979,
    embedding_layer="avgpool",
    stages=stages(
        ("features.0", "Stem"),
        ("features.3", "Separable convolution"),
        ("features.6", "Inception blocks 3b and 3c"),
        ("features.12", "Inception blocks 4b to 4f"),
        ("features.15", "Inception blocks 5b and 5c"),
        ("avgpool", "Penultimate (embedding)"),
        ("classifier", "Class scores"),
    ),
    memory_gib=1.4,
)

ROWS = (SIMPLE3D, R3D_18, MC3_18, R2PLUS1D_18, S3D)
