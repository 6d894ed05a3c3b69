"""The files in which a Hugging Face checkpoint's folder keeps its weights: one, or several with an index of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from vidviz.errors import BackboneError

# safetensors before the older format; one file before several.
WEIGHTS_FILES = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
INDEX = ".index.json"


def find_weights(folder: Path) -> tuple[Path, ...]:
    """The checkpoint's files of weights; empty where there are none, or where one of several is not there."""
    for name in WEIGHTS_FILES:
        file = folder / name
        if not file.is_file():
            continue
        files = _indexed(file) if name.endswith(INDEX) else (file,)
        if files and all(file.is_file() for file in files):
            return files
    return ()


def _indexed(index: Path) -> tuple[Path, ...]:
    """The files of an index; none where it cannot be read, of which `weights_files` says why."""
    try:
        return tuple(index.parent / shard for shard in _shards(index))
    except BackboneError:
        return ()


def weights_files(folder: Path) -> tuple[Path, ...]:
    """The checkpoint's files of weights.

    Raises:
        BackboneError: the folder has none, or lacks one of several.
    """
    files = find_weights(folder)
    if files:
        return files
    for name in WEIGHTS_FILES:
        if name.endswith(INDEX) and (folder / name).is_file():
            lost = [shard for shard in _shards(folder / name) if not (folder / shard).is_file()]
            raise BackboneError(
                f"{folder} holds only part of a checkpoint: {_first(lost)} missing. Copy or download it again."
            )
    raise BackboneError(f"{folder} holds no model.safetensors or pytorch_model.bin: it is no whole checkpoint.")


def shards_among(names: Iterable[str], weights: str) -> list[str]:
    """The files among these that belong to an index of weights; none where `weights` is one whole file."""
    stem, _, ending = weights.removesuffix(INDEX).rpartition(".")
    pattern = re.compile(rf"{re.escape(stem)}-\d+-of-\d+\.{re.escape(ending)}")
    return sorted(name for name in names if weights.endswith(INDEX) and pattern.fullmatch(name))


def _first(lost: Sequence[str]) -> str:
    return f"{lost[0]} is" if len(lost) == 1 else f"{lost[0]} and {len(lost) - 1} more files are"


def _shards(index: Path) -> list[str]:
    """The files that an index names, in order.

    Raises:
        BackboneError: it names none, or something else than files beside it.
    """
    try:
        content = json.loads(index.read_text(encoding="utf-8"))
        names = sorted(set(content["weight_map"].values()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackboneError(f"{index} is not a readable index of weights ({error}): download it again.") from error
    if not names or any(not isinstance(name, str) or Path(name).name != name for name in names):
        raise BackboneError(f"{index} names files outside its folder: download the checkpoint again.")
    return names
