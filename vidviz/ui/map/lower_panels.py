"""What lies under the map: the gallery, clusters, trajectories, outliers or near-duplicates, one at a time."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from vidviz.services.maps.trajectories import Trajectory
from vidviz.ui.map.clusters_panel import draw_clusters
from vidviz.ui.map.gallery_panel import draw_gallery
from vidviz.ui.map.map_scene import Scene
from vidviz.ui.map.review_panel import draw_duplicates, draw_outliers
from vidviz.ui.map.trajectory_panel import draw_trajectories, followed_videos
from vidviz.ui.state import KEPT

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
        **KEPT,
        help="The selected clips; groups among the embeddings; the way of a video through the map; clips far from all "
        "others; clips of different videos that are almost the same.",
    )
    return picked


def find_followed(panel: Panel, scene: Scene) -> list[Trajectory]:
    """The videos that are followed, while trajectories are what is looked at."""
    if panel != "trajectories":
        return []
    return followed_videos(scene.folder, scene.chosen.key, scene.clip)


def draw_panel(panel: Panel, scene: Scene) -> None:
    """Draw the one that was chosen."""
    if panel == "gallery":
        draw_gallery(scene)
    elif panel == "clusters":
        draw_clusters(scene)
    elif panel == "trajectories":
        draw_trajectories(scene, find_followed(panel, scene))
    elif panel == "outliers":
        draw_outliers(scene.folder, scene.chosen)
    else:
        draw_duplicates(scene.folder, scene.chosen)
