"""Vectors from outside: a table of clips and numbers becomes an embedding set, searched without any network."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from vidviz.config import DecodeLimits
from vidviz.errors import MediaError, WorkspaceError
from vidviz.index.rows import unit_vectors
from vidviz.log.timing import timed
from vidviz.records import Clip, EmbeddingSet, Video
from vidviz.services.backbones.decoders import file_decoder
from vidviz.services.embedding.outside_tables import OutsideRows, read_rows
from vidviz.services.library import contents
from vidviz.services.library.source_files import intact_path
from vidviz.store import clips, sets, videos
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import OUTSIDE, Embeddings, EmbeddingSetSpec, Recipe, Span, clip_id
from vidviz.workspace_folder import WorkspaceFolder

LONGEST_PAST_END_SECONDS = 0.5
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")


@dataclass(frozen=True)
class BroughtIn:
    """What became of the rows: `set_key` holds `clips` of them, `new_clips` are new in the library.

    `left_out` says how many rows were left out for each reason; `without_picture` how many of the new clips have no
    poster, because their video is gone or cannot be read.
    """

    set_key: str
    clips: int
    new_clips: int
    dimension: int
    left_out: dict[str, int]
    without_picture: int = 0


@timed
def bring_in(folder: WorkspaceFolder, path: Path, name: str) -> BroughtIn:
    """Make an embedding set of a file's vectors; rows that name nothing here are left out and counted.

    An .npz holds `vectors` (N, D) and either `clip_ids` (N,) of this library, as `vidviz export` writes them, or
    `videos` (N,) with `start_seconds` and `end_seconds`. A Parquet file has the columns `vector` and the same. A video
    is named by its SHA-256, its name, or its name without the ending.

    Raises:
        WorkspaceError: the file or name cannot be used, or no row names a clip or video of the library.
    """
    if not _NAME.fullmatch(name):
        raise WorkspaceError("The name of a set is up to 60 letters, digits, dots, dashes and underscores.")
    rows = read_rows(path)
    reasons: Counter[str] = Counter()
    usable = _usable_vectors(rows.vectors, reasons)
    if rows.clip_ids is not None:
        found = _by_clip(folder, rows.clip_ids, usable, reasons)
    else:
        found = _by_time(folder, rows, usable, reasons)
    if not found:
        raise WorkspaceError(f"No row of {path.name} can be used ({_say(reasons)}). Import the videos first.")
    recipe_key, new = _settle_recipe(folder, found, reasons)
    spec = EmbeddingSetSpec(name, OUTSIDE, "vectors", "none", recipe_key)
    numbers = {place: clip.id for place, clip in new.items()}
    ids = np.array(list(numbers.values()), np.int64)
    vectors = np.asarray(rows.vectors[list(numbers)], np.float32)
    with write_catalogue(folder) as db:
        added = [clip for clip in new.values() if clips.find_clip(db, clip.id) is None]
        clips.add_clips(db, added)
        known = sets.find_set(db, spec.key)
        if known is not None and known.dimension != vectors.shape[1]:
            raise WorkspaceError(
                f"The set {name} holds vectors of {known.dimension} numbers, and these have {vectors.shape[1]}; choose "
                "another name."
            )
        sets.add_set(db, EmbeddingSet(spec, vectors.shape[1]))
    shards = VectorShards(folder.vectors(spec.key))
    with shards.writing():
        fresh = ~np.isin(ids, shards.load_ids())
        reasons["the set has a vector of this clip already"] += int((~fresh).sum())
        if fresh.any():
            shards.append(Embeddings(ids[fresh], vectors[fresh]))
    left_out = {reason: count for reason, count in reasons.items() if count}
    bare = _picture_clips(folder, added)
    return BroughtIn(spec.key, int(fresh.sum()), len(added), vectors.shape[1], left_out, bare)


def _picture_clips(folder: WorkspaceFolder, added: list[Clip]) -> int:
    """Posters and strips of new clips; returns how many clips have none, as their videos are gone or unreadable."""
    from vidviz.decode.ingest import picture_clips

    by_video: dict[str, dict[int, Span]] = defaultdict(dict)
    for clip in added:
        by_video[clip.video_id][clip.id] = clip.span
    bare, limits = 0, DecodeLimits()
    for video_id, spans in by_video.items():
        video = contents.find_video(folder, video_id)
        try:
            path = intact_path(folder, video)
            reader, seconds = file_decoder(), limits.wall_seconds
            reader.call(picture_clips, path, spans, folder.previews, limits, timeout_seconds=seconds)
        except (MediaError, OSError):
            bare += len(spans)
    return bare


def _usable_vectors(vectors: np.ndarray, reasons: Counter[str]) -> np.ndarray:
    problems = unit_vectors(vectors)[1]
    reasons.update(problem for problem in problems if problem)
    return np.array([not problem for problem in problems], dtype=bool)


def _by_clip(folder: WorkspaceFolder, ids: np.ndarray, usable: np.ndarray, reasons: Counter[str]) -> dict[int, Clip]:
    """Place of the row -> its clip. Of one recipe: the one that most rows are of."""
    with read_catalogue(folder) as db:
        known = {place: clips.find_clip(db, int(ids[place])) for place in np.flatnonzero(usable) if ids[place] >= 0}
    found = {int(place): clip for place, clip in known.items() if clip is not None}
    reasons["this library has no such clip"] += int(usable.sum()) - len(found)
    recipes = Counter(clip.recipe_key for clip in found.values())
    most = recipes.most_common(1)[0][0] if recipes else ""
    kept = {place: clip for place, clip in found.items() if clip.recipe_key == most}
    reasons["its clip is of another recipe than most"] += len(found) - len(kept)
    return _once(kept, reasons)


def _by_time(folder: WorkspaceFolder, rows: OutsideRows, usable: np.ndarray, reasons: Counter[str]) -> dict[int, Clip]:
    with read_catalogue(folder) as db:
        known = _names(videos.list_videos(db))
    found = {}
    for place in np.flatnonzero(usable).tolist():
        video = known.get(str(rows.video_names[place]))
        start, end = (round(float(seconds), 6) for seconds in rows.spans[place])
        if video is None:
            reasons["this library has no such video"] += 1
        elif not (0 <= start < end <= video.probe.duration_seconds + LONGEST_PAST_END_SECONDS):
            reasons["its times lie outside of its video"] += 1
        else:
            found[place] = Clip(0, video.id, "", Span(start, end))
    return found


def _names(every: list[Video]) -> Mapping[str, Video]:
    """What a video may be called -> the video; names that several share name none."""
    named: dict[str, Video] = {}
    shared: set[str] = set()
    for video in every:
        for name in {video.name, PurePosixPath(video.name).stem}:
            shared |= {name} if name in named and named[name].id != video.id else set()
            named[name] = video
    return {name: video for name, video in named.items() if name not in shared} | {video.id: video for video in every}


def _settle_recipe(
    folder: WorkspaceFolder, found: dict[int, Clip], reasons: Counter[str]
) -> tuple[str, dict[int, Clip]]:
    """The recipe that the clips are of: an old one that has all of them, else one of their own."""
    first = next(iter(found.values()))
    if first.recipe_key:
        return first.recipe_key, found
    with read_catalogue(folder) as db:
        recipes = list(clips.count_clips(db))
        for key in recipes:
            there = {(clip.video_id, _times(clip.span)): clip for clip in clips.list_clips(db, key)}
            matched = {place: there.get((clip.video_id, _times(clip.span))) for place, clip in found.items()}
            if all(matched.values()):
                return key, _once({place: clip for place, clip in matched.items() if clip}, reasons)
    key = _own_recipe(found, recipes)
    made = {
        place: Clip(clip_id(clip.video_id, clip.span, key), clip.video_id, key, clip.span)
        for place, clip in found.items()
    }
    return key, _once(made, reasons)


def _times(span: Span) -> tuple[int, int]:
    return round(span.start_seconds * 1000), round(span.end_seconds * 1000)


def _own_recipe(found: dict[int, Clip], taken: list[str]) -> str:
    """A recipe that describes such clips about, and that nobody uses yet."""
    length = float(np.clip(np.median([clip.span.seconds for clip in found.values()]), 0.1, 3000))
    stride = round(length, 3)
    while (key := Recipe("windows", round(length, 3), round(stride, 3)).key) in taken:
        stride += 0.001
    return key


def _once(found: dict[int, Clip], reasons: Counter[str]) -> dict[int, Clip]:
    """Each clip once, as it came last."""
    last = {clip.id: place for place, clip in found.items()}
    reasons["its clip comes again further down"] += len(found) - len(last)
    return {place: found[place] for place in last.values()}


def _say(reasons: Counter[str]) -> str:
    return ", ".join(f"{count} rows: {reason}" for reason, count in reasons.most_common(3) if count) or "it is empty"
