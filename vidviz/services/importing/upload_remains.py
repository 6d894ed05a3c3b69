"""What uploads leave in the workspace: removed by the import that took them, by the next one, or by the next start."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from vidviz.store import job_rows
from vidviz.store.catalogue import read_catalogue
from vidviz.workspace_folder import WorkspaceFolder

LOOKED_BACK = 1000  # jobs, for what they left


def discard_imported(folder: WorkspaceFolder, paths: Iterable[str], labels: str | None) -> None:
    """Remove uploads that are imported: what is a video was kept under its content's name."""
    _discard(folder, _batches(paths, labels))


def discard_left(folder: WorkspaceFolder, paths: Iterable[str], labels: str | None) -> None:
    """Remove uploads of imports that were cancelled or killed; those of this one, and on their way, stay."""
    wanted = _batches(paths, labels)
    left: set[str] = set()
    with read_catalogue(folder) as db:
        imports = [job for job in job_rows.list_jobs(db, LOOKED_BACK) if job.kind == "import"]
    for job in imports:
        (wanted if job.active and job_rows.is_alive(job) else left).update(
            _batches(job.arguments.get("paths", ()), job.arguments.get("labels"))
        )
    _discard(folder, left - wanted)


def discard_unasked(folder: WorkspaceFolder) -> None:
    """Remove uploads that no import was asked for, half ones too; to be called when no dashboard receives any."""
    with read_catalogue(folder) as db:
        imports = [job for job in job_rows.list_jobs(db, LOOKED_BACK) if job.kind == "import"]
    named = [_batches(job.arguments.get("paths", ()), job.arguments.get("labels")) for job in imports]
    _discard(folder, set(map(str, folder.uploads.glob("*"))).difference(*named))


def _batches(paths: Iterable[str], labels: str | None) -> set[str]:
    """The folders that uploads of an import may lie in: its paths, and where its label table is."""
    return {*paths, *([str(Path(labels).parent)] if labels else [])}


def _discard(folder: WorkspaceFolder, batches: Iterable[str]) -> None:
    for batch in map(Path, batches):
        if batch.parent == folder.uploads:
            shutil.rmtree(batch, ignore_errors=True)
