"""What the library holds: videos with their state, clips, and where their pictures and films lie."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vidviz.errors import WorkspaceError
from vidviz.log.timing import timed
from vidviz.records import LABEL, TAG_SEPARATOR, Clip, Video
from vidviz.services.cache import cached
from vidviz.services.library.reserved_columns import COLUMNS
from vidviz.services.library.source_files import intact_path
from vidviz.store import clip_labels, clips, identity, videos
from vidviz.store.catalogue import read_catalogue
from vidviz.store.source_table import source_table
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    import pandas as pd

CLIP_IDS = 2**53
"""Clip ids are smaller than this; see `vidviz.types.clip_id`."""


@dataclass(frozen=True)
class KnownClip:
    """A clip with what a person wants to know of it at a glance; its own label comes before its video's."""

    clip_id: int
    video_id: str
    video: str
    start_seconds: float
    end_seconds: float
    recipe_key: str
    label: str | None
    aspect_ratio: float
    frame_rate: float
    tags: tuple[str, ...] = ()


@timed
def clip_table(folder: WorkspaceFolder, recipe_key: str | None = None) -> pd.DataFrame:
    """One row a clip; see `vidviz.store.clips.clip_table`. It is read anew only when the library has changed."""
    return _clip_table(folder.path, recipe_key, read_revision(folder))


def clip_rows(folder: WorkspaceFolder, ids: Iterable[int], recipe_key: str | None = None) -> pd.DataFrame:
    """The rows of the clip table of these clips, in their order; a clip that is named twice comes twice.

    Raises:
        KeyError: the library does not hold one of them, or not by that recipe.
    """
    return clip_table(folder, recipe_key).set_index("clip_id").loc[list(ids)].reset_index()


def read_revision(folder: WorkspaceFolder) -> int:
    """A number that rises with every change of videos, clips, labels and tags."""
    with read_catalogue(folder) as db:
        return identity.read_revision(db)


@cached()
def _clip_table(path: Path, recipe_key: str | None, _revision: int) -> pd.DataFrame:
    with read_catalogue(WorkspaceFolder(path)) as db:
        return clips.clip_table(db, recipe_key)


def label_columns(table: pd.DataFrame) -> list[str]:
    """The label columns of a clip table that hold anything, `label` first."""
    columns = [name for name in table.columns if name not in COLUMNS and table[name].notna().any()]
    return sorted(columns, key=lambda name: (name != LABEL, name))


def numeric_columns(table: pd.DataFrame) -> list[str]:
    """The label columns whose given values are all finite numbers, at least two different ones; as text, still."""
    import numpy as np
    import pandas as pd

    def is_numeric(name: str) -> bool:
        numbers = np.unique(pd.to_numeric(pd.Series(table[name].dropna().unique()), errors="coerce"))
        return len(numbers) > 1 and bool(np.isfinite(numbers).all())

    return [name for name in label_columns(table) if is_numeric(name)]


def video_labels(folder: WorkspaceFolder, video_ids: Collection[str]) -> dict[str, dict[str, list[str]]]:
    """Video -> label column -> the values that its clips have, their own or the video's; only columns with any."""
    table = clip_table(folder)
    chosen = table[table["video_id"].isin(list(video_ids))]
    columns = label_columns(chosen)
    return {
        str(video_id): {
            name: sorted({str(value) for value in clips_of[name].dropna()})
            for name in columns
            if clips_of[name].notna().any()
        }
        for video_id, clips_of in chosen.groupby("video_id")
    }


def split_tags(joined: str) -> list[str]:
    """The tags of a clip, from the column `tags` of the clip table."""
    return joined.split(TAG_SEPARATOR) if joined else []


def find_clip(folder: WorkspaceFolder, clip_id: int) -> Clip:
    """The clip with this number.

    Raises:
        WorkspaceError: there is none.
    """
    clip = None
    if 0 <= clip_id < CLIP_IDS:
        with read_catalogue(folder) as db:
            clip = clips.find_clip(db, clip_id)
    if clip is None:
        raise WorkspaceError(
            f"There is no clip {clip_id} in this workspace. `vidviz export` and `Workspace.clips()` list the clips."
        )
    return clip


def find_video(folder: WorkspaceFolder, video_id: str) -> Video:
    """The video with this id.

    Raises:
        WorkspaceError: there is none.
    """
    with read_catalogue(folder) as db:
        video = videos.find_video(db, video_id)
    if video is None:
        raise WorkspaceError(f"There is no video {video_id[:12]!r} in this workspace.")
    return video


def know_clip(folder: WorkspaceFolder, clip_id: int) -> KnownClip:
    """A clip with its video's name, its label and tags.

    Raises:
        WorkspaceError: there is no such clip.
    """
    clip = find_clip(folder, clip_id)
    video = find_video(folder, clip.video_id)
    with read_catalogue(folder) as db:
        labels = clip_labels.find_clip_labels(db, clip.id)
        tags = clip_labels.find_clip_tags(db, clip.id)
    return KnownClip(
        clip.id,
        clip.video_id,
        video.name,
        clip.span.start_seconds,
        clip.span.end_seconds,
        clip.recipe_key,
        labels.get(LABEL),
        video.probe.width_px / video.probe.height_px,
        video.probe.frame_rate,
        tags,
    )


@timed
def video_table(folder: WorkspaceFolder) -> pd.DataFrame:
    """One row a file that was ever offered, with its video where there is one; what went wrong first.

    Where clips of a video have labels of their own, its label is all that its clips have.
    """
    with read_catalogue(folder) as db:
        return source_table(db)


def count_library(folder: WorkspaceFolder) -> tuple[int, int]:
    """How many videos and clips there are."""
    with read_catalogue(folder) as db:
        return videos.count_videos(db), clips.count_all(db)


def playable_path(folder: WorkspaceFolder, video: Video) -> Path:
    """The file a browser should play: the video itself, or its H.264 preview.

    Raises:
        MediaError: another file lies in the video's place now, and it has no preview.
    """
    preview = folder.preview(video.id)
    if preview.exists() and not video.probe.browser_playable:
        return preview
    return intact_path(folder, video)
