"""Vectors from outside: a table of clips and numbers becomes an embedding set, searched without any network."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from vidviz.errors import WorkspaceError
from vidviz.index.rows import unit_vectors
from vidviz.store import clips, sets, videos
from vidviz.store.clips import Clip
from vidviz.store.files import DAMAGED
from vidviz.store.videos import Video
from vidviz.store.workspace import WorkspaceFolder
from vidviz.types import Embeddings, EmbeddingSetSpec, Recipe, Span, clip_id

OUTSIDE = "outside"
"""The weights of a set whose vectors were brought in: nobody here knows the network."""

LONGEST_PAST_END_SECONDS = 0.5
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")


@dataclass(frozen=True)
class BroughtIn:
    """What became of the rows: `set_key` holds `clips` of them, `new_clips` are new in the library.

    `left_out` says how many rows were left out for each reason.
    """

    set_key: str
    clips: int
    new_clips: int
    dimension: int
    left_out: dict[str, int]


@dataclass(frozen=True)
class OutsideRows:
    """Rows as the file holds them: `vectors` (N, D), and either ids of clips or videos with times."""

    vectors: np.ndarray
    clip_ids: np.ndarray | None
    video_names: np.ndarray
    spans: np.ndarray


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
    with folder.catalogue.write() as db:
        added = [clip for clip in new.values() if clips.find_clip(db, clip.id) is None]
        clips.add_clips(db, added)
        known = sets.find_set(db, spec.key)
        if known is not None and known.dimension != vectors.shape[1]:
            raise WorkspaceError(
                f"The set {name} holds vectors of {known.dimension} numbers, and these have {vectors.shape[1]}; choose "
                "another name."
            )
        sets.add_set(db, sets.EmbeddingSet(spec, vectors.shape[1], "float32"))
    shards = folder.vectors(spec.key)
    with shards.writing():
        fresh = ~np.isin(ids, shards.load_ids())
        reasons["the set has a vector of this clip already"] += int((~fresh).sum())
        if fresh.any():
            shards.append(Embeddings(ids[fresh], vectors[fresh]))
    return BroughtIn(spec.key, int(fresh.sum()), len(added), vectors.shape[1], {k: n for k, n in reasons.items() if n})


def read_rows(path: Path) -> OutsideRows:
    """Read an .npz or a Parquet file; nothing in it is ever run.

    Raises:
        WorkspaceError: it cannot be read, or lacks what is needed.
    """
    ending = path.suffix.lower()
    try:
        columns = _read_npz(path) if ending == ".npz" else _read_parquet(path) if ending == ".parquet" else None
    except DAMAGED as error:
        raise WorkspaceError(f"{path.name} cannot be read: {error}.") from error
    if columns is None:
        raise WorkspaceError(f"{path.name!r} should end in .npz or .parquet.")
    vectors = columns.get("vectors")
    if vectors is None or vectors.ndim != 2 or not vectors.shape[1] or vectors.dtype.kind not in "fiu":
        raise WorkspaceError(f"{path.name} needs vectors, one row of numbers a clip: (N, D).")
    wanted = ("clip_ids",) if "clip_ids" in columns else ("videos", "start_seconds", "end_seconds")
    lacking = [column for column in wanted if column not in columns]
    if lacking:
        raise WorkspaceError(f"{path.name} needs clip_ids, or videos with start_seconds and end_seconds.")
    if any(columns[column].shape != (len(vectors),) for column in wanted):
        raise WorkspaceError(f"{path.name} holds {len(vectors)} vectors, and its other columns are of another length.")
    if len(wanted) == 1:
        if columns["clip_ids"].dtype.kind not in "iu":
            raise WorkspaceError(f"The clip_ids of {path.name} are whole numbers, not {columns['clip_ids'].dtype}.")
        return OutsideRows(vectors, columns["clip_ids"].astype(np.int64), np.empty(0, str), np.empty((0, 2)))
    try:
        spans = np.stack([columns["start_seconds"].astype(float), columns["end_seconds"].astype(float)], axis=1)
    except (TypeError, ValueError) as error:
        raise WorkspaceError(f"The times of {path.name} are seconds; some are no numbers.") from error
    return OutsideRows(vectors, None, columns["videos"].astype(str), spans)


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as held:
        names = ("vectors", "clip_ids", "videos", "start_seconds", "end_seconds")
        return {name: held[name] for name in names if name in held}


def _read_parquet(path: Path) -> dict[str, np.ndarray]:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    renamed = {"vector": "vectors", "clip_id": "clip_ids", "video": "videos", "video_id": "videos"}
    columns: dict[str, np.ndarray] = {}
    for name in table.column_names:
        known = renamed.get(name, name)
        if known == "vectors":
            columns[known] = np.array(table.column(name).to_pylist(), dtype=np.float32)
        elif known in ("clip_ids", "videos", "start_seconds", "end_seconds") and known not in columns:
            columns[known] = np.array(table.column(name).to_pylist())
    return columns


def _usable_vectors(vectors: np.ndarray, reasons: Counter[str]) -> np.ndarray:
    problems = unit_vectors(vectors)[1]
    reasons.update(problem for problem in problems if problem)
    return np.array([not problem for problem in problems], dtype=bool)


def _by_clip(folder: WorkspaceFolder, ids: np.ndarray, usable: np.ndarray, reasons: Counter[str]) -> dict[int, Clip]:
    """Place of the row -> its clip. Of one recipe: the one that most rows are of."""
    with folder.catalogue.read() as db:
        known = {place: clips.find_clip(db, int(ids[place])) for place in np.flatnonzero(usable) if ids[place] >= 0}
    found = {int(place): clip for place, clip in known.items() if clip is not None}
    reasons["this library has no such clip"] += int(usable.sum()) - len(found)
    recipes = Counter(clip.recipe_key for clip in found.values())
    most = recipes.most_common(1)[0][0] if recipes else ""
    kept = {place: clip for place, clip in found.items() if clip.recipe_key == most}
    reasons["its clip is of another recipe than most"] += len(found) - len(kept)
    return _once(kept, reasons)


def _by_time(folder: WorkspaceFolder, rows: OutsideRows, usable: np.ndarray, reasons: Counter[str]) -> dict[int, Clip]:
    with folder.catalogue.read() as db:
        known = _names(videos.list_videos(db))
    found = {}
    for place in np.flatnonzero(usable).tolist():
        video = known.get(str(rows.video_names[place]))
        start, end = map(float, rows.spans[place])
        if video is None:
            reasons["this library has no such video"] += 1
        elif not (0 <= start < end <= video.probe.duration_seconds + LONGEST_PAST_END_SECONDS):
            reasons["its times lie outside of its video"] += 1
        else:
            found[place] = Clip(0, video.id, "", Span(round(start, 6), round(end, 6)))
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
    with folder.catalogue.read() as db:
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
