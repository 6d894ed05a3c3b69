"""What a Hugging Face checkpoint's folder says of itself: sizes and preprocessing, read from its JSON files alone."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from vidviz.embed.description import Backbone, Stage
from vidviz.errors import BackboneError
from vidviz.types import FrameSpec

CONFIG = "config.json"
WEIGHTS_FILES = ("model.safetensors", "pytorch_model.bin")
# PIL's number for the bicubic filter, which is how `resample` is written.
BICUBIC = 3
Triple = tuple[float, float, float]


@dataclass(frozen=True)
class CheckpointNetwork:
    """How a kind of checkpoint names its facts.

    `model_type` is what its `config.json` calls it, `module` the class here, as `module:class`. The others are
    dotted keys of `config.json`; "" where the network does not fix that fact.
    """

    model_type: str
    module: str
    num_frames: str
    size_px: str
    embedding_size: str
    num_blocks: str


_VIDEO = "vidviz.embed.nets.hub_transformers:"
_TEXT = "vidviz.embed.nets.clip_models:"
_BLOCKS = "num_hidden_layers"
# By what a backbone is built with.
NETWORKS = {
    f"{_VIDEO}timesformer_b": CheckpointNetwork(
        "timesformer", f"{_VIDEO}TimeSformer", "num_frames", "image_size", "hidden_size", _BLOCKS
    ),
    f"{_VIDEO}videomae_b": CheckpointNetwork(
        "videomae", f"{_VIDEO}VideoMAE", "num_frames", "image_size", "hidden_size", _BLOCKS
    ),
    f"{_VIDEO}vivit_b": CheckpointNetwork(
        "vivit", f"{_VIDEO}ViViT", "num_frames", "image_size", "hidden_size", _BLOCKS
    ),
    f"{_VIDEO}vjepa2_l": CheckpointNetwork(
        "vjepa2", f"{_VIDEO}VJEPA2", "frames_per_clip", "crop_size", "hidden_size", _BLOCKS
    ),
    f"{_TEXT}clip_b32": CheckpointNetwork(
        "clip", f"{_TEXT}CLIP", "", "vision_config.image_size", "projection_dim", f"vision_config.{_BLOCKS}"
    ),
    f"{_TEXT}xclip_b32": CheckpointNetwork(
        "xclip",
        f"{_TEXT}XCLIP",
        "vision_config.num_frames",
        "vision_config.image_size",
        "projection_dim",
        f"vision_config.{_BLOCKS}",
    ),
}


def network_of(backbone: Backbone) -> CheckpointNetwork:
    """How checkpoints of this backbone name their facts.

    Raises:
        BackboneError: it takes a file of weights, not a folder.
    """
    try:
        return NETWORKS[backbone.build]
    except KeyError:
        raise BackboneError(
            f"{backbone.name} is not a network of Hugging Face transformers: give a file of weights, not a folder."
        ) from None


def find_weights_file(folder: Path) -> Path | None:
    """The checkpoint's file of weights, safetensors before the older format; None where there is none."""
    return next((folder / name for name in WEIGHTS_FILES if (folder / name).is_file()), None)


