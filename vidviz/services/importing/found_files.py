"""Which files an import means: files as they are, folders with all that may be a video in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vidviz.services.library.source_files import as_text

_TEXTS = ".csv .tsv .txt .md .rst .json .jsonl .yaml .yml .toml .xml .html .css .js .py .ipynb .sh .log .pdf .nfo"
_SUBTITLES = ".srt .vtt .ass .ssa .sub .idx .sbv .lrc"
_PICTURES = ".jpg .jpeg .jpe .png .webp .bmp .tif .tiff .svg .ico .psd .jp2 .jxl .heic .heif .hif .avif"
_RAW_PHOTOS = ".dng .cr2 .cr3 .nef .nrw .arw .raf .orf .rw2 .pef .srw .gpr"
_SIDECARS = ".lrv .lrf .thm .xmp .aae .bdm .cpi .mpl .tdt .tid .gpx .fit .m3u .m3u8 .mpd .pls .cue .edl"
_SYSTEM = ".ini .lnk .url .webloc .db .tmp .bak .exe .dll .so .dylib .dmg .pyc .pyo"
_DATA = ".npy .npz .parquet .pth .pt .safetensors .zip .tar .gz .7z .rar .wav .mp3 .flac .m4a .aac .opus .wma"
NEVER_VIDEOS = frozenset(f"{_TEXTS} {_SUBTITLES} {_PICTURES} {_RAW_PHOTOS} {_SIDECARS} {_SYSTEM} {_DATA}".split())
"""Endings that are left out of a folder (and counted); a file named by itself is always tried.

Cameras lay small copies (.lrv, .lrf) and thumbnails (.thm) beside their films. A WebP that moves is none of them.
"""


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
    """What the paths hold: files to try, names left out by their ending, paths that lead nowhere.

    `unreadable` are sentences about folders that may not be looked into.
    """

    files: tuple[FoundFile, ...]
    left_out: tuple[str, ...]
    empty_folders: tuple[Path, ...]
    unreadable: tuple[str, ...] = ()


def find_files(paths: Iterable[Path], names: Mapping[str, str]) -> Findings:
    """Expand folders, in order of name, hidden files and folders aside. A missing path counts as a file to try.

    `names` says what a file is called where its path does not (an upload).
    """
    files: list[FoundFile] = []
    left_out: list[str] = []
    empty: list[Path] = []
    unreadable: list[str] = []
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112 - unlike Path.is_dir, it is False for whatever cannot be a path
            files.append(FoundFile(path, as_text(names.get(str(path), path.name))))
            continue
        before = len(files) + len(unreadable)
        for inside in _walk(path, unreadable):
            if _is_left_out(inside) and str(inside) not in names:
                left_out.append(as_text(inside.name))
            else:
                shown = names.get(str(inside), inside.relative_to(path).as_posix())
                files.append(FoundFile(inside, as_text(shown)))
        if len(files) + len(unreadable) == before:
            empty.append(path)
    return Findings(tuple(files), tuple(left_out), tuple(empty), tuple(unreadable))


def _is_left_out(path: Path) -> bool:
    from vidviz.decode.pictures.webp import is_animated_webp

    ending = path.suffix.lower()
    if ending == ".webp":
        with suppress(OSError):
            return not is_animated_webp(path)
    return ending in NEVER_VIDEOS


def _walk(folder: Path, unreadable: list[str]) -> Iterator[Path]:
    def note(error: OSError) -> None:
        unreadable.append(f"The folder {as_text(Path(error.filename).name)!r} cannot be read: {error.strerror}.")

    for parent, folders, names in os.walk(folder, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if not name.startswith(".") and os.path.isfile(path):  # noqa: PTH113 - as above
                yield path
