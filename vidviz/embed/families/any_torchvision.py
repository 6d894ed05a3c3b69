"""Any other of torchvision's image networks, described by torchvision itself when it is asked for by name."""

from __future__ import annotations

import importlib.util
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from vidviz.embed.description import Backbone, Stage, Weights
from vidviz.embed.families.torchvision_rows import (
    FRAMES_A_CLIP,
    FRAMES_PER_SECOND,
    RENAMED_IN_DENSENET,
    RENAMED_IN_VIT,
    SWAG,
    TORCHVISION_IMAGENET,
)
from vidviz.types import FrameSpec

if TYPE_CHECKING:
    import torch
    from torch import nn

BUILDERS = "vidviz.embed.nets.torchvision_images"
# Sequences whose parts are worth choosing one by one, in place of the whole.
OPENED = ("features", "layers", "blocks", "trunk_output", "encoder.layers")
RENAMED_KEYS = {"densenet": RENAMED_IN_DENSENET, "vit": RENAMED_IN_VIT}


@lru_cache(maxsize=128)
def describe_torchvision(name: str) -> Backbone | None:
    """What torchvision knows of one of its image classification networks; None where it has none of that name.

    The embedding is the input of the last dense layer (for SqueezeNet, which has none, the last features). Figures
    are those of torchvision's default weights. Nothing is downloaded: the network is only outlined.

    Args:
        name: torchvision's own name, e.g. `regnet_y_400mf`. Quantised networks are not among them.
    """
    if not _may_be_torchvisions(name):
        return None
    import torch
    from torchvision import models

    from vidviz.embed.nets.torchvision_images import build

    if name not in models.list_models(module=models):
        return None
    published = models.get_model_weights(name).DEFAULT
    transform, meta = published.transforms(), published.meta
    crop_px = int(transform.crop_size[0])
    with torch.device("meta"):
        outputs = _outputs(build(name).eval(), crop_px)
    embedding = _embedding_layer(outputs)
    parameters = int(meta["num_params"])
    return Backbone(
        name=name,
        title=f"{name} of torchvision, frame by frame",
        family="2-D CNN",
        paper=f"See torchvision's documentation of {name}",
        frames=FrameSpec(FRAMES_A_CLIP, _resize_px(transform.resize_size), crop_px, _interpolation(transform)),
        fps=FRAMES_PER_SECOND,
        stride=1,
        per_frame=True,
        mean=tuple(transform.mean),
        std=tuple(transform.std),
        embedding_size=outputs[embedding][1],
        parameters_millions=parameters / 1e6,
        gmacs=float(meta["_ops"]),
        accuracy=f"ImageNet-1K top-1 {meta['_metrics']['ImageNet-1K']['acc@1']:.3f} % (torchvision, {published.name})",
        weights=(_weights(published), *_others(name, published)),
        default_weights=published.name,
        embedding_layer=embedding,
        stages=tuple(_stage(layer, shape, embedding) for layer, shape in outputs.items()),
        memory_gib=round(1.0 + 1.5 * 4 * parameters / 2**30 + 0.05 * float(meta["_ops"]), 1),
        build=f"{BUILDERS}:{name}",
        renamed_keys=next((pairs for kind, pairs in RENAMED_KEYS.items() if name.startswith(kind)), ()),
    )


def _may_be_torchvisions(name: str) -> bool:
    """Whether torchvision defines such a function; told from its files, so that a slip of the pen imports nothing."""
    found = importlib.util.find_spec("torchvision")
    if found is None or found.origin is None or not name.isidentifier():
        return False
    files = (Path(found.origin).parent / "models").glob("*.py")
    return any(f"\ndef {name}(" in file.read_text(encoding="utf-8") for file in files)


def _outputs(model: nn.Module, crop_px: int) -> dict[str, torch.Size]:
    """Shapes that the layers worth choosing give for one frame, in order of execution."""
    import torch

    shapes: dict[str, torch.Size] = {}

    def note(layer: str, output: Any) -> None:
        if isinstance(output, torch.Tensor):
            shapes.setdefault(layer, output.shape)

    for layer, module in model.named_modules():
        if _worth_choosing(layer):
            module.register_forward_hook(lambda _module, _inputs, output, layer=layer: note(layer, output))
    with torch.no_grad():
        model(torch.empty(1, 3, crop_px, crop_px, device="meta"))
    return shapes


def _worth_choosing(layer: str) -> bool:
    parent, _, child = layer.rpartition(".")
    opened = parent in OPENED or child == "penultimate"
    return layer not in ("", *OPENED) and (opened or not parent)


def _embedding_layer(outputs: dict[str, torch.Size]) -> str:
    named = [layer for layer in outputs if layer.endswith(".penultimate")]
    return named[0] if named else [layer for layer in outputs if layer.startswith("features.")][-1]


def _stage(layer: str, shape: torch.Size, embedding: str) -> Stage:
    titles = {embedding: "Penultimate (embedding)", "fc": "Class scores", "head": "Class scores"}
    return Stage(layer, titles.get(layer, layer), _channel_axis(shape))


def _channel_axis(shape: torch.Size) -> int:
    """Where C is: the pictures are square, so the two equal axes are height and width; tokens end with C."""
    if len(shape) == 3:
        return -1
    return -1 if len(shape) == 4 and shape[1] == shape[2] != shape[3] else 1


def _resize_px(size: list[int]) -> int | tuple[int, int]:
    return int(size[0]) if len(size) == 1 else (int(size[0]), int(size[1]))


def _interpolation(transform: Any) -> Literal["bilinear", "bicubic"]:
    return "bicubic" if transform.interpolation.value == "bicubic" else "bilinear"


def _others(name: str, published: Any) -> Iterator[Weights]:
    """The other weights of a network, but for those that hold no classes and normalise colours in their own way."""
    from torchvision import models

    usual = published.transforms()
    for other in models.get_model_weights(name):
        transform = other.transforms()
        top1 = other.meta["_metrics"]["ImageNet-1K"]["acc@1"]
        if other is published or (transform.mean, transform.std) != (usual.mean, usual.std) or math.isnan(top1):
            continue
        crop_px = int(transform.crop_size[0])
        fixed = name.startswith("vit_") and transform.crop_size != usual.crop_size
        yield replace(
            _weights(other),
            frames=FrameSpec(FRAMES_A_CLIP, _resize_px(transform.resize_size), crop_px, _interpolation(transform)),
            accuracy=f"ImageNet-1K top-1 {top1:.3f} % (torchvision, {other.name})",
            gmacs=float(other.meta["_ops"]),
            build=f"{BUILDERS}:{name}_{crop_px}px" if fixed else "",
        )


def _weights(published: Any) -> Weights:
    swag = "SWAG" in published.name
    digits = re.search(r"-([0-9a-f]{8,})\.pth$", published.url)
    return Weights(
        name=published.name,
        url=published.url,
        size_mb=float(published.meta["_file_size"]),
        licence=SWAG if swag else TORCHVISION_IMAGENET,
        sha256_prefix=digits[1] if digits else "",
        non_commercial=swag,
    )
