"""What a Hugging Face checkpoint's folder says of itself: sizes and preprocessing, read from its JSON files alone."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vidviz.embed.checkpoints.preprocessing_file import read_json, read_preprocessing
from vidviz.embed.description import Backbone, Stage
from vidviz.errors import BackboneError
from vidviz.words import count_of

CONFIG = "config.json"
# A block's number, at the end of its layer's path.
BLOCK = re.compile(r"(?<=layer)\.\d+$|(?<=layers)\.\d+$")


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
NETWORKS: dict[str, CheckpointNetwork] = {
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
        "vision_config.mit_num_hidden_layers",
    ),
}
# Other kinds of checkpoint that hold the same network, or the part of it that sees.
PARTS: dict[str, tuple[CheckpointNetwork, ...]] = {
    f"{_TEXT}clip_b32": (
        CheckpointNetwork("clip_vision_model", f"{_TEXT}CLIPVision", "", "image_size", "projection_dim", _BLOCKS),
    )
}


def takes_folders(backbone: Backbone) -> bool:
    """Whether it is a network of Hugging Face transformers."""
    return backbone.build in NETWORKS


def network_of_folder(backbone: Backbone, folder: Path) -> CheckpointNetwork:
    """How this checkpoint of this backbone names its facts.

    Raises:
        BackboneError: the backbone takes a file of weights and no folder, or the checkpoint is another network's.
    """
    if not takes_folders(backbone):
        raise BackboneError(
            f"{backbone.name} is not a network of Hugging Face transformers: give a file of weights, not a folder."
        )
    found = read_json(folder / CONFIG).get("model_type")
    kinds: tuple[CheckpointNetwork, ...] = (NETWORKS[backbone.build], *PARTS.get(backbone.build, ()))
    for kind in kinds:
        if kind.model_type == found:
            return kind
    raise BackboneError(
        f"{folder} holds a checkpoint of {found or 'an unnamed network'}, not of {kinds[0].model_type}, "
        f"which {backbone.name} is: {_say_whose(found)}."
    )


def _say_whose(model_type: Any) -> str:
    """Which backbone a kind of checkpoint belongs to, and what can be had where there is none."""
    from vidviz.embed.backbones import backbones

    builds = [
        build
        for build, network in NETWORKS.items()
        if model_type in (network.model_type, *(part.model_type for part in PARTS.get(build, ())))
    ]
    owners = [row.name for row in backbones().values() if row.build in builds]
    if owners:
        return f"choose the backbone {' or '.join(owners)}"
    known = ", ".join(network.model_type for network in NETWORKS.values())
    return f"no backbone here takes such a checkpoint; those of {known} can be used"


def describe_folder(backbone: Backbone, folder: Path) -> Backbone:
    """The backbone as a checkpoint's folder describes it; what the folder leaves open stays as it was.

    Args:
        backbone: the registry's description.
        folder: the checkpoint, whose `config.json` says frames, pixels, depth and embedding size, and whose
            preprocessing file says normalisation and resizing.

    Raises:
        BackboneError: the folder is no checkpoint, another network's, or asks for preprocessing that is not done.
    """
    network = network_of_folder(backbone, folder)
    config = read_json(folder / CONFIG)
    spec = backbone.frames
    crop_px = _square(_look_up(config, network.size_px, spec.crop_px), folder)
    num_frames = int(_look_up(config, network.num_frames, spec.num_frames))
    told = read_preprocessing(backbone, folder, num_frames, crop_px)
    described = dataclasses.replace(
        backbone,
        frames=told.frames,
        smallest=backbone.smallest if (spec.num_frames, spec.crop_px) == (num_frames, crop_px) else None,
        mean=told.mean,
        std=told.std,
        embedding_size=_look_up(config, network.embedding_size, backbone.embedding_size),
        stages=_existing_stages(backbone.stages, _look_up(config, network.num_blocks, None)),
        reads_text=backbone.reads_text and network is NETWORKS[backbone.build],
    )
    if "CLIPVisionModel" in (config.get("architectures") or ()):
        described = _without_projection(described, config)
    return _resized(backbone, described)


def _without_projection(described: Backbone, config: dict[str, Any]) -> Backbone:
    """CLIP's picture tower as it stands before its pictures are projected into the space of sentences."""
    stages = tuple(stage for stage in described.stages if stage.layer != described.embedding_layer)
    return dataclasses.replace(
        described,
        stages=stages,
        embedding_layer=stages[-1].layer,
        embedding_size=int(config.get("hidden_size") or described.embedding_size),
    )


def _resized(published: Backbone, described: Backbone) -> Backbone:
    """Figures of another size of the network: those that are published are not its own."""
    blocks, usual_blocks = (sum(bool(BLOCK.search(s.layer)) for s in row.stages) for row in (described, published))
    width, usual_width = described.embedding_size, published.embedding_size
    if (blocks, width) == (usual_blocks, usual_width):
        return described
    # A block's parameters and arithmetic grow with the square of its width.
    times = blocks / usual_blocks * (width / usual_width) ** 2
    name = published.title.partition(",")[0]
    return dataclasses.replace(
        described,
        title=f"{name} in another size ({count_of(blocks, 'block')}, embeddings of {width})",
        accuracy="",
        parameters_millions=0.0,
        gmacs=round(published.gmacs * times, 3),
        memory_gib=round(max(0.2, published.memory_gib * times), 2),
    )


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


def _existing_stages(stages: tuple[Stage, ...], num_blocks: int | None) -> tuple[Stage, ...]:
    """The stages with as many blocks as the checkpoint has."""
    blocks = [stage for stage in stages if BLOCK.search(stage.layer)]
    if num_blocks is None or not blocks or num_blocks < 1:
        return stages
    first, place = blocks[0], stages.index(blocks[0])
    made = [
        dataclasses.replace(
            first,
            layer=BLOCK.sub(f".{number}", first.layer),
            title=re.sub(r"^Block \d+$", f"Block {number + 1}", first.title),
        )
        for number in range(num_blocks)
    ]
    return (*stages[:place], *made, *stages[place + len(blocks) :])
