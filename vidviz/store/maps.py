"""Maps on disk: the coordinates of clips, kept under the content they were computed from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vidviz.store.files import DAMAGED, explain_disk_errors, replace_file


@dataclass(frozen=True)
class StoredMap:
    """`ids` (N,) int64 beside `points` (N, 2 or 3) float32; `note` says what a person should know of it."""

    ids: np.ndarray
    points: np.ndarray
    note: str = ""


class MapFiles:
    """Maps in `folder`, one file a (set, version of its vectors, parameters)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, set_key: str, version: str, map_key: str) -> StoredMap | None:
        """The map, if it was computed before; a damaged file counts as not computed."""
        path = self._path(set_key, version, map_key)
        try:
            with np.load(path, allow_pickle=False) as file:
                return StoredMap(file["ids"], file["points"], str(file["note"]))
        except DAMAGED:
            return None

    def save(self, set_key: str, version: str, map_key: str, stored: StoredMap) -> None:
        """Keep a map.

        Raises:
            WorkspaceError: the disk is full, or the folder cannot be written.
        """
        with explain_disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        with replace_file(self._path(set_key, version, map_key)) as file:
            np.savez(file, ids=stored.ids, points=stored.points.astype(np.float32), note=np.array(stored.note))

    def forget(self, set_key: str) -> int:
        """Delete the maps of a set; returns how many there were."""
        paths = list(self.folder.glob(f"{set_key}-*.npz"))
        for path in paths:
            path.unlink(missing_ok=True)
        return len(paths)

    def _path(self, set_key: str, version: str, map_key: str) -> Path:
        return self.folder / f"{set_key}-{version}-{map_key}.npz"
