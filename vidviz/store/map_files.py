"""Maps on disk: the coordinates of clips, kept under the content they were computed from."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vidviz.records import StoredMap
from vidviz.store.files import DAMAGED, explain_disk_errors, replace_file


class MapFiles:
    """Maps in `folder`, one file a (set, version of its vectors, parameters)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, set_key: str, version: str, map_key: str) -> StoredMap | None:
        """The map, if it was computed before; a damaged file counts as not computed."""
        return _read(self._path(set_key, version, map_key))

    def find_older(self, set_key: str, map_key: str) -> StoredMap | None:
        """The map of these parameters that was kept last, whatever vectors the set had then."""
        paths = self._of_spec(set_key, map_key)
        return _read(max(paths, key=_written_at)) if paths else None

    def save(self, set_key: str, version: str, map_key: str, stored: StoredMap) -> None:
        """Keep a map; older ones of the same parameters go.

        Raises:
            WorkspaceError: the disk is full, or the folder cannot be written.
        """
        with explain_disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(set_key, version, map_key)
        with replace_file(path) as file:
            np.savez(
                file,
                ids=stored.ids,
                points=stored.points.astype(np.float32),
                note=np.array(stored.note),
                placed=stored.placed,
            )
        for older in self._of_spec(set_key, map_key):
            if older != path:
                older.unlink(missing_ok=True)

    def forget(self, set_key: str) -> int:
        """Delete the maps of a set; returns how many there were."""
        paths = list(self.folder.glob(f"{set_key}-*.npz"))
        for path in paths:
            path.unlink(missing_ok=True)
        return len(paths)

    def _of_spec(self, set_key: str, map_key: str) -> list[Path]:
        # A version holds no dash, so that the rest of a name is the parameters' key.
        every = self.folder.glob(f"{set_key}-*-{map_key}.npz")
        return [path for path in every if path.stem.split("-", 2)[2] == map_key]

    def _path(self, set_key: str, version: str, map_key: str) -> Path:
        return self.folder / f"{set_key}-{version}-{map_key}.npz"


def _written_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # another process has just replaced it
        return 0


def _read(path: Path) -> StoredMap | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            return StoredMap(file["ids"], file["points"], str(file["note"]), file["placed"])
    except (*DAMAGED, MemoryError):
        return None
