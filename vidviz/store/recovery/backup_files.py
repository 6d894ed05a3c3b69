"""Where copies of the catalogue lie, and what a sentence says of them; see `backups` for how they are made."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

FOLDER = "backups"
_STAMP = "%Y%m%d-%H%M%S"
_KEPT, _PUT_ASIDE = "catalogue-", "damaged-"


@dataclass(frozen=True)
class Backup:
    """A whole copy of the catalogue, and when it was made, in seconds since 1970."""

    path: Path
    made_at: float

    @property
    def name(self) -> str:
        """What `vidviz restore --from` calls it."""
        return self.path.stem

    @property
    def moment(self) -> str:
        """When it was made, as people read it."""
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(self.made_at))


def list_backups(workspace: Path) -> list[Backup]:
    """The copies of a workspace's catalogue, newest first."""
    found = [Backup(path, path.stat().st_mtime) for path in (workspace / FOLDER).glob(f"{_KEPT}*.db")]
    return sorted(found, key=lambda backup: (backup.made_at, backup.name), reverse=True)


def next_backup(workspace: Path) -> Path:
    """A name for a new copy."""
    return _free(workspace, _KEPT)


def next_put_aside(workspace: Path) -> Path:
    """A name for a catalogue that another takes the place of."""
    return _free(workspace, _PUT_ASIDE)


def offer_backup(workspace: Path) -> str:
    """What can be done about a catalogue that is lost, as a sentence."""
    found = list_backups(workspace)
    if found:
        return f"`vidviz restore --workspace {workspace}` puts back the copy of {found[0].moment}."
    return "There is no backup of it: put back a copy of your own, or choose another workspace."


def _free(workspace: Path, beginning: str) -> Path:
    stem = beginning + time.strftime(_STAMP)
    path, number = workspace / FOLDER / f"{stem}.db", 1
    while path.exists():
        number += 1
        path = path.with_name(f"{stem}-{number}.db")
    return path
