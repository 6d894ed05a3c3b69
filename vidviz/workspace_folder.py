"""The workspace folder: what lies where, and nothing of what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class WorkspaceEntry:
    """One place of a workspace.

    Attributes:
        place: a file, or with a slash at its end a folder, below the workspace.
        holds: what is there.
        truth: whether it is the truth, and not derived from it or on its way.
        made_again_by: the command that makes it again; empty where none does or none need.
        may_go: whether a person may delete it while no vidviz runs, and loses nothing but time or history.
    """

    place: str
    holds: str
    truth: bool = False
    made_again_by: str = ""
    may_go: bool = False


ENTRIES: tuple[WorkspaceEntry, ...] = (
    WorkspaceEntry(
        "catalogue.db",
        "videos, clips, labels, tags, edits, selections, colours, embedding sets, jobs, removals",
        truth=True,
    ),
    WorkspaceEntry(
        "vectors/<set>/", "float32 vectors beside their clip ids (.npz)", truth=True, made_again_by="vidviz embed"
    ),
    WorkspaceEntry("videos/", "uploads, and videos imported with `--keep`; others stay where they are", truth=True),
    WorkspaceEntry(
        "previews/",
        "posters, short animated strips, H.264 previews",
        made_again_by="vidviz import --rebuild-previews",
        may_go=True,
    ),
    WorkspaceEntry("asked/", "the last files that searches were asked with", may_go=True),
    WorkspaceEntry("maps/", "coordinates", made_again_by="vidviz map", may_go=True),
    WorkspaceEntry("index/milvus.db", "Milvus Lite collections", made_again_by="vidviz index rebuild", may_go=True),
    WorkspaceEntry("uploads/", "uploads that wait for their import", may_go=True),
    WorkspaceEntry("jobs/", "what each job printed", may_go=True),
    WorkspaceEntry("logs/", "the log of all processes", may_go=True),
    WorkspaceEntry("backups/", "copies of the catalogue, and catalogues that were put aside", may_go=True),
    WorkspaceEntry("import.lock", "held while decoders are at work", may_go=True),
    WorkspaceEntry("uploads.lock", "held while a dashboard receives uploads", may_go=True),
)
"""All that a workspace holds, the truth first; README's table is the same."""


@dataclass(frozen=True)
class WorkspaceFolder:
    """One folder with everything in it: see `ENTRIES`.

    `vidviz.services.library.workspaces` opens one, the store reads and writes it.
    """

    path: Path

    @property
    def catalogue(self) -> Path:
        """The SQLite file."""
        return self.path / "catalogue.db"

    @property
    def backups(self) -> Path:
        """Where copies of the catalogue lie."""
        return self.path / "backups"

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

    @property
    def asked(self) -> Path:
        """Where files lie that searches were asked with."""
        return self.path / "asked"

    @property
    def import_lock(self) -> Path:
        """Held while decoders are at work."""
        return self.path / "import.lock"

    @property
    def uploads_lock(self) -> Path:
        """Held while a dashboard receives uploads."""
        return self.path / "uploads.lock"

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
