"""The map as a picture or page of its own: what is drawn, and what must be said beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vidviz.errors import WorkspaceError
from vidviz.log.timing import timed
from vidviz.render.map_page import MOST_POINTS, map_page
from vidviz.render.map_picture import MapPicture
from vidviz.render.map_png import map_png
from vidviz.render.map_svg import MOST_CIRCLES, map_svg
from vidviz.render.point_colours import Groups, Values
from vidviz.services.library import embedding_sets
from vidviz.services.maps import map_build, map_colours
from vidviz.services.maps.map_colours import ColourChoice, DrawnMap, MapToColour
from vidviz.services.maps.set_neighbours import MapTrust
from vidviz.store.files import replace_file
from vidviz.types import NEVER_TRAINED, EmbeddingSetSpec, MapSpec
from vidviz.words import say_choices
from vidviz.workspace_folder import WorkspaceFolder

MOST_POSTERS, MOST_POSTER_BYTES = 2000, 15_000_000
"""Of a page: with more it would weigh over 20 MB, as posters go into it as text."""


@dataclass(frozen=True)
class PictureKind:
    """One kind of picture, by its ending: how a button offers it, and what it can show.

    Attributes:
        title: on the button.
        help_text: what it is good for.
        draw: makes the file.
        most_points: with more it would open too slowly; None where that does not matter.
        takes_3d: whether maps in three dimensions can be drawn so.
    """

    title: str
    help_text: str
    draw: Callable[[WorkspaceFolder, MapPicture], bytes]
    most_points: int | None = None
    takes_3d: bool = False


@timed
def draw_picture(folder: WorkspaceFolder, picture: MapPicture, ending: str) -> bytes:
    """The map as a picture of this ending, one of `PICTURES`.

    Raises:
        PictureError: it cannot be drawn so, as a map in 3-D or one with very many points.
    """
    return PICTURES[ending].draw(folder, picture)


def save_map(folder: WorkspaceFolder, out: Path, set_key: str, spec: MapSpec, colour_by: str = "") -> None:
    """Write the map of a set to `out`, which ends in one of `PICTURES`.

    Args:
        folder: the workspace.
        out: where to.
        set_key: the embedding set.
        spec: which map.
        colour_by: a label column or a name of `map_colours.COLOURINGS`, or how either begins; the first label column,
            else the video, for "".

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
    stored = map_build.build_map(folder, found.key, spec)
    rows = map_build.rows_of(folder, found.key, stored)
    drawn = DrawnMap(stored, rows, spec)
    choices = map_colours.colour_choices(folder, found.spec.recipe_key, spec.method)
    choice = ColourChoice(map_colours.find_choice(colour_by, choices) if colour_by else choices[0])
    trust = map_colours.measure_trust(folder, found.key, drawn)
    return MapPicture(
        ids=stored.ids,
        coordinates=np.asarray(stored.points, float),
        spans=rows[["start_seconds", "end_seconds"]].to_numpy(float),
        titles=rows["video"].tolist(),
        labels=rows["label"].fillna("").astype(str).tolist(),
        colours=map_colours.colour_points(MapToColour(folder, found.key, drawn, choice)),
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


def _draw_page(folder: WorkspaceFolder, picture: MapPicture) -> bytes:
    return map_page(picture, read_posters(folder, picture.ids.tolist())).encode("utf-8", "replace")


def say_pictures() -> str:
    """The endings of pictures, in a sentence."""
    return say_choices(f".{ending}" for ending in PICTURES)


PICTURES: dict[str, PictureKind] = {
    "html": PictureKind(
        "HTML",
        "One file that needs no server and no network: zoom, legend, and each clip's poster under the pointer (up to "
        f"{MOST_POSTERS:,} clips; beyond that, names alone).",
        _draw_page,
        most_points=MOST_POINTS,
        takes_3d=True,
    ),
    "svg": PictureKind(
        "SVG", "Circles and words, for papers and slides.", lambda _, picture: map_svg(picture).encode(), MOST_CIRCLES
    ),
    "png": PictureKind("PNG", "A picture of 1600 x 1200 pixels.", lambda _, picture: map_png(picture)),
}
