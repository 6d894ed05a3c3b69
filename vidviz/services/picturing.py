"""The map as a picture or page of its own: what is drawn, and what must be said beside it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vidviz.errors import UnknownNameError, WorkspaceError
from vidviz.render.colours import OTHER_COLOUR, OTHER_NAME, colour_labels
from vidviz.render.map_page import map_page
from vidviz.render.map_picture import Groups, MapPicture, Values
from vidviz.render.map_png import map_png
from vidviz.render.map_svg import map_svg
from vidviz.services import clustering, embedding_sets, library, mapping, neighbourhoods
from vidviz.services.neighbourhoods import MapTrust
from vidviz.store.files import replace_file
from vidviz.store.workspace import WorkspaceFolder
from vidviz.types import EmbeddingSetSpec, MapSpec

if TYPE_CHECKING:
    import pandas as pd

PICTURES = ("html", "svg", "png")
MOST_POSTERS, MOST_POSTER_BYTES = 2000, 15_000_000
"""Of a page: with more it would weigh over 20 MB, as posters go into it as text."""
VIDEO, CLUSTER, TIME = "video", "cluster", "time"
NEVER_TRAINED = "Random weights: this network was never trained."


def draw_picture(folder: WorkspaceFolder, picture: MapPicture, ending: str) -> bytes:
    """The map as html, svg or png.

    Raises:
        PictureError: it cannot be drawn so, as a map in 3-D or one with very many points.
    """
    if ending == "svg":
        return map_svg(picture).encode()
    if ending == "png":
        return map_png(picture)
    return map_page(picture, read_posters(folder, picture.ids.tolist())).encode("utf-8", "replace")


def save_map(folder: WorkspaceFolder, out: Path, set_key: str, spec: MapSpec, colour_by: str = "") -> None:
    """Write the map of a set to `out`: .html, .svg or .png.

    Args:
        folder: the workspace.
        out: where to.
        set_key: the embedding set.
        spec: which map.
        colour_by: a label column, video, cluster or time; the first label column, else the video, for "".

    Raises:
        WorkspaceError: the ending is unknown, or the place cannot be written.
        UnknownNameError: there is no such column.
        PictureError: the map cannot be drawn so.
    """
    ending = out.suffix.lstrip(".").lower()
    if ending not in PICTURES:
        raise WorkspaceError(f"{out.name!r} should end in one of: {', '.join('.' + name for name in PICTURES)}.")
    if not out.parent.is_dir():
        raise WorkspaceError(f"The folder {str(out.parent)!r} does not exist.")
    data = draw_picture(folder, picture_map(folder, set_key, spec, colour_by), ending)
    with replace_file(out) as file:
        file.write(data)


def picture_map(folder: WorkspaceFolder, set_key: str, spec: MapSpec, colour_by: str = "") -> MapPicture:
    """The map of a set, built where it was not, ready to be drawn; see `save_map`."""
    found = embedding_sets.find_set(folder, set_key)
    stored = mapping.build_map(folder, found.key, spec)
    rows = mapping.rows_of(folder, found.key, stored)
    trust = neighbourhoods.measure_map(folder, found.key, stored, spec.key)
    return MapPicture(
        ids=stored.ids,
        coordinates=np.asarray(stored.points, float),
        spans=rows[["start_seconds", "end_seconds"]].to_numpy(float),
        titles=rows["video"].tolist(),
        labels=rows["label"].fillna("").astype(str).tolist(),
        colours=_colour(folder, found.key, rows, colour_by),
        heading=found.spec.title,
        notes=describe_map(found.spec, spec, trust, stored.note),
        warning=NEVER_TRAINED if found.spec.random_weights else "",
    )


def describe_map(spec: EmbeddingSetSpec, map_spec: MapSpec, trust: MapTrust | None = None, note: str = "") -> list[str]:
    """What a reader of a map must know: weights, projection with parameters, trust."""
    lines = [f"Weights: {spec.weights}. {describe_projection(map_spec)} {note}".strip()]
    if trust is not None and trust.k:
        lines.append(
            f"Trustworthiness {trust.trustworthiness:.3f}, continuity {trust.continuity:.3f} (of 1; whole map, "
            f"{trust.k} neighbours)."
        )
    return lines


def describe_projection(spec: MapSpec) -> str:
    """A map's method and parameters in a sentence."""
    if spec.method == "pca":
        return f"PCA in {spec.dims}-D."
    if spec.method == "umap":
        own = f"{spec.n_neighbors} neighbours, least distance {spec.min_dist:g}"
    else:
        own = f"perplexity {spec.perplexity:g}"
    return f"{spec.title} in {spec.dims}-D: {own}, {spec.metric}, seed {spec.seed}."


def read_posters(folder: WorkspaceFolder, ids: Sequence[int]) -> dict[int, bytes]:
    """The posters of these clips, by id; none where they would be too many or too large for one page."""
    if len(ids) > MOST_POSTERS:
        return {}
    paths = {number: path for number in ids if (path := folder.poster(number)).is_file()}
    if sum(path.stat().st_size for path in paths.values()) > MOST_POSTER_BYTES:
        return {}
    return {number: path.read_bytes() for number, path in paths.items()}


def select_points(picture: MapPicture, wanted: Collection[int]) -> MapPicture:
    """The part of a picture that shows these clips, in the same colours."""
    rows = np.flatnonzero(np.isin(picture.ids, np.fromiter(wanted, np.int64, len(wanted)))).tolist()
    colours = picture.colours
    part: Groups | Values
    if isinstance(colours, Groups):
        part = Groups(np.asarray(colours.index)[rows], colours.names, colours.colours)
    else:
        part = Values(np.asarray(colours.values, float)[rows], colours.title, colours.scale)
    return MapPicture(
        picture.ids[rows],
        picture.coordinates[rows],
        picture.spans[rows],
        [picture.titles[row] for row in rows],
        [picture.labels[row] for row in rows],
        part,
        picture.heading,
        picture.notes,
        picture.warning,
    )


def _colour(folder: WorkspaceFolder, set_key: str, rows: pd.DataFrame, colour_by: str) -> Groups | Values:
    columns = library.label_columns(rows)
    chosen = colour_by or next(iter(columns), VIDEO)
    if chosen in (*columns, VIDEO):
        every = library.clip_table(folder)[chosen].dropna().astype(str)
        return _group(rows[chosen].fillna("").astype(str).tolist(), every, "no label")
    if chosen == TIME:
        return Values(rows["start_seconds"].to_numpy(float), "seconds")
    if chosen == CLUSTER:
        numbers = clustering.find_clusters(folder, set_key).numbers
        labels = {name: rows[name].fillna("").astype(str).tolist() for name in columns}
        called = {**clustering.name_clusters(numbers, labels), -1: ""}
        return _group([called[int(number)] for number in numbers], sorted(set(called.values())), "noise")
    raise UnknownNameError("column to colour by", chosen, [*columns, VIDEO, CLUSTER, TIME])


def _group(values: Sequence[str], every: Collection[str], unnamed: str) -> Groups:
    """Groups in the colours that the values have everywhere; those beyond the colours are one."""
    colours = colour_labels(every)
    named = [name for name in colours if name and colours[name] != OTHER_COLOUR]
    names = [*named, OTHER_NAME, unnamed]
    number = {name: place for place, name in enumerate(named)}
    index = [number.get(value, len(named) + (not value)) for value in values]
    return Groups(np.array(index, int), names, [*(colours[name] for name in named), OTHER_COLOUR, OTHER_COLOUR])
