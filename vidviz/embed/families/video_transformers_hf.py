"""Video transformers from Hugging Face; accuracies are the authors', GMACs and parameters counted on the networks.

Frames and normalisation are those of the published checkpoints; a checkpoint's own files stand above them when it is
loaded.
"""

from __future__ import annotations

from vidviz.embed.description import HUGGING_FACE, IMAGENET_MEAN, IMAGENET_STD, Backbone, Stage, Weights
from vidviz.embed.families.torchvision_rows import stages
from vidviz.types import FrameSpec

NETS = "vidviz.embed.nets.hub_transformers"
NON_COMMERCIAL = "CC-BY-NC-4.0"
MODEL_CARD = "see the model card"


def _blocks(path: str, count: int) -> tuple[Stage, ...]:
    return stages(*((f"{path}.{number}", f"Block {number + 1}") for number in range(count)), channel_axis=-1)


TIMESFORMER_B = Backbone(
    name="timesformer_b",
    title="TimeSformer-B, divided attention",
    family="video transformer",
    paper="Bertasius et al., Is Space-Time Attention All You Need for Video Understanding?, arXiv:2102.05095",
    frames=FrameSpec(num_frames=8, resize_px=224, crop_px=224, odd_margin="lower"),
    fps=30.0,
    stride=32,
    per_frame=False,
    mean=(0.45, 0.45, 0.45),
    std=(0.225, 0.225, 0.225),
    embedding_size=768,
    parameters_millions=121.566352,
    gmacs=195.83,
    accuracy="Kinetics-400 top-1 77.9 % (the authors, several views)",
    weights=(
        Weights(
            name="KINETICS400",
            url=f"{HUGGING_FACE}facebook/timesformer-base-finetuned-k400",
            size_mb=486.0,
            licence=NON_COMMERCIAL,
            non_commercial=True,
        ),
    ),
    default_weights="KINETICS400",
    embedding_layer="penultimate",
    stages=(
        Stage("timesformer.embeddings", "Patches with positions", -1),
        *_blocks("timesformer.encoder.layer", 12),
        Stage("timesformer.layernorm", "All tokens, normalised", -1),
        Stage("penultimate", "Class token (embedding)"),
        Stage("classifier", "Class scores"),
    ),
    memory_gib=1.1,
    build=f"{NETS}:timesformer_b",
)

VIDEOMAE_B = Backbone(
    name="videomae_b",
    title="VideoMAE-B",
    family="video transformer",
    paper="Tong et al., VideoMAE: Masked Autoencoders are Data-Efficient Learners, NeurIPS 2022, arXiv:2203.12602",
    frames=FrameSpec(num_frames=16, resize_px=224, crop_px=224, odd_margin="lower"),
    fps=30.0,
    stride=4,
    per_frame=False,
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    embedding_size=768,
    parameters_millions=86.5348,
    gmacs=180.345,
    accuracy="Kinetics-400 top-1 80.9 % (the authors, several views)",
    weights=(
        Weights(
            name="KINETICS400",
            url=f"{HUGGING_FACE}MCG-NJU/videomae-base-finetuned-kinetics",
            size_mb=346.0,
            licence=NON_COMMERCIAL,
            non_commercial=True,
        ),
    ),
    default_weights="KINETICS400",
    embedding_layer="penultimate",
    stages=(
        Stage("videomae.embeddings.patch_embeddings.projection", "Tubelets"),
        Stage("videomae.embeddings", "Tubelets with positions", -1),
        *_blocks("videomae.encoder.layer", 12),
        Stage("penultimate", "Mean of all tokens, normalised (embedding)"),
        Stage("classifier", "Class scores"),
    ),
    memory_gib=0.9,
    build=f"{NETS}:videomae_b",
    renamed_keys=((r"\.q_bias$", ".query.bias"), (r"\.v_bias$", ".value.bias")),
)

# The authors' code scales to [-1, 1] (their `zero_centering`), and so do we.
VIVIT_B = Backbone(
    name="vivit_b",
    title="ViViT-B 16x2",
    family="video transformer",
    paper="Arnab et al., ViViT: A Video Vision Transformer, ICCV 2021, arXiv:2103.15691",
    frames=FrameSpec(num_frames=32, resize_px=224, crop_px=224, odd_margin="lower"),
    fps=25.0,
    stride=2,
    per_frame=False,
    mean=(0.5, 0.5, 0.5),
    std=(0.5, 0.5, 0.5),
    embedding_size=768,
    parameters_millions=88.954,
    gmacs=451.525,
    accuracy="Kinetics-400 top-1 79.9 % (the authors, several views)",
    weights=(
        Weights(
            name="KINETICS400",
            url=f"{HUGGING_FACE}google/vivit-b-16x2-kinetics400",
            size_mb=356.0,
            licence="MIT",
        ),
    ),
    default_weights="KINETICS400",
    embedding_layer="penultimate",
    stages=(
        Stage("vivit.embeddings.patch_embeddings.projection", "Tubelets"),
        Stage("vivit.embeddings", "Tubelets with positions", -1),
        *_blocks("vivit.layers", 12),
        Stage("vivit.layernorm", "All tokens, normalised", -1),
        Stage("penultimate", "Class token (embedding)"),
        Stage("classifier", "Class scores"),
    ),
    memory_gib=1.5,
    build=f"{NETS}:vivit_b",
    renamed_keys=(
        (r"(^|\.)encoder\.layer\.(?=\d)", r"\1layers."),
        (r"\.attention\.attention\.(q|k|v)(uery|ey|alue)\.", r".attention.\1_proj."),
        (r"\.attention\.output\.dense\.", ".attention.o_proj."),
        (r"\.intermediate\.dense\.", ".mlp.fc1."),
        (r"(\.\d+)\.output\.dense\.", r"\1.mlp.fc2."),
    ),
)

# Positions are rotations, so that fewer frames are as good an input; the grid of 16 x 16 patches is fixed.
VJEPA2_L = Backbone(
    name="vjepa2_l",
    title="V-JEPA 2 ViT-L",
    family="video transformer",
    paper="Assran et al., V-JEPA 2: Self-Supervised Video Models Enable Understanding, arXiv:2506.09985",
    frames=FrameSpec(num_frames=64, resize_px=292, crop_px=256, odd_margin="lower"),
    smallest=FrameSpec(num_frames=2, resize_px=292, crop_px=256, odd_margin="lower"),
    fps=4.0,
    stride=1,
    per_frame=False,
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    embedding_size=1024,
    parameters_millions=325.971328,
    gmacs=5785.321,
    accuracy="",
    weights=(
        Weights(
            name="PRETRAINED",
            url=f"{HUGGING_FACE}facebook/vjepa2-vitl-fpc64-256",
            size_mb=1304.0,
            licence=MODEL_CARD,
        ),
    ),
    default_weights="PRETRAINED",
    embedding_layer="encoder.layernorm",
    stages=(
        Stage("encoder.embeddings.patch_embeddings.proj", "Tubelets"),
        Stage("encoder.embeddings", "Tubelets as tokens", -1),
        *_blocks("encoder.layer", 24),
        Stage("encoder.layernorm", "All tokens, normalised (embedding)", -1),
    ),
    memory_gib=3.5,
    build=f"{NETS}:vjepa2_l",
)

ROWS = (TIMESFORMER_B, VIDEOMAE_B, VIVIT_B, VJEPA2_L)
