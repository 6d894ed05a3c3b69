"""What torchvision's rows share: terms, normalisation, and a row from the facts in which they differ."""

from __future__ import annotations

import dataclasses
from typing import Any

from vidviz.embed.description import IMAGENET_MEAN, IMAGENET_STD, Backbone, Stage, Weights
from vidviz.types import FrameSpec

TORCHVISION_IMAGENET = "BSD-3-Clause (torchvision); trained on ImageNet-1K, whose own terms may apply"
TORCHVISION_KINETICS = "BSD-3-Clause (torchvision); trained on Kinetics-400, whose own terms may apply"
SWAG = "CC-BY-NC-4.0 (SWAG, by Meta)"
KINETICS_MEAN = (0.43216, 0.394666, 0.37645)
KINETICS_STD = (0.22803, 0.22145, 0.216989)

# Some published files are older than the networks' present names, which torchvision itself translates on loading.
RENAMED_IN_VIT = ((r"\.mlp\.linear_1\.", ".mlp.0."), (r"\.mlp\.linear_2\.", ".mlp.3."))
RENAMED_IN_DENSENET = ((r"(denselayer\d+\.(?:norm|conv))\.([12])\.", r"\1\2."),)

# Of a clip of two seconds; an image network knows no time.
FRAMES_A_CLIP = 8
FRAMES_PER_SECOND = 4.0
# Two small frames, for image networks that are not tied to one size.
SMALLEST_IMAGES = FrameSpec(num_frames=2, resize_px=64, crop_px=64)


def image_row(
    name: str,
    *,
    file: str,
    size_mb: float,
    top1: float,
    version: str = "V1",
    also: tuple[Weights, ...] = (),
    **facts: Any,
) -> Backbone:
    """The row of an image network that sees frames one by one.

    Args:
        name: torchvision's name of it.
        file: name of the weights' file without its ending; it closes with the first digits of its SHA-256.
        size_mb: size of that file.
        top1: accuracy on ImageNet-1K in per cent.
        version: which of torchvision's weights.
        also: other weights of the same network.
        facts: the other fields of `Backbone`; those left out are as most of these networks have them.
    """
    weights = _weights(f"IMAGENET1K_{version}", file, size_mb, TORCHVISION_IMAGENET)
    usual: dict[str, Any] = {
        "family": "2-D CNN",
        "frames": FrameSpec(FRAMES_A_CLIP, 256, 224),
        "smallest": SMALLEST_IMAGES,
        "build": f"torchvision.models:{name}",
    }
    return Backbone(
        name=name,
        fps=FRAMES_PER_SECOND,
        stride=1,
        per_frame=True,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        accuracy=f"ImageNet-1K top-1 {top1:.3f} % (torchvision, {weights.name})",
        weights=(weights, *also),
        default_weights=weights.name,
        **(usual | facts),
    )


def video_row(
    name: str,
    *,
    file: str,
    size_mb: float,
    top1: float,
    views: str,
    also: tuple[Weights, ...] = (),
    **facts: Any,
) -> Backbone:
    """The row of a video network trained on Kinetics-400.

    Args:
        name: torchvision's name of it.
        file: name of the weights' file without its ending; it closes with the first digits of its SHA-256.
        size_mb: size of that file.
        top1: accuracy on Kinetics-400 in per cent.
        views: how many clips of a video that accuracy takes.
        also: other weights of the same network.
        facts: the other fields of `Backbone`.
    """
    weights = _weights("KINETICS400_V1", file, size_mb, TORCHVISION_KINETICS)
    return Backbone(
        name=name,
        per_frame=False,
        accuracy=f"Kinetics-400 top-1 {top1:.2f} % (torchvision, {views})",
        weights=(weights, *also),
        default_weights=weights.name,
        build=f"torchvision.models.video:{name}",
        **facts,
    )


def other_weights(
    name: str, *, file: str, size_mb: float, accuracy: str, licence: str = TORCHVISION_IMAGENET, **facts: Any
) -> Weights:
    """Weights of a row's network other than the usual ones.

    Args:
        name: torchvision's name of them.
        file: name of their file without its ending; it closes with the first digits of its SHA-256.
        size_mb: size of that file.
        accuracy: what it was measured on, and the figure.
        licence: their terms.
        facts: the other fields of `Weights`.
    """
    said = f"{accuracy} (torchvision, {name})"
    return dataclasses.replace(
        _weights(name, file, size_mb, licence), accuracy=said, non_commercial=licence == SWAG, **facts
    )


def _weights(name: str, file: str, size_mb: float, licence: str) -> Weights:
    url = f"https://download.pytorch.org/models/{file}.pth"
    return Weights(name=name, url=url, size_mb=size_mb, licence=licence, sha256_prefix=file.rpartition("-")[2])


def stages(*pairs: tuple[str, str], channel_axis: int = 1) -> tuple[Stage, ...]:
    """Stages from pairs of (layer, title) whose outputs have C at the same axis."""
    return tuple(Stage(layer, title, channel_axis) for layer, title in pairs)
