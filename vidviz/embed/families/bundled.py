"""The two small networks that come with the package, trained by `sample_videos/train_backbones.py`."""

from __future__ import annotations

from vidviz.embed.description import BUNDLED, Backbone, Stage, Weights
from vidviz.types import FrameSpec

LICENCE = "Apache-2.0 (comes with vidviz)"
CENTRE = (0.5, 0.5, 0.5)

SIMPLE3D_MOTION = Backbone(
    name="simple3d_motion",
    title="Simple 3-D CNN, motion",
    family="3-D CNN",
    paper="The tutorial's two 3-D convolutions and three dense layers, made narrow; trained for this package",
    frames=FrameSpec(num_frames=16, resize_px=64, crop_px=64),
    fps=8.0,
    stride=1,
    per_frame=False,
    mean=CENTRE,
    std=CENTRE,
    embedding_size=64,
    parameters_millions=1.338386,
    gmacs=0.369,
    accuracy="0.962 for ten motions on generated clips never trained on (benchmarks/bundled.py)",
    knows="It knows one drawn object before a ground, moving in one of ten ways, and nothing else.",
    weights=(Weights(name="VIDVIZ_V1", url=f"{BUNDLED}simple3d_motion.safetensors", size_mb=5.356, licence=LICENCE),),
    default_weights="VIDVIZ_V1",
    embedding_layer="fc2",
    stages=(
        Stage("conv1", "First convolution (sees 3 frames)"),
        Stage("pool1", "Early features"),
        Stage("conv2", "Second convolution (sees 5 frames)"),
        Stage("pool2", "Later features"),
        Stage("squeeze", "When and where: a grid of 4 x 8 x 8"),
        Stage("fc1", "First dense layer"),
        Stage("fc2", "Penultimate (embedding)"),
        Stage("fc3", "Scores of ten motions"),
    ),
    memory_gib=0.4,
    build="vidviz.embed.nets.simple3d_small:simple3d_motion",
)

SIMPLE2D_LOOK = Backbone(
    name="simple2d_look",
    title="Simple 2-D CNN, look",
    family="2-D CNN",
    paper="Four 2-D convolutions with batch norm, two dense layers; trained for this package",
    frames=FrameSpec(num_frames=8, resize_px=64, crop_px=64),
    fps=4.0,
    stride=1,
    per_frame=True,
    mean=CENTRE,
    std=CENTRE,
    embedding_size=64,
    parameters_millions=0.172578,
    gmacs=0.030975,
    accuracy="0.971 for shape, 1.000 for colour on generated clips never trained on (benchmarks/bundled.py)",
    knows="It knows one drawn object before a ground, and nothing else.",
    weights=(Weights(name="VIDVIZ_V1", url=f"{BUNDLED}simple2d_look.safetensors", size_mb=0.696, licence=LICENCE),),
    default_weights="VIDVIZ_V1",
    embedding_layer="fc1",
    stages=(
        Stage("conv1", "First convolution"),
        Stage("pool1", "Early features"),
        Stage("pool2", "Second stage"),
        Stage("pool3", "Third stage"),
        Stage("pool4", "Later features"),
        Stage("strongest", "The strongest answers, wherever they are"),
        Stage("fc1", "Penultimate (embedding)"),
        Stage("fc2", "Scores of five shapes and five colours"),
    ),
    memory_gib=0.3,
    build="vidviz.embed.nets.simple2d:simple2d_look",
)

ROWS = (SIMPLE3D_MOTION, SIMPLE2D_LOOK)
