"""3-D convolutional networks; torchvision's figures are from its weights metadata."""

from __future__ import annotations

from vidviz.embed.description import RANDOM, Backbone, LightBuild, Stage, Weights
from vidviz.types import FrameSpec

TORCHVISION_KINETICS = "BSD-3-Clause (torchvision); trained on Kinetics-400, whose own terms may apply"
KINETICS_MEAN = (0.43216, 0.394666, 0.37645)
KINETICS_STD = (0.22803, 0.22145, 0.216989)

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

R3D_18 = Backbone(
    name="r3d_18",
    title="R3D-18",
    family="3-D CNN",
    paper="Tran et al., A Closer Look at Spatiotemporal Convolutions, CVPR 2018, arXiv:1711.11248",
    frames=FrameSpec(num_frames=16, resize_px=(128, 171), crop_px=112),
    fps=15.0,
    stride=1,
    per_frame=False,
    mean=KINETICS_MEAN,
    std=KINETICS_STD,
    embedding_size=512,
    parameters_millions=33.371472,
    gmacs=40.697,
    accuracy="Kinetics-400 top-1 63.20 % (torchvision, 5 clips a video)",
    weights=(
        Weights(
            name="KINETICS400_V1",
            url="https://download.pytorch.org/models/r3d_18-b3b3357e.pth",
            size_mb=127.359,
            licence=TORCHVISION_KINETICS,
            sha256_prefix="b3b3357e",
        ),
    ),
    default_weights="KINETICS400_V1",
    embedding_layer="avgpool",
    stages=(
        Stage("stem", "Stem"),
        Stage("layer1", "Stage 1"),
        Stage("layer2", "Stage 2"),
        Stage("layer3", "Stage 3"),
        Stage("layer4", "Stage 4"),
        Stage("avgpool", "Penultimate (embedding)"),
        Stage("fc", "Class scores"),
    ),
    memory_gib=1.0,
    build="torchvision.models.video:r3d_18",
)

ROWS = (SIMPLE3D, R3D_18)
