"""Which weights a request means, and whether they are on this machine; free of torch."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vidviz.embed.checkpoints.file_digests import file_digest
from vidviz.embed.description import RANDOM, Backbone, Weights
from vidviz.errors import BackboneError, UnknownNameError

AUTO = "auto"
FILE_SUFFIXES = (".pth", ".pt", ".pyth", ".bin", ".safetensors")

CONFIG = "config.json"
BUNDLE = Path(__file__).parents[1] / "bundled"

WeightsState = Literal["bundled", "cached", "to download", "random only"]


@dataclass(frozen=True)
class WeightsChoice:
    """What a request turned out to mean.

    `identity` is what an embedding set's spec records: "random", a published name, or "file:<16 digits of the
    file's SHA-256>". `path` is where the file (or a Hugging Face checkpoint's folder) is, or will be once
    downloaded; None for random weights.
    """

    identity: str
    path: Path | None = None
    published: Weights | None = None

    @property
    def here(self) -> bool:
        """Whether nothing needs to be downloaded."""
        return self.path is None or self.path.is_file() or (self.path / CONFIG).is_file()


def weights_folder() -> Path:
    """Torch hub's cache of checkpoints, by `TORCH_HOME` or `XDG_CACHE_HOME`, else `~/.cache/torch`."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("TORCH_HOME") or str(Path(cache) / "torch")
    return Path(home).expanduser() / "hub" / "checkpoints"


def choose_weights(backbone: Backbone, request: str | os.PathLike[str] = AUTO) -> WeightsChoice:
    """What `request` means for this backbone.

    Args:
        backbone: the backbone's description.
        request: "auto" (the default published weights; random only where none are published), "random", a
            published name, or the path of a file or of a folder with a Hugging Face checkpoint.

    Raises:
        UnknownNameError: no published weights have that name.
        BackboneError: the file is not there.
    """
    name = os.fspath(request)
    if name == AUTO:
        name = backbone.default_weights
    if name == RANDOM:
        return WeightsChoice(RANDOM)
    for weights in backbone.weights:
        if weights.name == name:
            return WeightsChoice(name, published_path(weights), weights)
    return _choose_file(backbone, name)


def published_path(weights: Weights) -> Path:
    """Where published weights are on this machine, or will be once downloaded."""
    if weights.bundled:
        return BUNDLE / weights.file_name
    if weights.repository:
        from vidviz.embed.checkpoints.hub_checkpoints import cache_place, cached_folder

        return cached_folder(weights.repository) or cache_place(weights.repository)
    return weights_folder() / weights.file_name


def _choose_file(backbone: Backbone, name: str) -> WeightsChoice:
    path = Path(name).expanduser()
    if (path / CONFIG).is_file():
        from vidviz.embed.checkpoints.hub_checkpoints import folder_digest

        return WeightsChoice(f"file:{folder_digest(path)}", path)
    if path.is_file():
        return WeightsChoice(f"file:{file_digest(path)[:16]}", path)
    if re.fullmatch(r"file:[0-9a-f]+", name):
        raise BackboneError(
            f"The weights {name!r} of {backbone.name} are known by their SHA-256 alone: "
            "give the path of the file that has it."
        )
    if "/" in name or "\\" in name or path.suffix in FILE_SUFFIXES:
        raise BackboneError(f"There is no weights file {name!r} for {backbone.name}: check the path.")
    raise UnknownNameError(f"set of weights for {backbone.name}", name, (AUTO, *backbone.weights_names))


def weights_state(backbone: Backbone, request: str | os.PathLike[str] = AUTO) -> WeightsState:
    """Whether the weights are on this machine: with the package, in a cache (a local file too), or not at all."""
    choice = choose_weights(backbone, request)
    if choice.path is None:
        return "random only"
    if choice.published is not None and choice.published.bundled:
        return "bundled"
    return "cached" if choice.here else "to download"


def check_digest(path: Path, weights: Weights) -> None:
    """See that a cached file is the published one, where a checksum is published.

    Raises:
        BackboneError: it is another file, or only part of it.
    """
    if not weights.sha256_prefix:
        return
    digest = file_digest(path)
    if not digest.startswith(weights.sha256_prefix):
        raise BackboneError(
            f"{path} is not the file published at {weights.url}: its SHA-256 begins with {digest[:8]}, "
            f"not {weights.sha256_prefix}. Delete it, and it is downloaded again."
        )
