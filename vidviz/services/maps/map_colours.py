"""What the points of a map are coloured by: labels, clusters, time, or a number that is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from vidviz.errors import UnknownNameError
from vidviz.measure.cluster_names import NOISE_NAME, name_clusters
from vidviz.measure.outliers import outlier_scores
from vidviz.records import TAGS, StoredMap
from vidviz.render.point_colours import Groups, Values, group_by_label
from vidviz.services.library import contents, label_palette
from vidviz.services.maps import set_clusters, set_neighbours
from vidviz.services.maps.set_clusters import Clusters, ClusterSpec
from vidviz.types import NOISE, MapSpec
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


def colour_choices(folder: WorkspaceFolder, recipe_key: str, method: str) -> list[str]:
    """What the points can be coloured by: label columns first."""
    table = contents.clip_table(folder, recipe_key)
    tags = [TAGS] if table[TAGS].astype(bool).any() else []
    seeds = [SEEDS] if method != "pca" else []
    return [*contents.label_columns(table), *tags, VIDEO, CLUSTER, TIME, TRUST, *seeds, SIMILARITY, OUTLIER]


def find_choice(text: str, choices: Sequence[str]) -> str:
    """The choice of this name, or the only one that begins so: "time" is enough for "time in video".

    Raises:
        UnknownNameError: there is none.
    """
    begun = [choice for choice in choices if choice.startswith(text)] if text else []
    if text in choices or len(begun) == 1:
        return text if text in choices else begun[0]
    raise UnknownNameError("column to colour by", text, choices)


def colour_points(
    folder: WorkspaceFolder, set_key: str, drawn: DrawnMap, choice: ColourChoice, current: int | None = None
) -> Groups | Values:
    """The colours of the points by a label column, the video, the cluster, or a number.

    Args:
        folder: the workspace.
        set_key: the embedding set.
        drawn: the map.
        choice: `by` is one of `colour_choices`.
        current: the clip at hand, for similarities to it.

    Raises:
        ProjectionError: some vectors are not finite, or clusters are asked for that cannot be.
    """
    number = _measure(folder, set_key, drawn, choice, current)
    if number is not None:
        return Values(*number, choice.scale)
    if choice.by == CLUSTER:
        return _colour_clusters(folder, set_clusters.find_clusters(folder, set_key, choice.clusters), drawn.rows)
    values = drawn.rows[choice.by].fillna("").astype(str).tolist()
    return group_by_label(values, colours=label_palette.label_colours(folder, choice.by))


def _measure(
    folder: WorkspaceFolder, set_key: str, drawn: DrawnMap, choice: ColourChoice, current: int | None
) -> tuple[np.ndarray, str] | None:
    """The numbers to colour by, with their title; None where the choice is of groups."""
    if choice.by == TIME:
        return drawn.rows["start_seconds"].to_numpy(float), "seconds"
    if choice.by == TRUST:
        return measure(folder, set_key, drawn).points, "neighbours kept"
    if choice.by == SEEDS:
        return _agreement(drawn), "neighbours shared"
    if choice.by == OUTLIER:
        return outlier_scores(set_neighbours.shared_neighbours(folder, set_key)[1]), "cosine distance"
    if choice.by == SIMILARITY:
        unknown = np.full(len(drawn.rows), np.nan), "click a clip"
        return unknown if current is None else (set_neighbours.similarity_to(folder, set_key, current), "cosine")
    return _label_numbers(drawn.rows, choice.by)


def _label_numbers(rows: pd.DataFrame, column: str) -> tuple[np.ndarray, str] | None:
    import pandas as pd

    if column not in contents.numeric_columns(rows):
        return None
    return pd.to_numeric(rows[column], errors="coerce").to_numpy(float), column


def measure(folder: WorkspaceFolder, set_key: str, drawn: DrawnMap) -> set_neighbours.MapTrust:
    """How far the map is to be believed."""
    return set_neighbours.measure_map(folder, set_key, drawn.stored, drawn.spec.key)


def _agreement(drawn: DrawnMap) -> np.ndarray:
    if drawn.other is None:
        return np.full(len(drawn.rows), np.nan)
    return set_neighbours.compare_maps(drawn.stored, drawn.other)


def _colour_clusters(folder: WorkspaceFolder, clusters: Clusters, rows: pd.DataFrame) -> Groups:
    called = cluster_names(clusters, rows)
    names = [called.get(int(number), "") for number in clusters.numbers]
    return group_by_label(
        names, colours=label_palette.colours_of(folder, CLUSTER, called.values()), unlabelled=NOISE_NAME
    )


def cluster_names(clusters: Clusters, rows: pd.DataFrame) -> dict[int, str]:
    """What each cluster is called, by the labels that distinguish it; noise is none."""
    labels = {name: rows[name].fillna("").astype(str).tolist() for name in contents.label_columns(rows)}
    called = name_clusters(clusters.numbers, labels)
    return {number: found.name for number, found in called.items() if number != NOISE}
