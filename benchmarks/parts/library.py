"""A workspace of real videos for a benchmark."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from vidviz.records import Clip, Video
from vidviz.services.importing.import_run import import_videos, request_paths
from vidviz.services.library.workspaces import open_workspace
from vidviz.store import clips, videos
from vidviz.store.catalogue import write_catalogue
from vidviz.types import Recipe
from vidviz.workspace_folder import WorkspaceFolder


@dataclass(frozen=True)
class Library:
    """A workspace, the clips in it, and their videos by id."""

    folder: WorkspaceFolder
    clips: list[Clip]
    videos: dict[str, Video]


def import_folder(place: Path, source: Path, most_clips: int, most_per_video: int) -> Library:
    """A workspace with the first clips of each video; the rest are taken out of its catalogue."""
    folder = open_workspace(place)
    import_videos(folder, request_paths([str(source)], Recipe()))
    with write_catalogue(folder) as db:
        every = clips.list_clips(db, Recipe().key)
        chosen = choose_clips(every, most_clips, most_per_video)
        if not chosen:
            sys.exit(f"{source} holds no video that can be read.")
        left_out = {clip.id for clip in every} - {clip.id for clip in chosen}
        db.executemany("DELETE FROM clip WHERE id = ?", [(number,) for number in left_out])
        used = {clip.video_id for clip in chosen}
        return Library(folder, chosen, {video.id: video for video in videos.list_videos(db) if video.id in used})


def choose_clips(every: list[Clip], most_clips: int, most_per_video: int) -> list[Clip]:
    """The first clip of every video, then the second of every video, and so on, while there is room."""
    turns: dict[str, int] = {}
    by_turn = []
    for clip in every:  # by video and time
        turns[clip.video_id] = turn = turns.get(clip.video_id, 0) + 1
        if turn <= most_per_video:
            by_turn.append((turn, clip))
    return [clip for _, clip in sorted(by_turn, key=lambda pair: pair[0])][:most_clips]
