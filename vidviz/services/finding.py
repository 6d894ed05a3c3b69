"""Which files an import means: files as they are, folders with all that may be a video in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_TEXTS = ".csv .tsv .txt .md .rst .json .jsonl .yaml .yml .toml .xml .html .css .js .py .ipynb .sh .log .pdf .srt .vtt"
_PICTURES = ".jpg .jpeg .png .webp .bmp .tif .tiff .svg"
_DATA = ".npy .npz .parquet .pth .pt .safetensors .db .zip .tar .gz .7z .wav .mp3 .flac"
NEVER_VIDEOS = frozenset(f"{_TEXTS} {_PICTURES} {_DATA}".split())
"""Endings that are left out of a folder (and counted); a file named by itself is always tried."""


@dataclass(frozen=True)
class FoundFile:
    """A file to import: where it lies, and what it is called, with the folders inside the one that was named.

    `shown` is text ("cats/tom.mp4"). It may come from an upload, so it is never used as a path.
    """

    path: Path
    shown: str

    @property
    def name(self) -> str:
        """The last part of `shown`."""
        return PurePosixPath(self.shown).name or self.shown


@dataclass(frozen=True)
class Findings:
    """What the paths hold: files to try, names left out by their ending, paths that lead nowhere."""

    files: tuple[FoundFile, ...]
    left_out: tuple[str, ...]
    empty_folders: tuple[Path, ...]


def find_files(paths: Iterable[Path], names: Mapping[str, str]) -> Findings:
    """Expand folders, in order of name, hidden files and folders aside. A missing path counts as a file to try.

    `names` says what a file is called where its path does not (an upload).
    """
    files: list[FoundFile] = []
    left_out: list[str] = []
    empty: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(FoundFile(path, names.get(str(path), path.name)))
            continue
        before = len(files)
        for inside in _walk(path):
            if inside.suffix.lower() in NEVER_VIDEOS:
                left_out.append(inside.name)
            else:
                files.append(FoundFile(inside, inside.relative_to(path).as_posix()))
        if len(files) == before:
            empty.append(path)
    return Findings(tuple(files), tuple(left_out), tuple(empty))


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if not name.startswith(".") and path.is_file():
                yield path
