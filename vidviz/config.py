"""Settings from the environment, and the limits that keep a hostile file from taking the machine."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from vidviz.errors import SettingsError

DEFAULT_WORKSPACE = "vidviz-workspace"
LEAST_CACHE_MB = 64
LOG_LEVEL = "VIDVIZ_LOG_LEVEL"
VERBOSE = "VIDVIZ_VERBOSE"
STARTED_IN = "VIDVIZ_STARTED_IN"
"""The folder that `vidviz serve` was started in, for the dashboard: Streamlit itself begins among the site's files."""
SERVED_BY = "VIDVIZ_SERVED_BY"
"""The process of `vidviz serve`, for the dashboard, which ends with it."""
ALLOWED_FOLDERS = "VIDVIZ_ALLOWED_FOLDERS"
UPLOAD_FILE_MB, UPLOAD_TOTAL_MB = "VIDVIZ_UPLOAD_FILE_MB", "VIDVIZ_UPLOAD_TOTAL_MB"
PIXELS_PER_BYTE = "VIDVIZ_PIXELS_PER_BYTE"
USUAL_PIXELS_PER_BYTE = 300_000


@dataclass(frozen=True)
class DecodeLimits:
    """Bounds for one video file; a file beyond them fails with a sentence.

    Attributes:
        pixels: of one picture.
        duration_seconds: of the video.
        frames: of the video.
        wall_seconds: how long decoding may take.
        memory_bytes: how much memory the decoder may have.
        pixels_per_byte: of all pictures together, for each byte of the file. A film that is black throughout has some
            70,000 in 1080p and 280,000 in 4K; a file of a few kilobytes that holds a machine up has millions.
        unmeasured_pixels: of all pictures together, that any file may have.
    """

    pixels: int = 8192 * 8192
    duration_seconds: float = 6 * 3600
    frames: int = 2_000_000
    wall_seconds: float = 1800
    memory_bytes: int = 6 * 2**30
    pixels_per_byte: int = field(default_factory=lambda: pixels_per_byte())
    unmeasured_pixels: int = 1_000_000_000

    def all_pixels(self, file_bytes: int) -> int:
        """How many pixels all pictures of a file of this size may have together."""
        return self.unmeasured_pixels + self.pixels_per_byte * file_bytes


def pixels_per_byte() -> int:
    """How many pixels a video may hold for each byte of its file: `VIDVIZ_PIXELS_PER_BYTE`, else 300,000.

    Raises:
        SettingsError: the variable is no whole number above zero.
    """
    return _whole_number(PIXELS_PER_BYTE, USUAL_PIXELS_PER_BYTE)


@dataclass(frozen=True)
class UploadLimits:
    """Bounds for what browsers send.

    Attributes:
        file_bytes: of one file.
        total_bytes: of all files that wait for their import.
        files: of one import.
        free_bytes: that stay free on the disk.
    """

    file_bytes: int = field(default_factory=lambda: _whole_number(UPLOAD_FILE_MB, 4_000) * 10**6)
    total_bytes: int = field(default_factory=lambda: _whole_number(UPLOAD_TOTAL_MB, 20_000) * 10**6)
    files: int = 10_000
    free_bytes: int = 10**9


def _whole_number(variable: str, usual: int) -> int:
    """What a variable of the environment says, or what is usual where it says nothing."""
    text = os.environ.get(variable, "").strip()
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and int(text)):
        raise SettingsError(f"{variable} is {text!r}; set it to a whole number above zero, or unset it.")
    return int(text)


@dataclass(frozen=True)
class MilvusSettings:
    """Where the vector index lives.

    An empty `uri` means Milvus Lite inside the workspace, a path that ends in `.db` Milvus Lite there, and any other
    the address of a server.
    """

    uri: str = ""
    token: str = field(default="", repr=False)

    @property
    def lite(self) -> bool:
        """Whether that is Milvus Lite and no server."""
        return not self.uri or (self.uri.endswith(".db") and "://" not in self.uri)

    def lite_path(self, own: Path) -> Path:
        """Where the files of Milvus Lite lie: where `uri` says, else in the workspace's `own` place."""
        return Path(self.uri) if self.uri and self.lite else own


