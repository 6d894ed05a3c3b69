"""The controls of colour: by what, on which scale, and how clusters are found."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from vidviz.services.clustering import ClusterSpec
from vidviz.store.workspace import WorkspaceFolder
from vidviz.ui.map_colours import CLUSTER, ColourChoice, colour_choices

SCALES = ["viridis", "cividis", "magma"]


def choose_colours(folder: WorkspaceFolder, recipe_key: str, method: str, num_clips: int) -> ColourChoice:
    """What to colour the points of `num_clips` clips by."""
    by = st.selectbox(
        "Colour by",
        colour_choices(folder, recipe_key, method),
        key="map colour",
        width=190,
        bind="query-params",
        persist_state="session",
    )
    with st.popover("Colours"):
        return ColourChoice(by, _choose_scale(), _choose_clusters(num_clips) if by == CLUSTER else ClusterSpec())


def _choose_scale() -> str:
    picked: str = st.segmented_control(
        "Scale of numbers",
        SCALES,
        default="viridis",
        required=True,
        key="map scale",
        bind="query-params",
        persist_state="session",
        help="All three rise evenly in lightness and can be told apart by colour-blind eyes.",
    )
    return picked


def _choose_clusters(num_clips: int) -> ClusterSpec:
    method: Literal["HDBSCAN", "k-means"] = st.segmented_control(
        "Clusters by",
        ["HDBSCAN", "k-means"],
        default="HDBSCAN",
        required=True,
        key="cluster method",
        bind="query-params",
        persist_state="session",
        help="HDBSCAN finds groups by density, as many as there are, and leaves stragglers out as noise; k-means puts "
        "every clip into one of a number of groups.",
    )
    if method == "k-means":
        number = st.slider(
            "Number of clusters", 2, 40, 8, key="cluster number", bind="query-params", persist_state="session"
        )
        return ClusterSpec("kmeans", num_clusters=int(number))
    usual = max(5, num_clips // 100)
    size = st.slider(
        "Clips in the smallest cluster",
        2,
        usual * 5,
        usual,
        key="cluster size",
        bind="query-params",
        persist_state="session",
        help="Smaller groups count as noise, or as part of a larger one.",
    )
    return ClusterSpec(min_cluster_size=int(size))
