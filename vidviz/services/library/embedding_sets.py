"""The embedding sets of a workspace: which there are, what they cover, and their vectors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vidviz.errors import WorkspaceError
from vidviz.log.timing import timed
from vidviz.numbers.digests import short_digest
from vidviz.records import EmbeddingSet
from vidviz.services.cache import cached
from vidviz.store import clips, sets
from vidviz.store.catalogue import read_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import Embeddings
from vidviz.workspace_folder import WorkspaceFolder


def choose_recipe(folder: WorkspaceFolder, recipe_key: str) -> str:
    """The recipe that was asked for, else the one with most clips.

    Raises:
        WorkspaceError: there are no clips, or none of that recipe.
    """
    counts = count_recipes(folder)
    if not counts:
        raise WorkspaceError(
            "There are no clips yet. Import videos first: `vidviz import PATH`, or `Workspace.add(path)`."
        )
    if recipe_key and recipe_key not in counts:
        raise WorkspaceError(f"No clips are cut by {recipe_key!r}. There are clips by: {', '.join(counts)}.")
    return recipe_key or next(iter(counts))


def list_sets(folder: WorkspaceFolder) -> list[EmbeddingSet]:
    """All embedding sets, newest first; after them those without any vectors, so that none of these is a default."""
    with read_catalogue(folder) as db:
        every = sets.list_sets(db)
    return sorted(every, key=lambda found: not VectorShards(folder.vectors(found.key)).holds_any)


@dataclass(frozen=True)
class DescribedSet:
    """A set with how much of its recipe it covers."""

    found: EmbeddingSet
    clips: int
    embedded: int
    failed: int
    reason: str


def describe_sets(folder: WorkspaceFolder) -> list[DescribedSet]:
    """All sets with what they cover, as `list_sets` has them."""
    with read_catalogue(folder) as db:
        counts = clips.count_clips(db)
        every = [(found, sets.list_failures(db, found.key)) for found in list_sets(folder)]
    return [
        DescribedSet(
            found,
            counts.get(found.spec.recipe_key, 0),
            count_embedded(folder, found.key),
            len(failures),
            next(iter(failures.values()), ""),
        )
        for found, failures in every
    ]


def count_recipes(folder: WorkspaceFolder) -> dict[str, int]:
    """How many clips each recipe has, the recipe with most of them first."""
    with read_catalogue(folder) as db:
        return clips.count_clips(db)


def find_set(folder: WorkspaceFolder, key: str = "") -> EmbeddingSet:
    """The newest set of this backbone, or the one whose key this is, or begins with this; the newest of all for "".

    Raises:
        WorkspaceError: there is none, or the keys of several begin so.
    """
    every = list_sets(folder)
    named = [found for found in every if not key or found.spec.backbone == key]
    if named:
        return named[0]
    begun = [found for found in every if found.key.startswith(key)]
    if len(begun) > 1:
        those = ", ".join(f"{found.key} ({found.spec.title})" for found in begun[:5])
        raise WorkspaceError(f"{key!r} begins the keys of {len(begun)} embedding sets; write more of one: {those}.")
    if begun:
        return begun[0]
    if not every:
        raise WorkspaceError(
            "Nothing is embedded yet. Run `vidviz embed --backbone simple3d_motion`, or "
            "`Workspace.embed('simple3d_motion')`."
        )
    known = ", ".join(f"{found.key} ({found.spec.title})" for found in every[:5])
    raise WorkspaceError(f"There is no embedding set {key!r}. There are: {known}.")


def count_embedded(folder: WorkspaceFolder, set_key: str) -> int:
    """How many clips the set holds vectors of."""
    ids = VectorShards(folder.vectors(set_key)).load_ids()
    return int((~np.isin(ids, _gone_clips(folder, set_key))).sum())


def set_version(folder: WorkspaceFolder, set_key: str) -> str:
    """A text that is another one whenever the vectors of the set are, or clips of it were removed."""
    version, gone = VectorShards(folder.vectors(set_key)).version, _gone_clips(folder, set_key)
    return short_digest(version.encode() + gone.tobytes()) if len(gone) else version


def _gone_clips(folder: WorkspaceFolder, set_key: str) -> np.ndarray:
    """The clips that were removed, and whose vectors may still lie among those of the set."""
    with read_catalogue(folder) as db:
        return np.array(clips.list_gone(db, set_key), dtype=np.int64)


@timed
def load_embeddings(folder: WorkspaceFolder, set_key: str) -> Embeddings:
    """The vectors of a set beside their clip ids, by clip id. The arrays are shared: they cannot be written to."""
    found = find_set(folder, set_key)
    version = VectorShards(folder.vectors(found.key)).version
    return _load(folder.path, found.key, found.dimension, version, _gone_clips(folder, found.key).tobytes())


@cached()
def _load(path: Path, set_key: str, dimension: int, _version: str, gone: bytes) -> Embeddings:
    stored = VectorShards(WorkspaceFolder(path).vectors(set_key)).load()
    order = np.argsort(stored.ids)
    order = order[~np.isin(stored.ids[order], np.frombuffer(gone, np.int64))]
    return Embeddings(stored.ids[order], stored.vectors[order].reshape(-1, dimension))
