"""The workspace folder: where each thing lies, and nothing of what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class WorkspaceFolder:
    """One folder with everything in it; `vidviz.services.library.workspaces` opens one, the store reads and writes it.

    | entry | what | truth or derived |
    |---|---|---|
    | catalogue.db | videos, clips, labels, sets, jobs | truth |
    | vectors/<set>/ | shards of vectors | truth |
    | videos/ | bytes of uploaded videos, named by content | truth |
    | previews/ | posters, strips, H.264 previews | derived |
    | maps/ | coordinates | derived |
    | index/milvus.db | the local Milvus collections | derived |
    | jobs/ | what each job printed | |
    | logs/ | the log of all processes, `vidviz.log` | |
    """

    path: Path

    @property
    def catalogue(self) -> Path:
        """The SQLite file."""
        return self.path / "catalogue.db"

    @property
    def videos(self) -> Path:
        """Where uploaded videos are kept."""
        return self.path / "videos"

    @property
    def previews(self) -> Path:
        """Where pictures of clips and playable films lie."""
        return self.path / "previews"

    @property
    def maps(self) -> Path:
        """Where coordinates lie."""
        return self.path / "maps"

    @property
    def jobs(self) -> Path:
        """Where the logs of jobs lie."""
        return self.path / "jobs"

    @property
    def uploads(self) -> Path:
        """Where uploads wait for their import."""
        return self.path / "uploads"

    @property
    def milvus(self) -> Path:
        """Where Milvus Lite has its files."""
        return self.path / "index" / "milvus.db"

    def vectors(self, set_key: str) -> Path:
        """Where the vectors of a set lie."""
        return self.path / "vectors" / set_key

    def poster(self, clip_id: int) -> Path:
        """Where the poster of a clip lies."""
        return self.previews / f"{clip_id:d}.poster.webp"

    def strip(self, clip_id: int) -> Path:
        """Where the animated strip of a clip lies."""
        return self.previews / f"{clip_id:d}.strip.webp"

    def preview(self, video_id: str) -> Path:
        """Where the H.264 preview of a video lies, if it needs one."""
        return self.previews / f"{video_id}.mp4"
