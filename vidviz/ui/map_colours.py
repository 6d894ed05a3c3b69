"""What the points of the map are coloured by."""

from __future__ import annotations

import numpy as np

from vidviz.render.colours import OTHER_COLOUR, colour_labels
from vidviz.services import library, mapping
from vidviz.store.workspace import WorkspaceFolder
from vidviz.ui.map_points import GroupColours, ValueColours
from vidviz.ui.map_view import View

VIDEO, CLUSTER, TIME = "video", "cluster", "time in video"
NOISE = "noise"


def colour_choices(folder: WorkspaceFolder, recipe_key: str) -> list[str]:
    """What the points can be coloured by: label columns first."""
    return [*library.label_columns(library.clip_table(folder, recipe_key)), VIDEO, CLUSTER, TIME]


def colour_points(folder: WorkspaceFolder, set_key: str, view: View, colour_by: str) -> GroupColours | ValueColours:
    """The colours of the points by a label column, the video, the cluster or the time."""
    if colour_by == TIME:
        return ValueColours(view.rows["start_seconds"].to_numpy(float), "seconds")
    if colour_by == CLUSTER:
        return _colour_clusters(mapping.find_clusters(folder, set_key), view)
    values = view.rows[colour_by].fillna("").astype(str)
    every = library.clip_table(folder)[colour_by].dropna().astype(str)
    return _group(values.to_numpy(), colour_labels(every))


def _colour_clusters(clusters: dict[int, int], view: View) -> GroupColours:
    numbers = np.array([clusters[int(number)] for number in view.points.ids])
    names = np.where(numbers < 0, NOISE, np.char.add("cluster ", np.char.mod("%02d", np.maximum(numbers, 0) + 1)))
    colours = colour_labels(sorted(set(names.tolist()) - {NOISE}))
    return _group(names, {**colours, NOISE: OTHER_COLOUR})


def explain(colours: GroupColours | ValueColours) -> str:
    """What a person should know of clusters; nothing of other colours."""
    if isinstance(colours, ValueColours) or NOISE not in colours.names:
        return ""
    noise = int((np.asarray(colours.index) == list(colours.names).index(NOISE)).sum())
    if len(colours.names) == 1:
        return "HDBSCAN finds no clusters here: every clip counts as noise."
    return f"{len(colours.names) - 1} clusters by HDBSCAN; {noise} clips belong to none (noise)."


def _group(values: np.ndarray, colours: dict[str, str]) -> GroupColours:
    names = sorted(set(values.tolist()), key=lambda name: (name in ("", NOISE), name))
    places = {name: place for place, name in enumerate(names)}
    index = np.array([places[value] for value in values.tolist()], int)
    return GroupColours(index, [name or "no label" for name in names], [colours.get(n, OTHER_COLOUR) for n in names])
