"""Removing: what leaves the library at once, and comes back whole until it is swept away. Originals stay untouched."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vidviz.errors import UnknownNameError, WorkspaceError
from vidviz.log.timing import timed
from vidviz.records import Removal, RemovalKind, Video
from vidviz.services.library import contents, embedding_sets
from vidviz.services.library.named_files import NamedFiles
from vidviz.store import clips, job_rows, videos
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.store.recovery import removals
from vidviz.store.recovery.removals import Chosen
from vidviz.words import count_of
from vidviz.workspace_folder import WorkspaceFolder

NOUNS = {
    "source": "file",
    "video": "video",
    "clip": "clip",
    "embedding_set": "embedding set",
    "label": "video label",
    "clip_label": "clip label",
    "clip_tag": "tag",
    "selection": "selection",
    "job": "job",
}
"""Table -> what a person calls one of its rows, where they would miss it."""


@dataclass(frozen=True)
class Doomed:
    """What a removal would take: its title, how many rows of each table, and the bytes that a sweep frees then."""

    kind: RemovalKind
    chosen: tuple[int | str | tuple[str, str], ...]
    title: str
    counts: dict[str, int]
    num_bytes: int

    @property
    def text(self) -> str:
        """The title and what hangs on it, e.g. "a.mp4: 1 video, 5 clips, 2 clip labels"."""
        return f"{self.title}: {say_counts(self.counts)}"


def say_counts(counts: dict[str, int]) -> str:
    """What went, in words."""
    told = counts if "video" not in counts else {**counts, "source": 0}  # a video's files go without saying
    said = [count_of(told[table], noun) for table, noun in NOUNS.items() if told.get(table)]
    return ", ".join(said) or "nothing else"


@timed
def weigh(folder: WorkspaceFolder, kind: RemovalKind, names: Iterable[int | str | tuple[str, str]]) -> Doomed:
    """What a removal of these would take.

    Args:
        folder: the workspace.
        kind: what they are.
        names: files that failed by path or name; videos by id, path or name; clips and jobs by number; recipes by key;
            sets by key, its beginning or backbone; label columns by name; label values as (column, value).

    Raises:
        WorkspaceError: one of them is not there, or its name means several.
        UnknownNameError: there is no such recipe, label column or value.
    """
    chosen, titles = _FINDERS[kind](folder, list(names))
    with read_catalogue(folder) as db:
        counts = removals.count_taken(db, kind, chosen)
    return Doomed(kind, tuple(chosen), _say_titles(titles), counts, _count_bytes(folder, kind, chosen))


@timed
def remove(folder: WorkspaceFolder, doomed: Doomed) -> Removal:
    """Take it out of the library; `take_back` brings it back as it was.

    Raises:
        WorkspaceError: it is gone already, or the workspace takes no changes.
    """
    with write_catalogue(folder) as db:
        removal = removals.remove(db, doomed.kind, doomed.chosen, doomed.title)
    if removal is None:
        raise WorkspaceError(f"{doomed.title} is gone already, or still at work: nothing was removed.")
    return removal


def list_removals(folder: WorkspaceFolder) -> list[Removal]:
    """All that can be taken back, the last one first."""
    with read_catalogue(folder) as db:
        return removals.list_removals(db)


@timed
def take_back(folder: WorkspaceFolder, removal_id: int | None = None) -> Removal:
    """Bring back what was removed last, or by this number.

    Raises:
        WorkspaceError: there is no such removal any more, or it belongs to something that was removed after it.
    """
    with write_catalogue(folder) as db:
        removal = removals.find_removal(db, removal_id)
        if removal is None:
            which = "Nothing that was removed" if removal_id is None else f"No removal {removal_id}"
            raise WorkspaceError(f"{which} can be taken back: it never was, or it was swept away since.")
        removals.take_back(db, removal)
    return removal


_Found = tuple[Chosen, list[str]]
"""What a removal is asked for with, and what people call it."""


def _find_videos(folder: WorkspaceFolder, names: Sequence[object]) -> _Found:
    with read_catalogue(folder) as db:
        every = videos.list_videos(db)
        files = NamedFiles((video, (video.name, video.path, *videos.list_places(db, video.id))) for video in every)
    by_id = {video.id: video for video in every}
    found = {video.id: video.name for video in (_find_video(str(name), by_id, files) for name in names)}
    return list(found), list(found.values())


def _find_video(name: str, by_id: dict[str, Video], files: NamedFiles[Video]) -> Video:
    found = [by_id[name]] if name in by_id else files.find(name)
    if len(found) == 1:
        return found[0]
    if not found:
        raise WorkspaceError(f"There is no video {name!r} in this library. `vidviz export` lists the videos.")
    those = ", ".join(f"{video.path} ({video.id[:12]})" for video in found[:5])
    raise WorkspaceError(f"{len(found)} videos are called {name!r}: {those}. Name one by its whole path or id.")


def _find_failed(folder: WorkspaceFolder, names: Sequence[object]) -> _Found:
    with read_catalogue(folder) as db:
        failed = {source.path: source.name for source in videos.list_sources(db) if source.video_id is None}
    by_name = {name: path for path, name in failed.items()}
    chosen = [by_name.get(str(name), str(name)) for name in names]
    if lacking := [path for path in chosen if path not in failed]:
        raise WorkspaceError(f"No file {lacking[0]!r} failed to be imported into this library.")
    return chosen, [failed[path] for path in chosen]


def _find_clips(folder: WorkspaceFolder, names: Sequence[object]) -> _Found:
    ids = sorted({_whole_number(name, "clip") for name in names})
    for clip_id in ids:
        contents.find_clip(folder, clip_id)
    return ids, [count_of(len(ids), "clip")] if len(ids) > 1 else [f"clip {number}" for number in ids]


def _find_recipes(folder: WorkspaceFolder, names: Sequence[object]) -> _Found:
    with read_catalogue(folder) as db:
        known = set(clips.count_clips(db)) | {found.spec.recipe_key for found in embedding_sets.list_sets(folder)}
    return _find_known("recipe", names, known)


def _find_sets(folder: WorkspaceFolder, names: Sequence[object]) -> _Found:
    found = {one.key: one.spec.title for one in (embedding_sets.find_set(folder, str(name)) for name in names if name)}
    return list(found), list(found.values())


def _find_columns(folder: WorkspaceFolder, names: Sequence[object]) -> _Found:
    columns = contents.label_columns(contents.clip_table(folder))
    chosen, _ = _find_known("label column", names, columns)
    return chosen, [f"the label column {name!r}" for name in chosen]


def _find_values(folder: WorkspaceFolder, names: Sequence[object]) -> _Found:
    table = contents.clip_table(folder)
    pairs: list[tuple[str, str]] = []
    for pair in names:
        column, value = pair if isinstance(pair, tuple) else ("label", str(pair))
        _find_known("label column", [column], contents.label_columns(table))
        _find_known(f"value of {column!r}", [value], {str(known) for known in table[column].dropna()})
        pairs.append((column, value))
    return pairs, [f"the {column} {value!r}" for column, value in pairs]


def _find_jobs(folder: WorkspaceFolder, names: Sequence[object]) -> _Found:
    ids = sorted({_whole_number(name, "job") for name in names})
    with read_catalogue(folder) as db:
        known = {number: job for number in ids if (job := job_rows.find_job(db, number)) is not None}
    if lacking := [number for number in ids if number not in known]:
        raise WorkspaceError(f"There is no job {lacking[0]} in this workspace. `vidviz jobs` lists them.")
    if working := [job.id for job in known.values() if job.state in ("waiting", "running")]:
        raise WorkspaceError(f"Job {working[0]} is still at work. Cancel it first: `vidviz jobs cancel {working[0]}`.")
    return ids, [f"job {number} ({known[number].title})" for number in ids]


def _find_selections(folder: WorkspaceFolder, names: Sequence[object]) -> _Found:
    return [str(name) for name in names], [f"the selection {name}" for name in names]


_FINDERS: dict[RemovalKind, Callable[[WorkspaceFolder, Sequence[object]], _Found]] = {
    "file": _find_failed,
    "video": _find_videos,
    "clip": _find_clips,
    "recipe": _find_recipes,
    "set": _find_sets,
    "label": _find_columns,
    "value": _find_values,
    "job": _find_jobs,
    "selection": _find_selections,
}


def _find_known(noun: str, names: Sequence[object], known: Collection[str]) -> tuple[list[str], list[str]]:
    for name in names:
        if name not in known:
            raise UnknownNameError(noun, str(name), known)
    chosen = list(dict.fromkeys(str(name) for name in names))
    return chosen, [f"the {noun} {name}" for name in chosen]


def _whole_number(name: object, noun: str) -> int:
    text = str(name)
    if not text.isdecimal() or len(text) > 18:
        raise WorkspaceError(f"A {noun} is named by its number, not by {text!r}.")
    return int(text)


def _say_titles(titles: Sequence[str]) -> str:
    return ", ".join(titles[:3]) + (f" and {len(titles) - 3} more" if len(titles) > 3 else "")


def _count_bytes(folder: WorkspaceFolder, kind: RemovalKind, chosen: Chosen) -> int:
    """What of the workspace's files only this names: copies of videos, pictures of clips, vectors of sets."""
    with read_catalogue(folder) as db:
        paths: list[Path] = []
        if kind in ("video", "clip", "recipe"):
            for clip_id in removals.list_clips_taken(db, kind, chosen):
                paths += [folder.poster(clip_id), folder.strip(clip_id)]
        if kind == "video":
            known = [videos.find_video(db, str(video_id)) for video_id in chosen]
            paths += [Path(video.path) for video in known if video is not None and video.kept]
            paths += [folder.preview(str(video_id)) for video_id in chosen]
    keys = [str(key) for key in chosen] if kind == "set" else []
    if kind == "recipe":
        keys = [found.key for found in embedding_sets.list_sets(folder) if found.spec.recipe_key in chosen]
    for key in keys:
        paths += folder.vectors(key).glob("*.npz")
        paths += folder.maps.glob(f"{key}-*.npz")
    return sum(path.stat().st_size for path in paths if path.is_file())
