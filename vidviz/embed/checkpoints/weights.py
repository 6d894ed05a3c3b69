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
# OWNER/NAME, as Hugging Face calls its repositories.
REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
BUNDLE = Path(__file__).parents[1] / "bundled"

WeightsState = Literal["bundled", "cached", "to download", "random only"]


@dataclass(frozen=True)
class WeightsChoice:
    """What a request turned out to mean.

    `identity` is what an embedding set's spec records: "random", a published name, or "file:<16 digits of the
    file's SHA-256>". `path` is where the file (or a Hugging Face checkpoint's folder) is, or will be once
    downloaded; None for random weights. `published` are the published weights that they are, under whichever name a
    file of them was given.
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
    return _choose_own(backbone, name)


def published_path(weights: Weights) -> Path:
    """Where published weights are on this machine, or will be once downloaded."""
    if weights.bundled:
        return BUNDLE / weights.file_name
    if weights.repository:
        from vidviz.embed.checkpoints.hub_checkpoints import cache_place, cached_folder

        return cached_folder(weights.repository) or cache_place(weights.repository)
    return weights_folder() / weights.file_name


def _choose_own(backbone: Backbone, name: str) -> WeightsChoice:
    path = Path(name).expanduser()
    folder = _folder_of(backbone, path)
    if folder is not None:
        from vidviz.embed.checkpoints.hub_checkpoints import folder_digest

        return WeightsChoice(f"file:{folder_digest(folder)}", folder)
    if path.is_file():
        digest = file_digest(path)
        known = (row for row in backbone.weights if row.sha256_prefix and digest.startswith(row.sha256_prefix))
        return WeightsChoice(f"file:{digest[:16]}", path, next(known, None))
    raise _not_there(backbone, name, path)


def _folder_of(backbone: Backbone, path: Path) -> Path | None:
    """The folder with a Hugging Face checkpoint that a path means: itself, or the one that a file of it lies in."""
    if (path / CONFIG).is_file():
        return path
    if path.is_file() and (path.parent / CONFIG).is_file():
        from vidviz.embed.checkpoints.checkpoint_folder import takes_folders
        from vidviz.embed.checkpoints.folder_weights import WEIGHTS_FILES, find_weights

        if takes_folders(backbone) and (path.name in WEIGHTS_FILES or path in find_weights(path.parent)):
            return path.parent
    if REPOSITORY.fullmatch(os.fspath(path)) and not path.exists():
        from vidviz.embed.checkpoints.hub_checkpoints import cached_folder

        return cached_folder(os.fspath(path))
    return None


def _not_there(backbone: Backbone, name: str, path: Path) -> BackboneError | UnknownNameError:
    if re.fullmatch(r"file:[0-9a-f]+", name):
        return BackboneError(
            f"The weights {name!r} of {backbone.name} are known by their SHA-256 alone: "
            "give the path of the file that has it."
        )
    if path.is_dir():
        return BackboneError(
            f"The folder {name!r} has no {CONFIG}, so it is no Hugging Face checkpoint: give the file of weights in it."
        )
    if REPOSITORY.fullmatch(name) and path.suffix not in FILE_SUFFIXES:
        return BackboneError(
            f"{name!r} reads like a repository of Hugging Face, which is not on this machine: download it "
            f"(`hf download {name} --local-dir FOLDER`) and give the folder."
        )
    if "/" in name or "\\" in name or path.suffix in FILE_SUFFIXES:
        return BackboneError(f"There is no weights file {name!r} for {backbone.name}: check the path.")
    return UnknownNameError(f"set of weights for {backbone.name}", name, (AUTO, *backbone.weights_names))


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
