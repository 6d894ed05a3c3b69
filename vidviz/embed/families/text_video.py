"""Networks that embed clips and sentences into one space; GMACs and parameters are counted on the networks.

Frames and normalisation are those of the published checkpoints; a checkpoint's own files stand above them when it is
loaded.
"""

from __future__ import annotations

from vidviz.embed.description import HUGGING_FACE, IMAGENET_MEAN, IMAGENET_STD, Backbone, Stage, Weights
from vidviz.embed.families.torchvision_rows import FRAMES_A_CLIP, FRAMES_PER_SECOND, stages
from vidviz.types import FrameSpec

NETS = "vidviz.embed.nets.clip_models"

CLIP_B32 = Backbone(
    name="clip_b32",
    title="CLIP ViT-B/32, frame by frame",
    family="text-video",
    paper="Radford et al., Learning Transferable Visual Models From Natural Language Supervision, arXiv:2103.00020",
    frames=FrameSpec(FRAMES_A_CLIP, 224, 224, "bicubic", odd_margin="lower"),
    smallest=FrameSpec(1, 224, 224, "bicubic", odd_margin="lower"),
    fps=FRAMES_PER_SECOND,
    stride=1,
    per_frame=True,
    mean=(0.48145466, 0.4578275, 0.40821073),
    std=(0.26862954, 0.26130258, 0.27577711),
    embedding_size=512,
    parameters_millions=151.277313,
    gmacs=4.409,
    accuracy="",
    weights=(
        Weights(
            name="OPENAI",
            url=f"{HUGGING_FACE}openai/clip-vit-base-patch32",
            size_mb=605.0,
            licence="see the model card",
        ),
    ),
    default_weights="OPENAI",
    embedding_layer="visual_projection",
    stages=(
        Stage("vision_model.embeddings.patch_embedding", "Patches"),
        Stage("vision_model.embeddings", "Patches with positions", -1),
        *stages(
            *((f"vision_model.encoder.layers.{number}", f"Block {number + 1}") for number in range(12)),
            channel_axis=-1,
        ),
        Stage("vision_model.post_layernorm", "Class token"),
        Stage("visual_projection", "In the space of sentences (embedding)"),
    ),
    memory_gib=1.2,
    build=f"{NETS}:clip_b32",
    reads_text=True,
)

# The authors take one frame from each eighth of a whole video, and Kinetics' videos have ten seconds.
XCLIP_B32 = Backbone(
    name="xclip_b32",
    title="X-CLIP-B/32",
    family="text-video",
    paper="Ni et al., Expanding Language-Image Pretrained Models, ECCV 2022, arXiv:2208.02816",
    frames=FrameSpec(num_frames=8, resize_px=224, crop_px=224, odd_margin="lower"),
    fps=0.8,
    stride=1,
    per_frame=False,
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    embedding_size=512,
    parameters_millions=196.585729,
    gmacs=35.821,
    accuracy="Kinetics-400 top-1 80.4 % (the authors)",
    weights=(
        Weights(
            name="KINETICS400",
            url=f"{HUGGING_FACE}microsoft/xclip-base-patch32",
            size_mb=786.0,
            licence="MIT",
        ),
    ),
    default_weights="KINETICS400",
    embedding_layer="penultimate",
    stages=(
        Stage("by_frame", "Frames in the space of sentences", -1),
        Stage("mit.encoder.layers.0", "Frames after looking at each other", -1),
        Stage("penultimate", "In the space of sentences (embedding)"),
    ),
    memory_gib=1.5,
    build=f"{NETS}:xclip_b32",
    reads_text=True,
)

ROWS = (CLIP_B32, XCLIP_B32)
