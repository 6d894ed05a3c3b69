"""What the points of a map are coloured by: labels, clusters, time, or a number that is measured.

A further colouring is a function and its row in `COLOURINGS`; choices, notes and help texts are made from the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from vidviz.errors import UnknownNameError
from vidviz.log.timing import timed
from vidviz.measure.cluster_names import NOISE_NAME, name_clusters
from vidviz.measure.outliers import outlier_scores
from vidviz.records import TAGS, StoredMap
from vidviz.render.point_colours import Groups, Values, group_by_label
from vidviz.services.library import contents, label_palette
from vidviz.services.maps import colour_notes, set_clusters, set_neighbours
from vidviz.services.maps.set_clusters import Clusters, ClusterSpec
from vidviz.types import NOISE, MapSpec
from vidviz.words import say_choices
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    import pandas as pd

VIDEO, CLUSTER, TIME = "video", "cluster", "time in video"
TRUST, SIMILARITY, OUTLIER = "trust in the map", "similarity to the clip", "distance from others"
SEEDS = "agreement of seeds"


@dataclass(frozen=True)
class ColourChoice:
    """What to colour by, and how: the scale of numbers, and how clusters are found."""

    by: str
    scale: str = "viridis"
    clusters: ClusterSpec = field(default_factory=ClusterSpec)


@dataclass(frozen=True)
class DrawnMap:
    """A map with its points' rows of the clip table; `other` is the same of another seed, where there is one."""

    stored: StoredMap
    rows: pd.DataFrame
    spec: MapSpec
    other: StoredMap | None = None


@dataclass(frozen=True)
class MapToColour:
    """What a colouring is computed from: the map, its set, and the clip at hand where there is one."""

    folder: WorkspaceFolder
    set_key: str
    drawn: DrawnMap
    choice: ColourChoice
    current: int | None = None


@dataclass(frozen=True)
class Colouring:
    """One way to colour the points of a map, beside the label columns.

    Attributes:
        kind: whether points are in groups with a colour each, or have numbers on a scale.
        colour: computes the groups or the numbers, one a point.
        note: what a person should know of these colours, in a sentence or two; nothing of most.
        needs_seed: only maps that depend on a seed have it.
    """

    kind: Literal["groups", "numbers"]
    colour: Callable[[MapToColour], Groups | Values]
    note: Callable[[MapToColour, Groups | Values], str] = lambda _asked, _colours: ""
    needs_seed: bool = False


def colour_choices(folder: WorkspaceFolder, recipe_key: str, method: str) -> list[str]:
    """What the points can be coloured by: label columns first."""
    table = contents.clip_table(folder, recipe_key)
    tags = [TAGS] if table[TAGS].astype(bool).any() else []
    offered = [name for name, row in COLOURINGS.items() if method != "pca" or not row.needs_seed]
    return [*contents.label_columns(table), *tags, *offered]


def find_choice(text: str, choices: Sequence[str]) -> str:
    """The choice of this name, or the only one that begins so: "time" is enough for "time in video".

    Raises:
        UnknownNameError: there is none.
    """
    begun = [choice for choice in choices if choice.startswith(text)] if text else []
    if text in choices or len(begun) == 1:
        return text if text in choices else begun[0]
    raise UnknownNameError("column to colour by", text, choices)


@timed
def colour_points(asked: MapToColour) -> Groups | Values:
    """The colours of the points by a label column, the video, the cluster, or a number.

    Raises:
        ProjectionError: some vectors are not finite, or clusters are asked for that cannot be.
    """
    row = COLOURINGS.get(asked.choice.by)
    return row.colour(asked) if row else _colour_labels(asked)


def explain_colours(asked: MapToColour, colours: Groups | Values) -> str:
    """What a person should know of the colours that `colour_points` gave; nothing of most."""
    row = COLOURINGS.get(asked.choice.by)
    return row.note(asked, colours) if row else ""