def milvus_settings() -> MilvusSettings:
    """Read `VIDVIZ_MILVUS_URI` and `VIDVIZ_MILVUS_TOKEN`, else `MILVUS_URI` and `MILVUS_TOKEN`."""
    uri = os.environ.get("VIDVIZ_MILVUS_URI") or os.environ.get("MILVUS_URI") or ""
    token = os.environ.get("VIDVIZ_MILVUS_TOKEN") or os.environ.get("MILVUS_TOKEN") or ""
    return MilvusSettings(uri, token)


def workspace_path(path: str | Path | None = None) -> Path:
    """The workspace's folder: as given, else `VIDVIZ_WORKSPACE`, else `./vidviz-workspace`; absolute from here on."""
    return Path(path or os.environ.get("VIDVIZ_WORKSPACE") or DEFAULT_WORKSPACE).expanduser().absolute()


def allowed_folders() -> tuple[Path, ...]:
    """The folders whose files a page may read by their path: `VIDVIZ_ALLOWED_FOLDERS`; empty where nobody says."""
    named = os.environ.get(ALLOWED_FOLDERS, "").split(os.pathsep)
    return tuple(Path(name.strip()).expanduser().absolute() for name in named if name.strip())


def enter_start_folder() -> None:
    """Go where `vidviz serve` was started, so that a relative path means on every page what it meant there."""
    with suppress(OSError):  # it is gone, or not named
        os.chdir(os.environ.get(STARTED_IN) or os.curdir)


def serving_process() -> int:
    """The process of `vidviz serve` that this dashboard belongs to; 0 where it was started by itself."""
    named = os.environ.get(SERVED_BY, "")
    return int(named) if named.isascii() and named.isdigit() else 0


def cache_bytes() -> int:
    """How much the cache of derived arrays and tables may hold in one process.

    `VIDVIZ_CACHE_MB` in units of 2**20 bytes, else a quarter of the memory that this machine or container has.

    Raises:
        SettingsError: the variable is no whole number, or less than `LEAST_CACHE_MB`.
    """
    limit_text = os.environ.get("VIDVIZ_CACHE_MB", "").strip()
    if not limit_text:
        return max(_memory_bytes() // 4, LEAST_CACHE_MB * 2**20)
    if not (limit_text.isascii() and limit_text.isdigit() and int(limit_text) >= LEAST_CACHE_MB):
        raise SettingsError(
            f"VIDVIZ_CACHE_MB is {limit_text!r}; set it to a whole number of megabytes from {LEAST_CACHE_MB} on, or "
            "unset it."
        )
    return int(limit_text) * 2**20


@cache
def _memory_bytes() -> int:
    import psutil

    total = int(psutil.virtual_memory().total)
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:  # no Linux, or no container
        return total
    return min(total, int(limit)) if limit.isdigit() else total


def log_level() -> tuple[int, str]:
    """The level from which on the log file of the workspace is written, by `VIDVIZ_LOG_LEVEL`, else INFO.

    Returns:
        The level, and the variable's text where it is no level.
    """
    named = os.environ.get(LOG_LEVEL, "").strip().upper()
    level = logging.getLevelNamesMapping().get(named or "INFO")
    return (logging.INFO, named) if level is None else (level, "")


def verbose_wanted() -> bool:
    """Whether `VIDVIZ_VERBOSE` asks for everything on stderr, as `--verbose` does."""
    return os.environ.get(VERBOSE, "") not in ("", "0")


def usable_cpus() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def worker_count() -> int:
    """How many decoders work at a time: the processor's cores, at most four."""
    return max(1, min(4, os.cpu_count() or 1))
