"""Under the map: every cluster with its cover picture, its size and how well its clips sit in it."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from vidviz.services.library import contents, label_palette
from vidviz.services.maps import set_clusters
from vidviz.services.maps.map_colours import CLUSTER, cluster_names
from vidviz.types import NOISE
from vidviz.ui import state
from vidviz.ui.components.cards import card_of
from vidviz.ui.components.gallery_and_player import ShownClip, clip_gallery
from vidviz.ui.map.map_scene import Scene
from vidviz.ui.map.map_selection import select
from vidviz.words import count_of
from vidviz.workspace_folder import WorkspaceFolder

MOST_SHOWN = 60


def draw_clusters(scene: Scene) -> None:
    """Cards of the clusters, the largest first; a click selects all clips of one."""
    folder, view = scene.folder, scene.view
    with st.spinner("Finding clusters", show_time=True):
        found = set_clusters.find_clusters(folder, scene.chosen.key, scene.choice.clusters)
    if not found.clusters:
        st.caption("No clips lie close enough together to be a cluster: every one counts as noise.")
        return
    called = cluster_names(found, view.drawn.rows)
    noise = int((found.numbers == NOISE).sum())
    overall = "" if math.isnan(found.silhouette) else f" Silhouette {found.silhouette:.2f}."
    st.caption(
        f"{count_of(len(found.clusters), 'cluster')} among the embeddings, {count_of(noise, 'clip')} of noise."
        f"{overall} Each is shown by its medoid; a click selects its clips.",
        help="The medoid is the clip with the smallest mean distance to all others of its cluster. The silhouette "
        "(Rousseeuw 1987) is (b - a) / max(a, b), with a the mean cosine distance to the clips of the same cluster and "
        "b to those of the nearest other one: 1 is well inside, 0 between two. Colour by cluster, and its parameters "
        "are under Colours.",
    )
    colours = label_palette.colours_of(folder, CLUSTER, called.values())
    covers = [_cover(folder, cluster, called[cluster.number], colours) for cluster in found.clusters[:MOST_SHOWN]]
    picked = clip_gallery(covers, key="clusters gallery")
    if picked is not None:
        number = next(cluster.number for cluster in found.clusters if cluster.medoid == picked)
        select(folder, view.points.ids[np.flatnonzero(found.numbers == number)].tolist())
        state.choose_clip(picked)
        st.rerun()


def _cover(folder: WorkspaceFolder, cluster: set_clusters.Cluster, name: str, colours: dict[str, str]) -> ShownClip:
    medoid = card_of(contents.know_clip(folder, cluster.medoid))
    score = None if math.isnan(cluster.silhouette) else f"{cluster.silhouette:.2f}"
    return ShownClip(
        medoid.clip_id,
        medoid.video_id,
        medoid.start_seconds,
        medoid.end_seconds,
        count_of(cluster.size, "clip"),
        name,
        colours[name],
        score,
    )
