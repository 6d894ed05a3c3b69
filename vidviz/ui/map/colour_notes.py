"""What a person should know of the colours of the map, in a sentence or two."""

from __future__ import annotations

import numpy as np

from vidviz.render.point_colours import Values
from vidviz.services.maps import set_clusters
from vidviz.services.maps.map_colours import CLUSTER, OUTLIER, SEEDS, TRUST, measure
from vidviz.services.maps.set_neighbours import MapTrust
from vidviz.types import NOISE
from vidviz.ui.map.map_scene import Scene
from vidviz.ui.plain_text import count_of


def explain(scene: Scene) -> str:
    """What a person should know of the colours of the map; nothing of most."""
    choice = scene.choice
    if choice.by == TRUST:
        return _explain_trust(measure(scene.folder, scene.chosen.key, scene.view.drawn))
    if choice.by == SEEDS:
        return _explain_agreement(scene)
    if choice.by == OUTLIER:
        return "The mean cosine distance of each clip to its ten nearest: high ones are like no other."
    return _explain_clusters(scene) if choice.by == CLUSTER else ""


def _explain_clusters(scene: Scene) -> str:
    by_density = scene.choice.clusters.method == "hdbscan"
    method = "HDBSCAN" if by_density else "k-means"
    found = set_clusters.find_clusters(scene.folder, scene.chosen.key, scene.choice.clusters)
    if not found.clusters:
        return f"{method} finds no clusters here: every clip counts as noise."
    noise = int((found.numbers == NOISE).sum())
    left = f" {count_of(noise, 'clip')} of noise." if by_density else ""
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


def _explain_agreement(scene: Scene) -> str:
    shared = scene.colours.values if isinstance(scene.colours, Values) else np.empty(0)
    if scene.view.drawn.other is None or not np.isfinite(shared).any():
        return "The map of the other seed is being computed."
    return (
        f"Of each clip's neighbours on this map, {float(np.nanmean(shared)):.0%} are its neighbours on the map of the "
        "other seed too. Where few are, the place is the method's choice and not in the data."
    )