def describe_folder(backbone: Backbone, folder: Path) -> Backbone:
    """The backbone as a checkpoint's folder describes it; what the folder leaves open stays as it was.

    Args:
        backbone: the registry's description.
        folder: the checkpoint, whose `config.json` says frames, pixels and embedding size, and whose
            preprocessing file says normalisation and resizing.

    Raises:
        BackboneError: the folder is no checkpoint, or another network's.
    """
    network = network_of(backbone)
    config = _read_json(folder / CONFIG)
    found = config.get("model_type")
    if found != network.model_type:
        raise BackboneError(
            f"{folder} holds a checkpoint of {found or 'an unnamed network'}, not of {network.model_type}, "
            f"which {backbone.name} is: choose the backbone that it belongs to."
        )
    processor = _read_processor(folder)
    spec = backbone.frames
    crop_px = _square(_look_up(config, network.size_px, spec.crop_px), folder)
    num_frames = _look_up(config, network.num_frames, spec.num_frames)
    resize_px, interpolation = _resizing(processor, spec, crop_px)
    mean, std = _normalisation(processor, backbone)
    return dataclasses.replace(
        backbone,
        frames=FrameSpec(num_frames, resize_px, crop_px, interpolation, odd_margin="lower"),
        smallest=backbone.smallest if (spec.num_frames, spec.crop_px) == (num_frames, crop_px) else None,
        mean=mean,
        std=std,
        embedding_size=_look_up(config, network.embedding_size, backbone.embedding_size),
        stages=_existing_stages(backbone.stages, _look_up(config, network.num_blocks, len(backbone.stages))),
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BackboneError(f"{path} cannot be read ({error}): give the folder of a whole checkpoint.") from error
    if not isinstance(content, dict):
        raise BackboneError(f"{path} holds no table of settings: give the folder of a whole checkpoint.")
    return content


def _read_processor(folder: Path) -> dict[str, Any]:
    """The preprocessing, from whichever of its files there is; empty where there is none."""
    for name in ("video_preprocessor_config.json", "preprocessor_config.json", "processor_config.json"):
        if (folder / name).is_file():
            content = _read_json(folder / name)
            inner = content.get("video_processor") or content.get("image_processor") or content
            return inner if isinstance(inner, dict) else content
    return {}


def _look_up(config: dict[str, Any], dotted: str, default: Any) -> Any:
    value: Any = config
    for key in dotted.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return default if value is None else value


def _square(size: int | list[int], folder: Path) -> int:
    if isinstance(size, int):
        return size
    if len(set(size)) != 1:
        raise BackboneError(f"{folder} is of a network that sees pictures of {size} pixels; only square ones work.")
    return size[0]


def _resizing(
    processor: dict[str, Any], spec: FrameSpec, crop_px: int
) -> tuple[int | tuple[int, int], Literal["bilinear", "bicubic"]]:
    filter_number = processor.get("resample")
    interpolation = (
        spec.interpolation if filter_number is None else "bicubic" if filter_number == BICUBIC else "bilinear"
    )
    size = processor.get("size")
    if isinstance(size, dict) and "height" in size and "width" in size:
        height, width = size["height"], size["width"]
        return (max(height, crop_px), max(width, crop_px)), interpolation
    shorter = size.get("shortest_edge") if isinstance(size, dict) else size
    if not isinstance(shorter, int):
        shorter = spec.resize_px if isinstance(spec.resize_px, int) and crop_px == spec.crop_px else crop_px
    return max(shorter, crop_px), interpolation


def _normalisation(processor: dict[str, Any], backbone: Backbone) -> tuple[Triple, Triple]:
    """Mean and standard deviation of RGB values in [0, 1] that amount to the checkpoint's preprocessing.

    Files that know an `offset` (ViViT's) scale to [-1, 1] first and normalise after. A file without that key was
    written for the older preprocessing, which scaled to [0, 1] whatever factor a later edit put there.
    """
    normalised = processor.get("do_normalize", True)
    mean, std = _triple(processor.get("image_mean")), _triple(processor.get("image_std"))
    if not normalised:
        half = bool(processor.get("offset") or processor.get("do_zero_centering"))
        return ((0.5,) * 3, (0.5,) * 3) if half else ((0.0,) * 3, (1.0,) * 3)
    if mean is None or std is None:
        return backbone.mean, backbone.std
    if not processor.get("offset"):
        return mean, std
    scale = 255 * float(processor.get("rescale_factor", 1 / 127.5))
    red, green, blue = ((1 + value) / scale for value in mean)
    return (red, green, blue), (std[0] / scale, std[1] / scale, std[2] / scale)


def _triple(values: Any) -> Triple | None:
    if isinstance(values, (int, float)):
        return (float(values),) * 3
    if isinstance(values, list) and len(values) == 3:
        return float(values[0]), float(values[1]), float(values[2])
    return None


def _existing_stages(stages: tuple[Stage, ...], num_blocks: int) -> tuple[Stage, ...]:
    """The stages less the blocks that a shallower network does not have."""
    numbers = ((stage, re.search(r"\.layers?\.(\d+)$", stage.layer)) for stage in stages)
    return tuple(stage for stage, number in numbers if number is None or int(number[1]) < num_blocks)
