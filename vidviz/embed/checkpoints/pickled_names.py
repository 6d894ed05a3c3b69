"""Which classes and functions a file of torch.save names, read off its instructions without following one."""

from __future__ import annotations

import pickletools
import zipfile
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections.abc import Iterator
from pathlib import Path
from typing import IO

# What a pickle of weights has no business with; a file that names them is refused although nothing of it would run.
RISKY_MODULES = frozenset(
    {"builtins", "code", "ctypes", "importlib", "nt", "os", "posix", "pty", "runpy", "shutil", "socket", "subprocess"}
    | {"sys", "webbrowser"}
)
# The types among Python's own names.
HARMLESS = frozenset(
    f"builtins.{kind.__name__}"
    for kind in (bool, bytearray, bytes, complex, dict, float, frozenset, int, list, object, range, set, slice, str)
) | {"builtins.tuple"}
# A file of before torch 1.6 is several pickles: a mark, a version, facts of the machine, the content.
PICKLES_IN_OLD_FILE = 4


def is_risky(name: str) -> bool:
    """Whether a name, as `module.name`, is none that a file of weights needs."""
    return name.partition(".")[0] in RISKY_MODULES and name not in HARMLESS


def names_in_pickles(path: Path, *, zipped: bool) -> set[str]:
    """`module.name` of all that a file of torch.save names, as Python 3 calls them.

    A file whose instructions cannot be followed gives none: torch then says that it cannot be read.

    Args:
        path: the file.
        zipped: whether it is a zip archive, as since torch 1.6.
    """
    try:
        if zipped:
            return _names_in_archive(path)
        with path.open("rb") as file:
            return {name for _ in range(PICKLES_IN_OLD_FILE) for name in _names(file)}
    except (ValueError, OSError, StopIteration, zipfile.BadZipFile, IndexError):
        return set()


def _names_in_archive(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        member = next(name for name in archive.namelist() if name.rpartition("/")[2] == "data.pkl")
        with archive.open(member) as file:
            return set(_names(file))


def _names(pickled: IO[bytes]) -> Iterator[str]:
    """The names in one pickle, which is read to its end and no further."""
    for instruction, argument, _position in pickletools.genops(pickled):
        if instruction.name == "GLOBAL":
            module, _, name = str(argument).partition(" ")
            if (module, name) in NAME_MAPPING:
                module, name = NAME_MAPPING[module, name]
            yield f"{IMPORT_MAPPING.get(module, module)}.{name}"
