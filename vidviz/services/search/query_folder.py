"""The folder of files that searches are asked with: what is known of each, and which of them go."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from vidviz.store import videos
from vidviz.store.catalogue import read_catalogue
from vidviz.store.files import replace_file
from vidviz.workspace_folder import WorkspaceFolder

MOST_KEPT = 40
LONGEST_UPLOAD_SECONDS = 3600.0
UNREADABLE = (OSError, ValueError, TypeError, KeyError)
"""What reading a note raises that is not there, or is none."""


@dataclass(frozen=True)
class Poster:
    """A picture of a stretch of a video, under the number by which it is served."""

    clip_id: int
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True)
class AskedFile:
    """A video or a picture that is asked with; `token` is the SHA-256 of its content.

    `posters` are the pictures of a video along its time; a picture has none, and no duration.
    """

    token: str
    name: str
    path: Path
    still: bool
    duration_seconds: float = 0.0
    frame_rate: float = 25.0
    aspect_ratio: float = 16 / 9
    posters: tuple[Poster, ...] = ()


def write_note(place: Path, asked: AskedFile) -> None:
    """Remember a file. What is known as a video stays one: as a picture it is asked with all the same."""
    note = place / f"{asked.token}.json"
    with suppress(*UNREADABLE):
        if asked.still and not read_note(note).still:
            note.touch()
            return
    with replace_file(note) as out:
        out.write(json.dumps({**asdict(asked), "path": asked.path.name}).encode())


def read_note(note: Path) -> AskedFile:
    """What is known of a file.

    Raises:
        OSError, ValueError, TypeError, KeyError: there is no such note (see `UNREADABLE`).
    """
    note_data = json.loads(note.read_text("utf-8"))
    posters = tuple(Poster(**poster) for poster in note_data.pop("posters"))
    return AskedFile(**{**note_data, "path": note.parent / Path(note_data["path"]).name, "posters": posters})


def drop_oldest(folder: WorkspaceFolder) -> None:
    """Keep the newest files, and nothing that an upload left that was broken off."""
    place = folder.asked
    notes = sorted(place.glob("*.json"), key=_age_seconds)
    for note in notes[MOST_KEPT:]:
        _drop_pictures(folder, note)
        for path in place.glob(f"{note.stem}*"):
            path.unlink(missing_ok=True)
    kept = {note.stem for note in notes[:MOST_KEPT]}
    for path in place.iterdir():
        if path.stem not in kept and _age_seconds(path) > LONGEST_UPLOAD_SECONDS:
            path.unlink(missing_ok=True)


def _drop_pictures(folder: WorkspaceFolder, note: Path) -> None:
    """The pictures and the preview of a video that was asked with, unless the library has it too."""
    with suppress(*UNREADABLE):
        posters = read_note(note).posters
        with read_catalogue(folder) as db:
            if videos.find_video(db, note.stem) is not None:
                return
        for poster in posters:
            folder.poster(poster.clip_id).unlink(missing_ok=True)
            folder.strip(poster.clip_id).unlink(missing_ok=True)
        folder.preview(note.stem).unlink(missing_ok=True)


def _age_seconds(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:  # another session has just dropped it
        return 0.0
