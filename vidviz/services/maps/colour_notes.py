"""What a person should know of the colours of a map, in a sentence or two."""

from __future__ import annotations

import numpy as np

from vidviz.render.point_colours import Groups, Values
from vidviz.services.maps.set_clusters import Clusters, ClusterSpec
from vidviz.services.maps.set_neighbours import MapTrust
from vidviz.types import NOISE
from vidviz.words import count_of

OUTLIERS = "The mean cosine distance of each clip to its ten nearest: high ones are like no other."


def explain_clusters(found: Clusters, spec: ClusterSpec) -> str:
    """How many clusters there are, found how, and how well they stand apart."""
    by_density = spec.method == "hdbscan"
    method = "HDBSCAN" if by_density else "k-means"
    if not found.clusters:
        return f"{method} finds no clusters here: every clip counts as noise."
    noise = int((found.numbers == NOISE).sum())
    left = f" {count_of(noise, 'clip')} of noise." if by_density else ""
    fit = "" if np.isnan(found.silhouette) else f" Silhouette {found.silhouette:.2f} (1 well apart, 0 no clusters)."
    return f"{count_of(len(found.clusters), 'cluster')} by {method} on the embeddings, not on the map.{left}{fit}"


def explain_trust(trust: MapTrust) -> str:
    """How many of the clips' true neighbours the map keeps."""
    if not trust.k:
        return "One clip has no neighbours to keep."
    kept = float(np.nanmean(trust.points))
    return (
        f"Of each clip's {trust.k} true neighbours, {kept:.0%} are its neighbours on this map (by chance "
        f"{trust.chance:.0%}). Trustworthiness {trust.trustworthiness:.3f}, continuity {trust.continuity:.3f}."
    )


def explain_agreement(colours: Groups | Values) -> str:
    """How many neighbours the maps of two seeds share; all values are NaN while the other is being computed."""
    shared = np.asarray(colours.values) if isinstance(colours, Values) else np.empty(0)
    if not np.isfinite(shared).any():
        return "The map of the other seed is being computed."
    return (
        f"Of each clip's neighbours on this map, {float(np.nanmean(shared)):.0%} are its neighbours on the map of the "
        "other seed too. Where few are, the place is the method's choice and not in the data."
    )
