"""Vectors from outside: a table of clips and numbers becomes an embedding set, searched without any network."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vidviz.config import DecodeLimits
from vidviz.errors import MediaError, WorkspaceError
from vidviz.index.rows import unit_vectors
from vidviz.log.timing import timed
from vidviz.records import Clip, EmbeddingSet
from vidviz.services.backbones.decoders import file_decoder
from vidviz.services.embedding.outside_clips import find_stretches, once, settle_recipe
from vidviz.services.embedding.outside_tables import NO_ID, read_rows
from vidviz.services.library import contents
from vidviz.services.library.source_files import intact_path
from vidviz.store import clips, sets
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import OUTSIDE, Embeddings, EmbeddingSetSpec, Span
from vidviz.workspace_folder import WorkspaceFolder

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")


@dataclass(frozen=True)
class BroughtIn:
    """What became of the rows: `set_key` got `clips` vectors of them, `new_clips` are new in the library.

    `left_out` says how many rows were left out for each reason; `without_picture` how many of the new clips have no
    poster, because their video is gone or cannot be read; `replaced` how many vectors the set held before.
    """

    set_key: str
    clips: int
    new_clips: int
    dimension: int
    left_out: dict[str, int]
    without_picture: int = 0
    replaced: int = 0


@timed
def bring_in(folder: WorkspaceFolder, path: Path, name: str, *, replace: bool = False) -> BroughtIn:
    """Make an embedding set of a file's vectors; rows that name nothing here are left out and counted.

    An .npz holds `vectors` (N, D) and either `clip_ids` (N,) of this library, as `vidviz export` writes them, or
    `videos` (N,) with `start_seconds` and `end_seconds`. A Parquet file has the columns `vector` and the same; other
    usual names are known too (`outside_tables`). A video is named by its SHA-256, a path, its name, or its stem.

    Args:
        folder: the workspace.
        path: the file.
        name: what the set is called.
        replace: whether the vectors take the place of all that the set holds; otherwise they are added to it.

    Raises:
        WorkspaceError: the file or name cannot be used, no row names a clip or video of the library, or the set holds
            other vectors of these clips and is not to be replaced.
    """
    if not _NAME.fullmatch(name):
        raise WorkspaceError("The name of a set is up to 60 letters, digits, dots, dashes and underscores.")
    rows = read_rows(path)
    reasons: Counter[str] = Counter()
    usable = _usable_vectors(rows.vectors, reasons)
    if rows.clip_ids is not None:
        found = _by_clip(folder, rows.clip_ids, usable, reasons)
    else:
        found = find_stretches(folder, rows, usable, reasons)
    if not found:
        raise WorkspaceError(f"No row of {path.name} can be used ({_say(reasons)}). Import the videos first.")
    recipe_key, new = settle_recipe(folder, found, reasons)
    spec = EmbeddingSetSpec(name, OUTSIDE, "vectors", "none", recipe_key)
    ids = np.array([clip.id for clip in new.values()], np.int64)
    embeddings = Embeddings(ids, np.asarray(rows.vectors[list(new)], np.float32))
    shards = VectorShards(folder.vectors(spec.key))
    with shards.writing():
        held = shards.load()
        fresh = np.ones(len(ids), bool) if replace else ~_held_already(spec, held, embeddings)
        added = _store_set(folder, EmbeddingSet(spec, embeddings.dimension), new.values())
        if replace:
            shards.replace(embeddings)
        elif fresh.any():
            shards.append(Embeddings(ids[fresh], embeddings.vectors[fresh]))
    reasons["the set holds this vector already"] += int((~fresh).sum())
    left_out = {reason: count for reason, count in reasons.items() if count}
    bare = _picture_clips(folder, added)
    replaced = len(held) if replace else 0
    return BroughtIn(spec.key, int(fresh.sum()), len(added), embeddings.dimension, left_out, bare, replaced)


def _held_already(spec: EmbeddingSetSpec, held: Embeddings, new: Embeddings) -> np.ndarray:
    """Which of the new vectors the set holds, (N,) bool.

    Raises:
        WorkspaceError: it holds others of these clips, or vectors of another size.
    """
    way_out = "Replace what the set holds (--replace, or replace=True in Python), or choose another name."
    if len(held) and held.dimension != new.dimension:
        raise WorkspaceError(
            f"The set {spec.backbone} holds vectors of {held.dimension} numbers, and these have {new.dimension}. "
            f"{way_out}"
        )
    before = dict(zip(held.ids.tolist(), held.vectors, strict=True))
    known = np.array([number in before for number in new.ids.tolist()], dtype=bool)
    differing = sum(
        not np.array_equal(before[number], vector)
        for number, vector in zip(new.ids[known].tolist(), new.vectors[known], strict=True)
    )
    if differing:
        raise WorkspaceError(
            f"The set {spec.backbone} holds other vectors of {differing} of these {len(new)} clips. {way_out}"
        )
    return known


def _store_set(folder: WorkspaceFolder, made: EmbeddingSet, new: Collection[Clip]) -> list[Clip]:
    """Enter a set and its clips in the catalogue; returns those that are new in the library."""
    with write_catalogue(folder) as db:
        added = [clip for clip in new if clips.find_clip(db, clip.id) is None]
        clips.add_clips(db, added)
        known = sets.find_set(db, made.key)
        if known is not None and known.dimension != made.dimension:
            sets.remove_set(db, made.key)
        sets.add_set(db, made)
    return added


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
    """Which rows have a vector that can be searched for, (N,) bool."""
    missing = np.isnan(vectors).all(axis=1) if vectors.dtype.kind == "f" else np.zeros(len(vectors), bool)
    problems = [
        "it has no vector" if gone else problem
        for gone, problem in zip(missing.tolist(), unit_vectors(vectors)[1], strict=True)
    ]
    reasons.update(problem for problem in problems if problem)
    return np.array([not problem for problem in problems], dtype=bool)


def _by_clip(folder: WorkspaceFolder, ids: np.ndarray, usable: np.ndarray, reasons: Counter[str]) -> dict[int, Clip]:
    """Place of the row -> its clip. Of one recipe: the one that most rows are of."""
    named = usable & (ids != NO_ID)
    with read_catalogue(folder) as db:
        known = {place: clips.find_clip(db, int(ids[place])) for place in np.flatnonzero(named)}
    found = {int(place): clip for place, clip in known.items() if clip is not None}
    reasons["its id is no whole number"] += int((usable & ~named).sum())
    reasons["this library has no such clip"] += int(named.sum()) - len(found)
    recipes = Counter(clip.recipe_key for clip in found.values())
    most = recipes.most_common(1)[0][0] if recipes else ""
    kept = {place: clip for place, clip in found.items() if clip.recipe_key == most}
    reasons["its clip is of another recipe than most"] += len(found) - len(kept)
    return once(kept, reasons)


def _say(reasons: Counter[str]) -> str:
    return ", ".join(f"{count} rows: {reason}" for reason, count in reasons.most_common(3) if count) or "it is empty"
