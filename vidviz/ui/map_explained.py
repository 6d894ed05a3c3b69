"""What a person should know of the colours of the map, in a sentence or two."""

from __future__ import annotations

import numpy as np

from vidviz.render.point_colours import Groups, Values
from vidviz.services import clustering
from vidviz.services.map_colouring import CLUSTER, OUTLIER, SEEDS, TRUST, ColourChoice, DrawnMap, measure
from vidviz.services.neighbourhoods import MapTrust
from vidviz.store.workspace import WorkspaceFolder
from vidviz.ui.words import count_of


def explain(
    folder: WorkspaceFolder, set_key: str, drawn: DrawnMap, choice: ColourChoice, colours: Groups | Values
) -> str:
    """What a person should know of these colours; nothing of most."""
    if choice.by == TRUST:
        return _explain_trust(measure(folder, set_key, drawn))
    if choice.by == SEEDS:
        return _explain_agreement(colours, drawn)
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


def _explain_agreement(colours: Groups | Values, drawn: DrawnMap) -> str:
    if drawn.other is None or not isinstance(colours, Values) or not np.isfinite(colours.values).any():
        return "The map of the other seed is being computed."
    kept = float(np.nanmean(colours.values))
    return (
        f"Of each clip's neighbours on this map, {kept:.0%} are its neighbours on the map of the other seed too. Where "
        "few are, the place is the method's choice and not in the data."
    )
