"""What the points of the map are coloured by."""

from __future__ import annotations

import numpy as np

from vidviz.render.colours import OTHER_COLOUR, colour_labels
from vidviz.services import library, mapping, neighbourhoods
from vidviz.services.neighbourhoods import MapTrust
from vidviz.store.workspace import WorkspaceFolder
from vidviz.ui.map_points import GroupColours, ValueColours
from vidviz.ui.map_view import View

VIDEO, CLUSTER, TIME = "video", "cluster", "time in video"
TRUST, SIMILARITY, OUTLIER = "trust in the map", "similarity to the clip", "distance from others"
NOISE = "noise"


def colour_choices(folder: WorkspaceFolder, recipe_key: str) -> list[str]:
    """What the points can be coloured by: label columns first."""
    labels = library.label_columns(library.clip_table(folder, recipe_key))
    return [*labels, VIDEO, CLUSTER, TIME, TRUST, SIMILARITY, OUTLIER]


def colour_points(
    folder: WorkspaceFolder, set_key: str, view: View, colour_by: str, current: int | None
) -> GroupColours | ValueColours:
    """The colours of the points by a label column, the video, the cluster, or a number.

    Args:
        folder: the workspace.
        set_key: the embedding set.
        view: the map.
        colour_by: one of `colour_choices`.
        current: the clip at hand, for similarities to it.
    """
    if colour_by == TIME:
        return ValueColours(view.rows["start_seconds"].to_numpy(float), "seconds")
    if colour_by == TRUST:
        return ValueColours(measure(folder, set_key, view).points, "neighbours kept")
    if colour_by == OUTLIER:
        return ValueColours(neighbourhoods.outlier_scores(folder, set_key), "cosine distance", "magma")
    if colour_by == SIMILARITY:
        return _colour_similarity(folder, set_key, view, current)
    if colour_by == CLUSTER:
        return _colour_clusters(folder, mapping.find_clusters(folder, set_key), view)
    values = view.rows[colour_by].fillna("").astype(str)
    every = library.clip_table(folder)[colour_by].dropna().astype(str)
    return _group(values.to_numpy(), colour_labels(every))


def measure(folder: WorkspaceFolder, set_key: str, view: View) -> MapTrust:
    """How far the map that is shown is to be believed."""
    return neighbourhoods.measure_map(folder, set_key, view.stored, view.spec.key)


def _colour_similarity(folder: WorkspaceFolder, set_key: str, view: View, current: int | None) -> ValueColours:
    if current is None:
        return ValueColours(np.full(len(view.points), np.nan), "click a clip")
    return ValueColours(neighbourhoods.similarity_to(folder, set_key, current), "cosine")


def _colour_clusters(folder: WorkspaceFolder, clusters: dict[int, int], view: View) -> GroupColours:
    numbers = np.array([clusters[int(number)] for number in view.points.ids])
    columns = library.label_columns(library.clip_table(folder))
    labels = {name: view.rows[name].fillna("").astype(str).tolist() for name in columns}
    called = {**mapping.name_clusters(numbers, labels), -1: NOISE}
    names = np.array([called[int(number)] for number in numbers], dtype=object)
    colours = colour_labels(sorted(set(called.values()) - {NOISE}))
    return _group(names, {**colours, NOISE: OTHER_COLOUR})


def explain(
    folder: WorkspaceFolder, set_key: str, view: View, colour_by: str, colours: GroupColours | ValueColours
) -> str:
    """What a person should know of these colours; nothing of most."""
    if colour_by == TRUST:
        return _explain_trust(measure(folder, set_key, view))
    if colour_by == OUTLIER:
        return "The mean cosine distance of each clip to its ten nearest: high ones are like no other."
    if colour_by != CLUSTER or isinstance(colours, ValueColours):
        return ""
    noise = int((np.asarray(colours.index) == list(colours.names).index(NOISE)).sum()) if NOISE in colours.names else 0
    found = len(colours.names) - (NOISE in colours.names)
    if not found:
        return "HDBSCAN finds no clusters here: every clip counts as noise."
    clusters = "1 cluster" if found == 1 else f"{found} clusters"
    return (
        f"{clusters} by HDBSCAN on the embeddings, named by the labels that distinguish them; {noise} clips are noise."
    )


def _explain_trust(trust: MapTrust) -> str:
    if not trust.k:
        return "One clip has no neighbours to keep."
    kept = float(np.nanmean(trust.points))
    return (
        f"Of each clip's {trust.k} true neighbours, {kept:.0%} are its neighbours on this map (by chance "
        f"{trust.chance:.0%}). Trustworthiness {trust.trustworthiness:.3f}, continuity {trust.continuity:.3f}."
    )


def _group(values: np.ndarray, colours: dict[str, str]) -> GroupColours:
    names = sorted(set(values.tolist()), key=lambda name: (name in ("", NOISE), name))
    places = {name: place for place, name in enumerate(names)}
    index = np.array([places[value] for value in values.tolist()], int)
    return GroupColours(index, [name or "no label" for name in names], [colours.get(n, OTHER_COLOUR) for n in names])
