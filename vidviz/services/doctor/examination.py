"""Doctor: what this machine and this workspace are like, each finding with what to do where something is amiss."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from vidviz import __version__
from vidviz.config import milvus_settings
from vidviz.errors import IndexLockedError, VidvizError
from vidviz.log.log_file import log_path
from vidviz.log.told_errors import sentence_of
from vidviz.words import count_of

PACKAGES = ("streamlit", "torch", "torchvision", "av", "umap-learn", "plotly", "pymilvus", "milvus-lite", "pandas")
LITTLE_DISK_BYTES = 2 * 2**30


@dataclass(frozen=True)
class Finding:
    """One line of a checkup."""

    name: str
    fine: bool
    text: str


def examine(workspace: Path) -> list[Finding]:
    """Look at everything; a check that fails is a finding, never an error."""
    checks: list[Callable[[Path], Iterator[Finding]]] = [
        _versions,
        _device,
        _workspace,
        _catalogue,
        _milvus,
        _weights,
        _disk,
        _cache,
        _log,
    ]
    findings: list[Finding] = []
    for check in checks:
        try:
            findings.extend(check(workspace))
        except Exception as error:
            findings.append(Finding(check.__name__.strip("_"), False, sentence_of(error)))
    return findings


def _versions(workspace: Path) -> Iterator[Finding]:
    yield Finding("vidviz", True, f"{__version__}, Python {platform.python_version()}, {platform.platform()}")
    for name in PACKAGES:
        try:
            yield Finding(name, True, version(name))
        except PackageNotFoundError:
            yield Finding(name, False, "is not installed. Run `make demo`, or `pip install .` again.")


def _device(workspace: Path) -> Iterator[Finding]:
    from vidviz.embed.device import choose_device, choose_precision

    device = choose_device(None)
    yield Finding("device", True, f"{device}, {os.cpu_count()} cores, computes in {choose_precision('auto', device)}")


def _workspace(workspace: Path) -> Iterator[Finding]:
    from vidviz.services.library import contents, embedding_sets
    from vidviz.services.library.workspaces import is_writable, open_workspace

    try:
        folder = open_workspace(workspace, create=False)
    except VidvizError as error:
        yield Finding("workspace", False, sentence_of(error))
        return
    num_videos, num_clips = contents.count_library(folder)
    sets = embedding_sets.list_sets(folder)
    counts = ((num_videos, "video"), (num_clips, "clip"), (len(sets), "set"))
    mark = "" if is_writable(folder) else "; read-only, or its disk is full"
    yield Finding("workspace", not mark, f"{folder.path}: {', '.join(count_of(*count) for count in counts)}{mark}")


def _catalogue(workspace: Path) -> Iterator[Finding]:
    from vidviz.store.catalogue import Catalogue
    from vidviz.store.recovery.backup_files import list_backups

    catalogue = Catalogue(workspace.resolve() / "catalogue.db")
    if not catalogue.is_there:
        return
    backups = list_backups(workspace.resolve())
    kept = f"{count_of(len(backups), 'backup')}, the last of {backups[0].moment}" if backups else "no backup yet"
    try:
        catalogue.look_through()
    except VidvizError as error:
        yield Finding("catalogue", False, sentence_of(error))
        return
    yield Finding("catalogue", True, f"every page of it is whole; {kept}")


def _milvus(workspace: Path) -> Iterator[Finding]:
    from vidviz.index.milvus.open import open_milvus

    settings = milvus_settings()
    lite = settings.lite_path(workspace.resolve() / "index" / "milvus.db")
    if settings.lite and not lite.exists():
        yield Finding("milvus", True, "Milvus Lite; no index has been built yet")
        return
    try:
        handle = open_milvus(settings, lite)
    except IndexLockedError as error:
        yield Finding("milvus", True, str(error))
    except VidvizError as error:
        yield Finding("milvus", False, sentence_of(error))
    else:
        yield Finding("milvus", True, f"Milvus Lite in {lite}" if handle.lite else f"Milvus at {handle.place.shown}")
        handle.close()


def _weights(workspace: Path) -> Iterator[Finding]:
    from vidviz.embed.backbones import backbones
    from vidviz.embed.checkpoints.weights import weights_folder, weights_state
    from vidviz.embed.user_backbones import installed_backbones

    states = {name: weights_state(backbone) for name, backbone in backbones().items()}
    for state, place in (("bundled", "with vidviz"), ("cached", str(weights_folder()))):
        names = ", ".join(name for name, found in states.items() if found == state) or "none"
        yield Finding("weights", True, f"{place}: trained weights of {names}")
    for problem in installed_backbones()[1]:
        yield Finding("backbones", False, problem)


def _cache(workspace: Path) -> Iterator[Finding]:
    from vidviz.services.cache import describe_cache

    try:
        use = describe_cache()
    except VidvizError as error:
        yield Finding("cache", False, str(error))
        return
    held = ", ".join(f"{name} {size / 2**20:.1f} MB" for name, size in use.sizes.items())
    text = f"each process keeps at most {use.most_bytes / 2**20:.0f} MB of derived arrays and tables (VIDVIZ_CACHE_MB)"
    yield Finding("cache", True, f"{text}; this one {use.held_bytes / 2**20:.1f} MB" + (f": {held}" if held else ""))


def _disk(workspace: Path) -> Iterator[Finding]:
    place = workspace.resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    text = f"{free / 2**30:.1f} GiB free for the workspace"
    yield Finding("disk", free > LITTLE_DISK_BYTES, text + ("" if free > LITTLE_DISK_BYTES else ": free some space."))


def _log(workspace: Path) -> Iterator[Finding]:
    path = log_path(workspace.resolve())
    files = [file for file in path.parent.glob(f"{path.name}*") if file.is_file()] if path.parent.is_dir() else []
    size = sum(file.stat().st_size for file in files)
    text = f"{path} ({size / 1e6:.1f} MB)" if files else f"{path}; nothing is logged yet"
    yield Finding("log", True, f"{text}; `vidviz doctor --bundle` packs it for a report without names")
