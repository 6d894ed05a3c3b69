"""Files that a search is asked with: kept by their content, so that a link to the search still works.

A video of the library is known by its content too, so one number names either. What somebody called a file is text and
never a path.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from vidviz.config import DecodeLimits
from vidviz.errors import MediaError, WorkspaceError
from vidviz.services.backbones.decoders import file_decoder
from vidviz.services.library import contents
from vidviz.services.library.source_files import KEPT_ENDINGS, as_text, intact_path
from vidviz.services.search.query_folder import (
    UNREADABLE,
    AskedFile,
    Poster,
    drop_oldest,
    read_note,
    write_note,
)
from vidviz.store import clips
from vidviz.store.catalogue import read_catalogue
from vidviz.store.files import explain_disk_errors, replace_file
from vidviz.types import Recipe
from vidviz.workspace_folder import WorkspaceFolder

PICTURE_ENDINGS = frozenset((".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"))
LONGEST_NAME = 200
_TOKEN = re.compile(r"[0-9a-f]{64}")


def is_token(text: str) -> bool:
    """Whether a text may be the SHA-256 of a file."""
    return _TOKEN.fullmatch(text) is not None


def receive_file(folder: WorkspaceFolder, name: str, file: BinaryIO, *, still: bool) -> AskedFile:
    """Keep an uploaded video, or picture, to ask with; the oldest beyond forty go.

    Raises:
        MediaError: it cannot be read, or is a picture where a video is wanted.
        WorkspaceError: the disk is full.
    """
    place = folder.asked
    ending = PurePosixPath(name).suffix.lower()
    known = ending in (PICTURE_ENDINGS if still else KEPT_ENDINGS)
    shown = as_text(PurePosixPath(name).name)[:LONGEST_NAME] or "upload"
    digest = hashlib.sha256()
    with explain_disk_errors(place):
        place.mkdir(parents=True, exist_ok=True)
    part = place / f".arriving-{secrets.token_hex(8)}"
    with replace_file(part) as copy:
        while block := file.read(2**20):
            digest.update(block)
            copy.write(block)
    path = place / f"{digest.hexdigest()}{ending if known else ''}"
    known_before = path.exists()  # an animated picture may be asked with as a video, too
    part.replace(path)
    try:
        asked = _describe(folder, digest.hexdigest(), shown, path, still=still)
    except BaseException as error:
        if not known_before:
            path.unlink(missing_ok=True)
        if isinstance(error, MediaError):
            raise MediaError(str(error).replace(path.name, shown)) from error
        raise
    write_note(place, asked)
    drop_oldest(folder)
    return asked


def receive_path(folder: WorkspaceFolder, path: Path, *, still: bool) -> AskedFile:
    """Keep a copy of a file of this machine to ask with; see `receive_file`."""
    try:
        with path.open("rb") as file:
            return receive_file(folder, path.name, file, still=still)
    except OSError as error:
        raise MediaError(f"{path.name} cannot be read: {error.strerror}.") from error


def find_file(folder: WorkspaceFolder, token: str) -> AskedFile:
    """What this number names: a video of the library, or a file that was asked with.

    Raises:
        WorkspaceError: it is not kept any more, or never was.
    """
    if not is_token(token):
        raise WorkspaceError("This search names a file that is not here; choose it again.")
    try:
        return _of_library(folder, token)
    except WorkspaceError:
        pass
    note = folder.asked / f"{token}.json"
    try:
        asked = read_note(note)
    except UNREADABLE:
        raise WorkspaceError(
            "The file that this search was asked with is not kept any more; choose it again."
        ) from None
    if not asked.path.is_file():
        raise WorkspaceError(f"{asked.name}, which this search was asked with, is gone; choose it again.")
    return asked


def describe_video(folder: WorkspaceFolder, video_id: str, recipe_key: str = "") -> AskedFile:
    """A video of the library with its pictures along the time, whether its file is still there or not.

    The pictures are those of its clips of a recipe, or of the one that most clips are of.

    Raises:
        WorkspaceError: there is no such video.
    """
    video = contents.find_video(folder, video_id)
    with read_catalogue(folder) as db:
        recipe_key = recipe_key or next(iter(clips.count_clips(db)), "")
        cut = clips.list_clips(db, recipe_key, video_id)
    posters = tuple(Poster(clip.id, clip.span.start_seconds, clip.span.end_seconds) for clip in cut)
    probe = video.probe
    ratio = probe.width_px / probe.height_px
    path = Path(video.path)
    return AskedFile(video_id, video.name, path, False, probe.duration_seconds, probe.frame_rate, ratio, posters)


def find_playable(folder: WorkspaceFolder, token: str) -> Path | None:
    """What a browser plays of an uploaded video: the file itself, or the preview that was made of it."""
    try:
        asked = find_file(folder, token)
    except WorkspaceError:
        return None
    preview = folder.preview(token)
    return preview if preview.is_file() else asked.path


def _of_library(folder: WorkspaceFolder, token: str) -> AskedFile:
    intact_path(folder, contents.find_video(folder, token))
    return describe_video(folder, token)


def _describe(folder: WorkspaceFolder, token: str, name: str, path: Path, *, still: bool) -> AskedFile:
    from vidviz.decode.ingest import ingest_video
    from vidviz.decode.pictures.still import is_still, read_still
    from vidviz.types import FrameSpec

    limits, reader = DecodeLimits(), file_decoder()
    if still:
        reader.call(read_still, path, FrameSpec(1, 16, 16), limits, timeout_seconds=60)
        return AskedFile(token, name, path, True)
    if reader.call(is_still, path, timeout_seconds=60):
        raise MediaError(f"{name} is a picture, not a video; ask with an image instead.")
    read = reader.call(ingest_video, path, Recipe(), folder.previews, limits, timeout_seconds=limits.wall_seconds)
    posters = tuple(
        Poster(number, span.start_seconds, span.end_seconds)
        for number, span in zip(read.clip_ids, read.spans, strict=True)
    )
    probe = read.probe
    ratio = probe.width_px / probe.height_px
    return AskedFile(token, name, path, False, probe.duration_seconds, probe.frame_rate, ratio, posters)
