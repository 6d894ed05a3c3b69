"""What a file of weights holds, read without running anything from it; what kind of file it is, is told by content."""

from __future__ import annotations

import threading
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

from vidviz.embed.checkpoints.pickled_names import is_risky, names_in_pickles
from vidviz.errors import BackboneError, is_bug

# How other things begin that people take for weights, and what to do about them.
KNOWN_BEGINNINGS = (
    (b"version https://git-lfs", "is a Git LFS pointer and not the file itself: fetch it with `git lfs pull`"),
    (b"<!doctype", "is a web page: download the file itself"),
    (b"<html", "is a web page: download the file itself"),
    (b"\x89hdf", "is an HDF5 file, as Keras writes them: save a PyTorch state_dict"),
    (b"gguf", "is a GGUF file: save a PyTorch state_dict"),
)
# torch keeps one table of the names that it takes.
_READING = threading.Lock()


class StandIn:
    """In place of an object that a file names by its class: it keeps what the file says of it, and can do nothing."""

    held: Any = None

    def __new__(cls, *_args: Any, **_kwargs: Any) -> StandIn:
        """An empty one, whatever the class is called with."""
        return super().__new__(cls)

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        self.held = state


class TableStandIn:
    """In place of an object that is filled like a dict: an ordinary table of what the file puts into it."""

    def __new__(cls, *_args: Any, **_kwargs: Any) -> OrderedDict[str, Any]:  # type: ignore[misc]
        """A fresh table."""
        return OrderedDict()


def read_file(path: Path) -> Any:
    """The content of a weights file: tensors, and whatever numbers, texts, lists and tables lie beside them.

    Objects of other classes (an `argparse.Namespace`, say) become `StandIn`s; nothing is imported and no code from
    the file runs.

    Args:
        path: a safetensors file, or what `torch.save` wrote, under any name.

    Raises:
        BackboneError: it is neither, or cannot be read without running code.
    """
    with path.open("rb") as file:
        beginning = file.read(32)
    if not beginning:
        raise BackboneError(f"{path} is empty: copy or download it again.")
    for known, reason in KNOWN_BEGINNINGS:
        if beginning.lower().lstrip().startswith(known):
            raise BackboneError(f"{path} {reason}.")
    zipped = zipfile.is_zipfile(path)
    if beginning[8:9] == b"{" or (path.suffix == ".safetensors" and not zipped and beginning[:1] != b"\x80"):
        return _read_safetensors(path)
    return _read_torch(path, zipped=zipped)


def _read_safetensors(path: Path) -> Any:
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except Exception as error:
        if is_bug(error):
            raise
        raise BackboneError(f"{path} is not a readable safetensors file ({error}).") from error


def _read_torch(path: Path, *, zipped: bool) -> Any:
    if zipped and _is_torchscript(path):
        raise BackboneError(
            f"{path} is a TorchScript archive, which is code: save model.state_dict() of the module it was made from."
        )
    names = names_in_pickles(path, zipped=zipped)
    risky = sorted(filter(is_risky, names))
    if risky:
        raise BackboneError(
            f"{path} is not a file of weights that can be read safely: it wants to run {risky[0]}. "
            "Save model.state_dict() with torch.save where the file was made."
        )
    try:
        return _load_inert(path, names, zipped=zipped)
    except Exception as error:
        if is_bug(error):
            raise
        # torch raises what the unpickler, the archive or the file system raises; all mean the same to a person.
        raise BackboneError(
            f"{path} is not a file of weights that can be read safely (tensors only, no code): "
            f"{type(error).__name__}. Save a state_dict with torch.save."
        ) from error


def _load_inert(path: Path, names: set[str], *, zipped: bool) -> Any:
    """What torch's reader of tensors gives, with a stand-in for every name that it does not know."""
    try:
        return _load_with(StandIn, path, names, zipped=zipped)
    except Exception as error:
        if "SETITEM" not in str(error):
            raise
        return _load_with(TableStandIn, path, names, zipped=zipped)


def _load_with(inert: type[Any], path: Path, names: set[str], *, zipped: bool) -> Any:
    import torch

    # numpy's numbers are never tables.
    known: list[Any] = [(StandIn if name.startswith("numpy") else inert, name) for name in names]
    with _READING, torch.serialization.safe_globals(known):
        if path.suffix == ".safetensors":  # torch would believe the name
            with path.open("rb") as file:
                return torch.load(file, map_location="cpu", weights_only=True)
        # Mapped into memory, so that a file of gigabytes is never held beside the module.
        return torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)


def _is_torchscript(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return any(name.rpartition("/")[2] == "constants.pkl" for name in archive.namelist())
