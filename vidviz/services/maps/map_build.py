"""Map: the vectors of a set -> points in the plane or in space, kept under the content they came from."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.errors import ProjectionError
from vidviz.log.timing import timed
from vidviz.measure.procrustes import align_maps
from vidviz.records import StoredMap
from vidviz.services.library import contents, embedding_sets
from vidviz.services.library.workspaces import is_writable
from vidviz.services.maps.set_neighbours import shared_neighbours
from vidviz.services.progress import Progress, ignore_progress
from vidviz.store.map_files import MapFiles
from vidviz.types import MapSpec
from vidviz.words import count_of
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    import pandas as pd


def run_map_job(folder: WorkspaceFolder, job_id: int, arguments: dict[str, Any], progress: Progress) -> str:
    """Build a map as a job; returns what to tell about it."""
    spec = MapSpec(**arguments["map"])
    built = build_map(folder, arguments["set_key"], spec, progress)
    return f"{spec.title} of {count_of(len(built.ids), 'clip')}. {built.note}".strip()


def request_arguments(set_key: str, spec: MapSpec) -> dict[str, Any]:
    """The request as JSON data for a job."""
    return {"set_key": set_key, "map": asdict(spec)}


def find_map(folder: WorkspaceFolder, set_key: str, spec: MapSpec) -> StoredMap | None:
    """The map, if it was built from the vectors as they are now."""
    return MapFiles(folder.maps).find(set_key, embedding_sets.set_version(folder, set_key), spec.key)


@timed
def build_map(folder: WorkspaceFolder, set_key: str, spec: MapSpec, progress: Progress = ignore_progress) -> StoredMap:
    """Lay a set out, or take the map from where it was kept. One that some clips were only placed on is made anew.

    Raises:
        WorkspaceError: there is no such set.
        ProjectionError: the set is empty, or its vectors cannot be laid out.
    """
    set_key = embedding_sets.find_set(folder, set_key).key
    version = embedding_sets.set_version(folder, set_key)
    known = MapFiles(folder.maps).find(set_key, version, spec.key)
    if known is not None and not known.placed.any():
        return known
    embeddings = embedding_sets.load_embeddings(folder, set_key)
    if not len(embeddings):
        raise ProjectionError("The set holds no vectors yet. Wait until some clips are embedded.")
    progress(0, 1, f"{spec.method} of {len(embeddings)} clips")
    points, note = _project(folder, set_key, embeddings.vectors, spec)
    stored = StoredMap(embeddings.ids, points, note)
    if is_writable(folder):  # in a read-only workspace a map is good for once
        MapFiles(folder.maps).save(set_key, version, spec.key, stored)
    progress(1, 1, "")
    return stored


def _project(folder: WorkspaceFolder, set_key: str, vectors: np.ndarray, spec: MapSpec) -> tuple[np.ndarray, str]:
    from vidviz.project.checks import vectors_for
    from vidviz.project.pca import explained_variance, project_pca

    units = vectors_for("cosine", vectors)  # by direction, as clips are searched and compared
    pca = project_pca(units, spec.dims)
    if spec.method == "pca":
        return pca, _say_variance(explained_variance(units, pca))
    common: dict[str, Any] = {
        "dims": spec.dims,
        "metric": spec.metric,
        "seed": spec.seed,
        "neighbours": shared_neighbours(folder, set_key) if spec.metric == "cosine" else None,
    }
    if spec.method == "tsne":
        from vidviz.project.tsne_map import project_tsne

        result = project_tsne(vectors, perplexity=spec.perplexity, **common)
    else:
        from vidviz.project.umap_map import project_umap

        result = project_umap(vectors, n_neighbors=spec.n_neighbors, min_dist=spec.min_dist, **common)
    # Where is up means nothing in both methods: the way it is in PCA, no change of seed or parameters spins the map.
    return align_maps(result.points, pca, scaled=False).points, result.note


def _say_variance(parts: np.ndarray) -> str:
    shares = [f"{part:.0%}" for part in parts]
    return f"Its axes hold {', '.join(shares[:-1])} and {shares[-1]} of the variance of the unit vectors."


def map_table(folder: WorkspaceFolder, set_key: str, spec: MapSpec) -> pd.DataFrame:
    """One row a clip of the set: the columns of `library.clip_table`, and x, y (and z)."""
    stored = build_map(folder, set_key, spec)
    table = rows_of(folder, set_key, stored)
    for axis, values in zip("xyz", stored.points.T, strict=False):
        table[axis] = values
    return table


def rows_of(folder: WorkspaceFolder, set_key: str, stored: StoredMap) -> pd.DataFrame:
    """The rows of the clip table that belong to a map's points, in their order."""
    found = embedding_sets.find_set(folder, set_key)
    return contents.clip_rows(folder, stored.ids, found.spec.recipe_key)
