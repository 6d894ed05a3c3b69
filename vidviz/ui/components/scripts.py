"""The packaged scripts of the components, as the browser asks for them: by their path below a name of their content."""

from __future__ import annotations

import functools
import hashlib
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

ASSETS = Path(__file__).parent / "assets"
"""A folder a component, and `shared`."""

_IMPORT = re.compile(r'^(?:import|export)\b[^;"]*"(\.{1,2}/[^"]+\.js)";', re.MULTILINE)


@functools.cache
def packaged_scripts() -> Mapping[str, bytes]:
    """Every module by its path, such as `map/index.js`; nothing else can be asked for."""
    return MappingProxyType({path.relative_to(ASSETS).as_posix(): path.read_bytes() for path in _script_paths()})


@functools.cache
def scripts_digest() -> str:
    """Names the content of all modules together, so that a browser may keep them for ever."""
    digest = hashlib.sha256()
    for path, content in packaged_scripts().items():
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:32]


def scripts_of(entry: str) -> list[str]:
    """The paths of a module and of all that it imports, the entry first.

    Raises:
        KeyError: a script imports what is not packaged.
    """
    found = [entry]
    for path in found:
        text = packaged_scripts()[path].decode("utf-8")
        named = (posixpath.normpath(posixpath.join(posixpath.dirname(path), one)) for one in _IMPORT.findall(text))
        found += [one for one in dict.fromkeys(named) if one not in found]
    return found


def _script_paths() -> list[Path]:
    return sorted(ASSETS.glob("*/*.js"))
