"""What the points of the map are coloured by."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from vidviz.services import clustering, colouring, library, neighbourhoods
from vidviz.services.clustering import Clusters, ClusterSpec
from vidviz.services.filtering import TAGS
from vidviz.services.neighbourhoods import MapTrust
from vidviz.store.workspace import WorkspaceFolder
from vidviz.ui.map_points import GroupColours, ValueColours, group_by_label
from vidviz.ui.map_view import View
from vidviz.ui.words import count_of

VIDEO, CLUSTER, TIME = "video", "cluster", "time in video"
TRUST, SIMILARITY, OUTLIER = "trust in the map", "similarity to the clip", "distance from others"
SEEDS = "agreement of seeds"
NOISE = "noise"


@dataclass(frozen=True)
class ColourChoice:
    """What to colour by, and how: the scale of numbers, and how clusters are found."""

    by: str
    scale: str = "viridis"
    clusters: ClusterSpec = field(default_factory=ClusterSpec)


def colour_choices(folder: WorkspaceFolder, recipe_key: str, method: str) -> list[str]:
    """What the points can be coloured by: label columns first."""
    table = library.clip_table(folder, recipe_key)
    tags = [TAGS] if table[TAGS].astype(bool).any() else []
    seeds = [SEEDS] if method != "pca" else []
    return [*library.label_columns(table), *tags, VIDEO, CLUSTER, TIME, TRUST, *seeds, SIMILARITY, OUTLIER]


def colour_points(
    folder: WorkspaceFolder, set_key: str, view: View, choice: ColourChoice, current: int | None
) -> GroupColours | ValueColours:
    """The colours of the points by a label column, the video, the cluster, or a number.

    Args:
        folder: the workspace.
        set_key: the embedding set.
        view: the map.
        choice: `by` is one of `colour_choices`.
        current: the clip at hand, for similarities to it.
    """
    numbers = _numbers(folder, set_key, view, choice, current)
    if numbers is not None:
        return numbers
    if choice.by == CLUSTER:
        return _colour_clusters(folder, clustering.find_clusters(folder, set_key, choice.clusters), view)
    values = view.rows[choice.by].fillna("").astype(str).tolist()
    return group_by_label(values, colours=colouring.label_colours(folder, choice.by))


def _numbers(
    folder: WorkspaceFolder, set_key: str, view: View, choice: ColourChoice, current: int | None
) -> ValueColours | None:
    """The colours by a number; None where the choice is of groups."""
    if choice.by == TIME:
        return ValueColours(view.rows["start_seconds"].to_numpy(float), "seconds", choice.scale)
    if choice.by == TRUST:
        return ValueColours(measure(folder, set_key, view).points, "neighbours kept", choice.scale)
    if choice.by == SEEDS:
        return ValueColours(_agreement(folder, set_key, view), "neighbours shared", choice.scale)
    if choice.by == OUTLIER:
        return ValueColours(neighbourhoods.outlier_scores(folder, set_key), "cosine distance", choice.scale)
    if choice.by == SIMILARITY:
        return _colour_similarity(folder, set_key, view, current, choice.scale)
    if choice.by in library.numeric_columns(view.rows):
        return ValueColours(
            pd.to_numeric(view.rows[choice.by], errors="coerce").to_numpy(float), choice.by, choice.scale
        )
    return None


def measure(folder: WorkspaceFolder, set_key: str, view: View) -> MapTrust:
    """How far the map that is shown is to be believed."""
    return neighbourhoods.measure_map(folder, set_key, view.stored, view.spec.key)


def _agreement(folder: WorkspaceFolder, set_key: str, view: View) -> np.ndarray:
    if view.other is None:
        return np.full(len(view.points), np.nan)
    return neighbourhoods.compare_maps(view.stored, view.other)


def _colour_similarity(
    folder: WorkspaceFolder, set_key: str, view: View, current: int | None, scale: str
) -> ValueColours:
    if current is None:
        return ValueColours(np.full(len(view.points), np.nan), "click a clip", scale)
    return ValueColours(neighbourhoods.similarity_to(folder, set_key, current), "cosine", scale)


def _colour_clusters(folder: WorkspaceFolder, clusters: Clusters, view: View) -> GroupColours:
    called = cluster_names(folder, clusters, view)
    names = [called.get(int(number), "") for number in clusters.numbers]
    return group_by_label(names, colours=colouring.colours_of(folder, CLUSTER, called.values()), unlabelled=NOISE)


def cluster_names(folder: WorkspaceFolder, clusters: Clusters, view: View) -> dict[int, str]:
    """What each cluster is called, by the labels that distinguish it; noise is none."""
    columns = library.label_columns(library.clip_table(folder))
    labels = {name: view.rows[name].fillna("").astype(str).tolist() for name in columns}
    called = clustering.name_clusters(clusters.numbers, labels)
    return {number: name for number, name in called.items() if number != clustering.NOISE}


def explain(
    folder: WorkspaceFolder, set_key: str, view: View, choice: ColourChoice, colours: GroupColours | ValueColours
) -> str:
    """What a person should know of these colours; nothing of most."""
    if choice.by == TRUST:
        return _explain_trust(measure(folder, set_key, view))
    if choice.by == SEEDS:
        return _explain_agreement(colours, view)
    if choice.by == OUTLIER:
        return "The mean cosine distance of each clip to its ten nearest: high ones are like no other."
    if choice.by != CLUSTER:
        return ""
    found = clustering.find_clusters(folder, set_key, choice.clusters)
    method = "HDBSCAN" if choice.clusters.method == "hdbscan" else "k-means"
    if not found.clusters:
        return f"{method} finds no clusters here: every clip counts as noise."
    noise = int((found.numbers == clustering.NOISE).sum())
    left = (
        f" {count_of(noise, 'clip')} {'is' if noise == 1 else 'are'} noise."
        if choice.clusters.method == "hdbscan"
        else ""
    )
    fit = "" if np.isnan(found.silhouette) else f" Silhouette {found.silhouette:.2f} (1 well apart, 0 no clusters)."
    return f"{count_of(len(found.clusters), 'cluster')} by {method} on the embeddings, not on the map.{left}{fit}"


def _explain_trust(trust: MapTrust) -> str:
    if not trust.k:
        return "One clip has no neighbours to keep."
    kept = float(np.nanmean(trust.points))
    return (
        f"Of each clip's {trust.k} true neighbours, {kept:.0%} are its neighbours on this map (by chance "
        f"{trust.chance:.0%}). Trustworthiness {trust.trustworthiness:.3f}, continuity {trust.continuity:.3f}."
    )


def _explain_agreement(colours: GroupColours | ValueColours, view: View) -> str:
    if view.other is None or not isinstance(colours, ValueColours) or not np.isfinite(colours.values).any():
        return "The map of the other seed is being computed."
    kept = float(np.nanmean(colours.values))
    return (
        f"Of each clip's neighbours on this map, {kept:.0%} are its neighbours on the map of the other seed too. Where "
        "few are, the place is the method's choice and not in the data."
    )
