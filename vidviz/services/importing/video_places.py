"""Where the bytes of imported videos are: where they were found, or in the workspace; and whose place they take."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from vidviz.errors import MediaError
from vidviz.records import Video
from vidviz.services.importing.found_files import FoundFile
from vidviz.services.library.source_files import KEPT_ENDINGS, file_state, has_content, is_unchanged, whole_path
from vidviz.store import clips, videos
from vidviz.store.catalogue import read_catalogue
from vidviz.store.files import replace_file
from vidviz.words import count_of
from vidviz.workspace_folder import WorkspaceFolder

BLOCK_BYTES = 2**20


@dataclass(frozen=True)
class Place:
    """Where a video's bytes are, the state of that file, and whether the workspace holds them itself."""

    path: str
    kept: bool
    state: str


def find_place(
    folder: WorkspaceFolder, found: FoundFile, video_id: str, state: str, known: Video | None, *, keep: bool
) -> Place:
    """Where a video's bytes are from now on: where they were, if they still are there, or here.

    Args:
        folder: the workspace.
        found: the file that is imported.
        video_id: the SHA-256 of its content.
        state: its state before its content was read.
        known: the video of this content, where the library has it.
        keep: whether the workspace takes a copy.

    Raises:
        MediaError: the file has changed meanwhile.
        WorkspaceError: the workspace cannot be written.
    """
    if known is not None and (known.kept or not keep) and is_unchanged(folder, known):
        return Place(known.path, known.kept, file_state(known.path))
    if not keep:
        return Place(whole_path(found.path), False, state)
    kept = _keep_copy(folder, found.path, video_id)
    return Place(str(kept), True, file_state(kept))


@dataclass(frozen=True)
class Displaced:
    """The videos that were read from a place where the file of another lies now.

    Attributes:
        elsewhere: the id of each -> where it was found too, with the state of that file; None where nowhere. Those are
            replaced: their clips and what people said of them stay, and they are left out of new embeddings.
        sentence: what to tell of the replaced ones; "" where there are none.
    """

    elsewhere: dict[str, tuple[str, str] | None]
    sentence: str


def find_displaced(folder: WorkspaceFolder, found: FoundFile, video_id: str) -> Displaced:
    """What becomes of the videos in whose place a file lies that is imported."""
    path = whole_path(found.path)
    with read_catalogue(folder) as db:
        displaced = videos.list_displaced(db, path, video_id)
        places = {video.id: videos.list_places(db, video.id) for video in displaced}
        sizes = {video.id: clips.count_all(db, video.id) for video in displaced}
    elsewhere = {video.id: _find_elsewhere(video, path, places[video.id]) for video in displaced}
    num_clips = sum(sizes[key] for key, place in elsewhere.items() if place is None)
    sentence = f"It takes the place of an older file, whose {count_of(num_clips, 'clip')} are kept as replaced."
    return Displaced(elsewhere, sentence if None in elsewhere.values() else "")


def _find_elsewhere(video: Video, path: str, places: list[str]) -> tuple[str, str] | None:
    for other in places:
        if other != path and has_content(other, video):
            return other, file_state(other)
    return None


def _keep_copy(folder: WorkspaceFolder, path: Path, video_id: str) -> Path:
    """Copy a video into the workspace under its content's name; the given name is never a path."""
    ending = path.suffix.lower() if path.suffix.lower() in KEPT_ENDINGS else ""
    kept = folder.videos / f"{video_id}{ending}"
    if not kept.exists():
        with replace_file(kept) as copy, path.open("rb") as original:
            digest = hashlib.sha256()
            while block := original.read(BLOCK_BYTES):
                digest.update(block)
                copy.write(block)
            if digest.hexdigest() != video_id:
                raise MediaError(say_meanwhile(path.name))
    return kept


def say_meanwhile(name: str) -> str:
    """The sentence for a file that is being written while it is imported."""
    return f"{name} changed while it was imported; import it again when it is whole."
