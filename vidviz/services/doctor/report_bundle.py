"""A report for those who help: log, versions, sizes and settings in one zip file.

Without `with_names` it holds nothing of a person's own: no name or path of a file, no label, no sentence, no address of
a server. Secrets are in neither.
"""

from __future__ import annotations

import json
import os
import platform
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from vidviz import __version__
from vidviz.config import milvus_settings
from vidviz.errors import VidvizError, WorkspaceError
from vidviz.log.log_file import log_path
from vidviz.log.record_text import without_names
from vidviz.log.redaction import hide_settings, redact
from vidviz.services.doctor.examination import Finding
from vidviz.store.catalogue import Catalogue
from vidviz.store.files import explain_disk_errors
from vidviz.store.schema import SCHEMA_VERSION
from vidviz.store.table_sizes import count_rows, read_version
from vidviz.workspace_folder import ENTRIES

SAFE_SETTINGS = ("VIDVIZ_LOG_LEVEL", "VIDVIZ_VERBOSE", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "HF_HUB_OFFLINE")
"""Variables whose values say nothing of a person."""
SETTINGS = (
    "VIDVIZ_WORKSPACE",
    "VIDVIZ_BACKBONES",
    "VIDVIZ_MILVUS_URI",
    "VIDVIZ_MILVUS_TOKEN",
    "MILVUS_URI",
    "MILVUS_TOKEN",
    "TORCH_HOME",
    "HF_HOME",
    "HTTP_PROXY",
    "HTTPS_PROXY",
)
"""Variables of which the report says that they are set."""
KNOWN = tuple(entry.place.partition("/")[0] for entry in ENTRIES)
"""What lies in a workspace; whatever else does is counted as `other`."""


@dataclass(frozen=True)
class DoctorBundle:
    """The zip file, and what is in it: entry -> what it says."""

    path: Path
    entries: dict[str, str]
    with_names: bool


def pack_bundle(workspace: Path, out: Path, findings: Sequence[Finding], *, with_names: bool = False) -> DoctorBundle:
    """Write the report.

    Args:
        workspace: its folder, whatever state it is in.
        out: the zip file, which must not exist.
        findings: of `doctor.examine`.
        with_names: whether names, paths, labels and sentences stay in, and the logs of jobs come along.

    Raises:
        WorkspaceError: the file exists already or cannot be written.
    """
    hide_settings()
    workspace = workspace.resolve()
    parts = {"about.json": json.dumps(_about(workspace, findings, with_names=with_names), indent=1)}
    parts |= {f"log/{path.name}": _read(path, with_names=with_names) for path in _logs(workspace)}
    if with_names:
        parts |= {f"jobs/{path.name}": _read(path, with_names=True) for path in _job_logs(workspace)}
    with explain_disk_errors(out):
        try:
            with zipfile.ZipFile(out, "x", zipfile.ZIP_DEFLATED) as packed:
                for name, text in parts.items():
                    packed.writestr(name, text)
        except FileExistsError:
            raise WorkspaceError(f"{str(out)!r} exists already. Name another file, or remove it.") from None
    return DoctorBundle(out, {name: _say(name) for name in parts}, with_names)


def _say(entry: str) -> str:
    folder = entry.partition("/")[0]
    return {"log": "what was logged", "jobs": "what a job printed"}.get(
        folder, "versions, platform, checks, settings, rows of the catalogue's tables, sizes of the workspace's folders"
    )


def _about(workspace: Path, findings: Sequence[Finding], *, with_names: bool) -> dict[str, Any]:
    about = {
        "vidviz": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": os.cpu_count(),
        "packages": dict(_packages()),
        "settings": _settings(with_names=with_names),
        "catalogue": _describe_catalogue(workspace),
        "folders": _measure_folders(workspace),
        "checks": [asdict(found) if with_names else {"name": found.name, "fine": found.fine} for found in findings],
    }
    if with_names:
        about["workspace"] = str(workspace)
    cleaned: dict[str, Any] = _redacted(about)
    return cleaned


def _packages() -> Iterator[tuple[str, str]]:
    """What vidviz needs, each with the version that is installed."""
    for needed in requires("vidviz") or []:
        found = re.match(r"[\w.-]+", needed)
        if found is None or "extra ==" in needed:
            continue
        name = found[0]
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, "not installed"


def _settings(*, with_names: bool) -> dict[str, str]:
    """Variable -> its value, or that it is set."""
    milvus = milvus_settings()
    given = {name: os.environ[name] for name in SAFE_SETTINGS if name in os.environ}
    for name in SETTINGS:
        if name in os.environ:
            given[name] = os.environ[name] if with_names and not name.endswith("TOKEN") else "(set)"
    return {**given, "index": "Milvus Lite" if milvus.lite else "a Milvus server"}


def _describe_catalogue(workspace: Path) -> dict[str, Any]:
    path = workspace / "catalogue.db"
    if not path.exists():
        return {"there": False}
    try:
        with Catalogue(path).read() as db:
            return {"schema": read_version(db), "newest_schema": SCHEMA_VERSION, "rows": count_rows(db)}
    except VidvizError as error:
        return {"there": True, "error": type(error.__cause__ or error).__name__}


def _measure_folders(workspace: Path) -> dict[str, dict[str, int]]:
    """Files and bytes of each entry of a workspace; whatever else lies there is counted as `other`."""
    sizes: dict[str, dict[str, int]] = {}
    for file in workspace.rglob("*") if workspace.is_dir() else ():
        top = file.relative_to(workspace).parts[0]
        known = next((entry for entry in KNOWN if top == entry or top.startswith(f"{entry}-")), "other")
        size = sizes.setdefault(known, {"files": 0, "bytes": 0})
        with suppress(OSError):  # gone meanwhile
            if file.is_file() and not file.is_symlink():
                size["bytes"] += file.stat().st_size
                size["files"] += 1
    return sizes


def _logs(workspace: Path) -> list[Path]:
    path = log_path(workspace)
    return sorted(file for file in path.parent.glob(f"{path.name}*") if file.is_file())


def _job_logs(workspace: Path) -> list[Path]:
    return sorted((workspace / "jobs").glob("*.log"))


def _read(path: Path, *, with_names: bool) -> str:
    text = path.read_text(encoding="utf-8", errors="replace")
    return redact(text if with_names else without_names(text))


def _redacted(value: Any) -> Any:
    """The data with no secret in any of its texts."""
    if isinstance(value, dict):
        return {name: _redacted(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_redacted(part) for part in value]
    return redact(value) if isinstance(value, str) else value
