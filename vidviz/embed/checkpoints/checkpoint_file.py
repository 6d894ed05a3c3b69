"""A weights file into a module: tensors only, never code; what does not fit is named."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidviz.embed.description import Backbone
from vidviz.errors import BackboneError, is_bug

if TYPE_CHECKING:
    from torch import Tensor, nn

# Where publishers nest the tensors inside a checkpoint.
NESTINGS = ("state_dict", "model_state", "model_state_dict", "model")


def load_checkpoint(
    model: nn.Module, path: Path, backbone: Backbone, *, may_lack: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Fill `model` from a file, strictly.

    Tensors of layers that are on the meta device (see `LightBuild`) are checked but not read.

    Args:
        model: the module, changed in place.
        path: a `.safetensors` file, or one that `torch.load(weights_only=True)` reads.
        backbone: its name, for the sentences, and how other publishers call its parameters.
        may_lack: beginnings of keys that need not be in the file.

    Returns:
        Those of `may_lack` that the file lacks: what they belong to stays untrained.

    Raises:
        BackboneError: it is no weights file, or belongs to another network.
    """
    import torch

    own = model.state_dict()
    state = rename_keys(read_state(path), backbone.renamed_keys)
    untrained = tuple(start for start in may_lack if not any(key.startswith(start) for key in state))
    own = {key: tensor for key, tensor in own.items() if not key.startswith(untrained)}
    check_fit(own, state, path, backbone.name)
    with torch.no_grad():
        for key, tensor in own.items():
            if key in state and not tensor.is_meta:
                tensor.copy_(state[key])
    return untrained


def rename_keys(state: Mapping[str, Tensor], renamed: tuple[tuple[str, str], ...]) -> dict[str, Tensor]:
    """The tensors under our names; `renamed` are pairs of regular expression and replacement, each tried in turn."""
    named = {}
    for key, tensor in state.items():
        for pattern, replacement in renamed:
            key = re.sub(pattern, replacement, key)
        named[key] = tensor
    return named


def read_state(path: Path) -> dict[str, Tensor]:
    """The tensors of a weights file by key, taken out of the publisher's nesting.

    Raises:
        BackboneError: the file holds something else.
    """
    raw = _read_safetensors(path) if path.suffix == ".safetensors" else _read_torch(path)
    return _unwrap(raw, path)


def _read_safetensors(path: Path) -> Any:
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except Exception as error:
        if is_bug(error):
            raise
        raise BackboneError(f"{path} is not a readable safetensors file ({error}).") from error


def _read_torch(path: Path) -> Any:
    import torch

    try:
        # Mapped into memory, so that a file of gigabytes is never held beside the module.
        return torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except Exception as error:
        if is_bug(error):
            raise
        # torch raises what the unpickler, the archive or the file system raises; all mean the same to a person.
        raise BackboneError(
            f"{path} is not a file of weights that can be read safely (tensors only, no code): "
            f"{type(error).__name__}. Save a state_dict with torch.save."
        ) from error


def _unwrap(raw: Any, path: Path) -> dict[str, Tensor]:
    import torch

    for nesting in NESTINGS:
        if isinstance(raw, Mapping) and isinstance(raw.get(nesting), Mapping):
            raw = raw[nesting]
    tensors = isinstance(raw, Mapping) and all(isinstance(value, torch.Tensor) for value in raw.values())
    if not tensors or not raw:
        raise BackboneError(f"{path} holds no state_dict (names with tensors): save model.state_dict().")
    # Training on several GPUs puts this before every key.
    prefix = "module." if all(str(key).startswith("module.") for key in raw) else ""
    return {str(key).removeprefix(prefix): value for key, value in raw.items()}


def check_fit(own: Mapping[str, Tensor], state: Mapping[str, Tensor], path: Path, name: str) -> None:
    """See that a file's keys and shapes are the network's.

    Raises:
        BackboneError: the sentence names the first missing and unexpected keys, or the first other shape.
    """
    # Checkpoints from before torch 0.4.1 lack these counters, which eval mode never reads.
    missing = [key for key in own if key not in state and not key.endswith("num_batches_tracked")]
    unexpected = [key for key in state if key not in own]
    if missing or unexpected:
        raise BackboneError(
            f"{path} does not hold weights of {name}: {_first('missing', missing)}; {_first('unexpected', unexpected)}."
        )
    for key, tensor in own.items():
        if key in state and tensor.shape != state[key].shape:
            raise BackboneError(
                f"{path} does not hold weights of {name}: {key} is {tuple(state[key].shape)} in the file, "
                f"{tuple(tensor.shape)} in the network."
            )


def _first(kind: str, keys: list[str], shown: int = 3) -> str:
    more = f" and {len(keys) - shown} more" if len(keys) > shown else ""
    return f"{kind} {', '.join(keys[:shown]) or 'nothing'}{more}"
