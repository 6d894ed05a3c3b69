"""Which file a person means by a name: a path of this machine or of another, with folders or without, or the stem."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Generic, TypeVar

File = TypeVar("File")


def plain_name(name: str) -> str:
    """A name as it is compared: composed characters, forward slashes, no `./` before it."""
    composed = unicodedata.normalize("NFC", name.strip()).replace("\\", "/")
    while composed.startswith("./"):
        composed = composed[2:]
    return composed


class NamedFiles(Generic[File]):
    """Files by the paths that they are known under.

    Args:
        files: each with every path or name that it is known under.
    """

    def __init__(self, files: Iterable[tuple[File, Iterable[str]]]) -> None:
        self._files: list[File] = []
        self._by_name: dict[str, list[tuple[int, tuple[str, ...]]]] = defaultdict(list)
        self._by_stem: dict[str, list[tuple[int, tuple[str, ...]]]] = defaultdict(list)
        for place, (file, paths) in enumerate(files):
            self._files.append(file)
            for parts in {_parts(path) for path in paths} - {()}:
                self._by_name[parts[-1]].append((place, parts[:-1]))
                self._by_stem[PurePosixPath(parts[-1]).stem].append((place, parts[:-1]))

    def find(self, name: str) -> list[File]:
        """The files of this name whose folders agree with it the furthest; several where nothing tells them apart.

        A file is found by its whole name, else by its stem.
        """
        parts = _parts(name)
        if not parts:
            return []
        shared: dict[int, int] = {}
        for place, folders in self._by_name.get(parts[-1]) or self._by_stem.get(parts[-1]) or []:
            shared[place] = max(shared.get(place, 0), _count_shared(parts[:-1], folders))
        most = max(shared.values(), default=0)
        return [self._files[place] for place, count in shared.items() if count == most]


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part for part in PurePosixPath(plain_name(name)).parts if part != "/")


def _count_shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many folders two paths share, counted from the file upwards."""
    count = 0
    for mine, theirs in zip(reversed(one), reversed(other), strict=False):
        if mine != theirs:
            break
        count += 1
    return count
