"""The workspace folder: where each thing lies, and whether it can be opened at all."""

from __future__ import annotations

from pathlib import Path

from vidviz.errors import WorkspaceError
from vidviz.store.catalogue import Catalogue
from vidviz.store.files import explain_disk_errors
from vidviz.store.map_files import MapFiles
from vidviz.store.vectors import VectorShards


class WorkspaceFolder:
    """One folder with everything in it.

    | entry | what | truth or derived |
    |---|---|---|
    | catalogue.db | videos, clips, labels, sets, jobs | truth |
    | vectors/<set>/ | shards of vectors | truth |
    | videos/ | bytes of uploaded videos, named by content | truth |
    | previews/ | posters, strips, H.264 previews | derived |
    | maps/ | coordinates | derived |
    | index/milvus.db | the local Milvus collections | derived |
    | jobs/ | logs | |
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.catalogue = Catalogue(path / "catalogue.db")
        self.maps = MapFiles(path / "maps")
        self.videos = path / "videos"
        self.previews = path / "previews"
        self.jobs = path / "jobs"
        self.uploads = path / "uploads"
        self.milvus = path / "index" / "milvus.db"

    @classmethod
    def open(cls, path: Path, *, create: bool = True) -> WorkspaceFolder:
        """Open the workspace at `path`, made new where nothing is unless `create` is off.

        Raises:
            WorkspaceError: it does not exist, is not a folder, cannot be written, or is of a newer version.
        """
        path = path.resolve()
        folder = cls(path)
        with explain_disk_errors(path):
            if path.exists() and not path.is_dir():
                raise WorkspaceError(f"{str(path)!r} is a file, not a workspace folder. Choose another --workspace.")
            if not folder.catalogue.path.exists() and not create:
                raise WorkspaceError(f"There is no workspace in {str(path)!r}. `vidviz import` makes one.")
            for part in (
                path,
                folder.videos,
                folder.previews,
                folder.jobs,
                folder.uploads,
                folder.milvus.parent,
            ):
                part.mkdir(parents=True, exist_ok=True)
        folder.catalogue.create_or_upgrade()
        return folder

    def vectors(self, set_key: str) -> VectorShards:
        """The vectors of a set."""
        return VectorShards(self.path / "vectors" / set_key)

    def poster(self, clip_id: int) -> Path:
        """Where the poster of a clip lies."""
        return self.previews / f"{clip_id:d}.poster.webp"

    def strip(self, clip_id: int) -> Path:
        """Where the animated strip of a clip lies."""
        return self.previews / f"{clip_id:d}.strip.webp"

    def preview(self, video_id: str) -> Path:
        """Where the H.264 preview of a video lies, if it needs one."""
        return self.previews / f"{video_id}.mp4"