def measure_trust(folder: WorkspaceFolder, set_key: str, drawn: DrawnMap) -> set_neighbours.MapTrust:
    """How far the map is to be believed."""
    return set_neighbours.measure_map(folder, set_key, drawn.stored, drawn.spec.key)


def say_colourings() -> str:
    """The names of what points can be coloured by, beside label columns."""
    return say_choices([TAGS, *COLOURINGS])


def cluster_names(clusters: Clusters, rows: pd.DataFrame) -> dict[int, str]:
    """What each cluster is called, by the labels that distinguish it; noise is none."""
    labels = {name: rows[name].fillna("").astype(str).tolist() for name in contents.label_columns(rows)}
    called = name_clusters(clusters.numbers, labels)
    return {number: found.name for number, found in called.items() if number != NOISE}


def _colour_labels(asked: MapToColour) -> Groups | Values:
    """By a label column, or any other column of texts; columns of numbers are on a scale."""
    import pandas as pd

    rows, column = asked.drawn.rows, asked.choice.by
    if column in contents.numeric_columns(rows):
        return Values(pd.to_numeric(rows[column], errors="coerce").to_numpy(float), column, asked.choice.scale)
    values = rows[column].fillna("").astype(str).tolist()
    return group_by_label(values, colours=label_palette.label_colours(asked.folder, column))


def _find_clusters(asked: MapToColour) -> Clusters:
    return set_clusters.find_clusters(asked.folder, asked.set_key, asked.choice.clusters)


def _colour_clusters(asked: MapToColour) -> Groups:
    clusters = _find_clusters(asked)
    called = cluster_names(clusters, asked.drawn.rows)
    names = [called.get(int(number), "") for number in clusters.numbers]
    colours = label_palette.colours_of(asked.folder, CLUSTER, called.values())
    return group_by_label(names, colours=colours, unlabelled=NOISE_NAME)


def _colour_time(asked: MapToColour) -> Values:
    return Values(asked.drawn.rows["start_seconds"].to_numpy(float), "seconds", asked.choice.scale)


def _colour_trust(asked: MapToColour) -> Values:
    trust = measure_trust(asked.folder, asked.set_key, asked.drawn)
    return Values(trust.points, "neighbours kept", asked.choice.scale)


def _colour_agreement(asked: MapToColour) -> Values:
    stored, other = asked.drawn.stored, asked.drawn.other
    shared = _unknown(asked) if other is None else set_neighbours.compare_maps(stored, other)
    return Values(shared, "neighbours shared", asked.choice.scale)


def _colour_similarity(asked: MapToColour) -> Values:
    if asked.current is None:
        return Values(_unknown(asked), "click a clip", asked.choice.scale)
    cosines = set_neighbours.similarity_to(asked.folder, asked.set_key, asked.current)
    return Values(cosines, "cosine", asked.choice.scale)


def _colour_outliers(asked: MapToColour) -> Values:
    distances = set_neighbours.shared_neighbours(asked.folder, asked.set_key)[1]
    return Values(outlier_scores(distances), "cosine distance", asked.choice.scale)


def _unknown(asked: MapToColour) -> np.ndarray:
    return np.full(len(asked.drawn.rows), np.nan)


COLOURINGS: dict[str, Colouring] = {
    VIDEO: Colouring("groups", _colour_labels),
    CLUSTER: Colouring(
        "groups",
        _colour_clusters,
        lambda asked, _: colour_notes.explain_clusters(_find_clusters(asked), asked.choice.clusters),
    ),
    TIME: Colouring("numbers", _colour_time),
    TRUST: Colouring(
        "numbers",
        _colour_trust,
        lambda asked, _: colour_notes.explain_trust(measure_trust(asked.folder, asked.set_key, asked.drawn)),
    ),
    SEEDS: Colouring(
        "numbers",
        _colour_agreement,
        lambda _, colours: colour_notes.explain_agreement(colours),
        needs_seed=True,
    ),
    SIMILARITY: Colouring("numbers", _colour_similarity),
    OUTLIER: Colouring("numbers", _colour_outliers, lambda _asked, _colours: colour_notes.OUTLIERS),
}
