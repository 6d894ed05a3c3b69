"""The controls of colour: by what, on which scale, and how clusters are found."""

from __future__ import annotations

from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from vidviz.records import EmbeddingSet
from vidviz.render.colours import OTHER_COLOUR
from vidviz.render.point_colours import Values
from vidviz.services.library import label_palette
from vidviz.services.maps.map_colours import CLUSTER, ColourChoice, colour_choices
from vidviz.services.maps.set_clusters import ClusterSpec
from vidviz.ui.map.map_scene import Scene
from vidviz.ui.plain_text import plain, shorten
from vidviz.ui.state import KEPT
from vidviz.workspace_folder import WorkspaceFolder

MOST_PICKERS = 20
NAME_CHARACTERS = 28
SCALES = ["viridis", "cividis", "magma"]


def choose_colours(
    folder: WorkspaceFolder, chosen: EmbeddingSet, method: str, num_clips: int
) -> tuple[ColourChoice, DeltaGenerator]:
    """What to colour the points of `num_clips` clips by; and the popover, which has room for `draw_pickers`."""
    colour_by = st.selectbox(
        "Colour by",
        colour_choices(folder, chosen.spec.recipe_key, method),
        key="map colour",
        width=190,
        **KEPT,
    )
    box = st.popover("Colours")
    with box:
        choice = ColourChoice(
            colour_by, _choose_scale(), _choose_clusters(num_clips) if colour_by == CLUSTER else ClusterSpec()
        )
    return choice, box


def _choose_scale() -> str:
    picked: str = st.segmented_control(
        "Scale of numbers",
        SCALES,
        default="viridis",
        required=True,
        key="map scale",
        **KEPT,
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
        **KEPT,
        help="HDBSCAN finds groups by density, as many as there are, and leaves stragglers out as noise; k-means puts "
        "every clip into one of a number of groups.",
    )
    if method == "k-means":
        number = st.slider("Number of clusters", 2, 40, 8, key="cluster number", **KEPT)
        return ClusterSpec("kmeans", num_clusters=int(number))
    usual = max(5, num_clips // 100)
    size = st.slider(
        "Clips in the smallest cluster",
        2,
        usual * 5,
        usual,
        key="cluster size",
        **KEPT,
        help="Smaller groups count as noise, or as part of a larger one.",
    )
    return ClusterSpec(min_cluster_size=int(size))


def draw_pickers(scene: Scene) -> None:
    """A colour of a person's choice for each group; it is kept in the workspace and holds on all pages."""
    folder, colour_by, colours = scene.folder, scene.choice.by, scene.colours
    if isinstance(colours, Values):
        return
    own = [(name, shade) for name, shade in zip(colours.names, colours.colours, strict=True) if shade != OTHER_COLOUR]
    if not own:
        return
    st.caption("Colours of your own hold on all pages.")
    with st.container(height=220 if len(own) > 4 else "content", border=False, gap="small"):
        for name, shade in own[:MOST_PICKERS]:
            key = f"colour of {colour_by} {name}"
            st.session_state[key] = shade.lower()
            title = plain(shorten(name, NAME_CHARACTERS))
            st.color_picker(title, key=key, on_change=_keep_colour, args=(folder, colour_by, name, key))
    st.button(
        "The palette's colours", on_click=label_palette.reset_colours, args=(folder, colour_by), help="Take yours back."
    )


def _keep_colour(folder: WorkspaceFolder, colour_by: str, name: str, key: str) -> None:
    label_palette.choose_colour(folder, colour_by, name, st.session_state[key])
