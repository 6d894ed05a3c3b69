"""New clips on a map that is there already: they find their place, and no other clip moves."""

from __future__ import annotations

import numpy as np

from vidviz.log.timing import timed
from vidviz.records import StoredMap
from vidviz.services.library import embedding_sets
from vidviz.store.map_files import MapFiles
from vidviz.types import Embeddings, MapSpec
from vidviz.workspace_folder import WorkspaceFolder

MOST_PLACED = 0.5
"""The part of a map's clips that may be placed; where more are new, they should shape the map."""


@timed
def place_new_clips(folder: WorkspaceFolder, set_key: str, spec: MapSpec) -> StoredMap | None:
    """The last map of this kind, with the clips that were embedded since placed among the others.

    The map is kept as that of the vectors as they are now. None where there is no earlier map, or too little of it.

    Raises:
        ProjectionError: new vectors are not finite.
    """
    older = MapFiles(folder.maps).find_older(set_key, spec.key)
    if older is None:
        return None
    embeddings = embedding_sets.load_embeddings(folder, set_key)
    laid_out = older.ids[~older.placed]
    known = np.isin(embeddings.ids, laid_out)
    if not len(embeddings) or 1 - known.mean() > MOST_PLACED:
        return None
    points = np.empty((len(embeddings), spec.dims), np.float32)
    order = np.argsort(laid_out)
    rows = order[np.searchsorted(laid_out, embeddings.ids[known], sorter=order)]
    points[known] = older.points[~older.placed][rows]
    if not known.all():
        points[~known] = _place(embeddings, known, points[known], spec)
    stored = StoredMap(embeddings.ids, points, older.note, ~known)
    MapFiles(folder.maps).save(set_key, embedding_sets.set_version(folder, set_key), spec.key, stored)
    return stored


def _place(embeddings: Embeddings, known: np.ndarray, places: np.ndarray, spec: MapSpec) -> np.ndarray:
    new, old = embeddings.vectors[~known], embeddings.vectors[known]
    if spec.method == "pca":
        from vidviz.project.checks import vectors_for
        from vidviz.project.pca import place_by_pca

        return place_by_pca(vectors_for("cosine", new), vectors_for("cosine", old), spec.dims)
    from vidviz.project.out_of_sample import place_clips

    return place_clips(new, old, places, metric=spec.metric).points
