"""What lies under the map: the gallery, clusters, trajectories, outliers or near-duplicates, one at a time."""

from __future__ import annotations

from typing import Literal

import numpy as np
import streamlit as st

from vidviz.services.library import KnownClip
from vidviz.services.map_colouring import ColourChoice
from vidviz.services.trajectories import Trajectory
from vidviz.store.sets import EmbeddingSet
from vidviz.store.workspace import WorkspaceFolder
from vidviz.ui.clusters_panel import draw_clusters
from vidviz.ui.findings_panel import draw_duplicates, draw_outliers
from vidviz.ui.gallery_panel import draw_gallery
from vidviz.ui.map_view import View
from vidviz.ui.trajectory_panel import draw_trajectories

Panel = Literal["gallery", "clusters", "trajectories", "outliers", "near-duplicates"]
PANELS: list[Panel] = ["gallery", "clusters", "trajectories", "outliers", "near-duplicates"]


def choose_panel() -> Panel:
    """Which of them is shown."""
    picked: Panel = st.segmented_control(
        "Under the map",
        PANELS,
        default="gallery",
        required=True,
        key="under map",
        label_visibility="collapsed",
        bind="query-params",
        persist_state="session",
        help="The selected clips; groups among the embeddings; the way of a video through the map; clips far from all "
        "others; clips of different videos that are almost the same.",
    )
    return picked


def draw_panel(
    panel: Panel,
    folder: WorkspaceFolder,
    chosen: EmbeddingSet,
    view: View,
    choice: ColourChoice,
    clip: KnownClip | None,
    selected: frozenset[int],
    kept: np.ndarray,
    ways: list[Trajectory],
) -> None:
    """Draw the one that was chosen.

    Args:
        panel: which one.
        folder: the workspace.
        chosen: the embedding set.
        view: the map.
        choice: how clusters are found.
        clip: the clip at hand.
        selected: the clips selected on the map.
        kept: (N,) bool, the clips that the filter lets through.
        ways: the videos that are followed.
    """
    if panel == "gallery":
        filtered = frozenset() if kept.all() else frozenset(view.points.ids[kept].tolist())
        draw_gallery(folder, chosen, clip, selected, filtered, flat=view.drawn.spec.dims == 2)
    elif panel == "clusters":
        draw_clusters(folder, chosen, view, choice)
    elif panel == "trajectories":
        draw_trajectories(folder, chosen, ways, clip)
    elif panel == "outliers":
        draw_outliers(folder, chosen)
    else:
        draw_duplicates(folder, chosen)
