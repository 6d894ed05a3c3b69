"""The map's own controls: projection, dimensions, parameters. All of them are in the URL and outlive the page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import streamlit as st

from vidviz.numbers.metrics import Metric
from vidviz.types import MapMethod, MapSpec
from vidviz.ui.state import KEPT

Projection = Literal["UMAP", "t-SNE", "PCA"]
METHODS: dict[Projection, MapMethod] = {"UMAP": "umap", "t-SNE": "tsne", "PCA": "pca"}


@dataclass(frozen=True)
class WantedMap:
    """The map that was chosen, and the same of another seed (PCA has none), to tell what is the method's choice."""

    spec: MapSpec
    other: MapSpec | None


def choose_layout() -> MapSpec:
    """Which layout is wanted: projection, dimensions, and the projection's parameters."""
    projection = _choose_projection()
    return _choose_parameters(projection, MapSpec(METHODS[projection], _choose_dimensions()))


def choose_map() -> WantedMap:
    """Which layout is wanted, and that of the other seed if asked for."""
    spec = choose_layout()
    if spec.method == "pca":
        return WantedMap(spec, None)
    other = replace(spec, seed=spec.seed + 1)
    flipped = st.toggle(
        "Other seed",
        key="map flip",
        **KEPT,
        help="The same map from another random start. What moves is the method's choice; what stays is in the data.",
    )
    return WantedMap(other, spec) if flipped else WantedMap(spec, other)


def _choose_projection() -> Projection:
    picked: Projection = st.segmented_control(
        "Projection",
        list(METHODS),
        default="UMAP",
        required=True,
        key="map projection",
        **KEPT,
        help="UMAP and t-SNE keep neighbours together; distances between groups mean little. PCA is linear: it shows "
        "the two or three directions in which the vectors differ most.",
    )
    return picked


def _choose_dimensions() -> int:
    picked = st.segmented_control(
        "Dimensions",
        ["2-D", "3-D"],
        default="2-D",
        required=True,
        key="map dimensions",
        **KEPT,
    )
    return 3 if picked == "3-D" else 2


def _choose_parameters(projection: Projection, spec: MapSpec) -> MapSpec:
    """The projection's own parameters, in a popover; PCA has none."""
    if projection == "PCA":
        return spec
    with st.popover("Parameters"):
        if projection == "UMAP":
            spec = replace(spec, n_neighbors=_choose_neighbours(), min_dist=_choose_min_dist())
        else:
            spec = replace(spec, perplexity=_choose_perplexity())
        return replace(spec, metric=_choose_metric(), seed=_choose_seed())


def _choose_metric() -> Metric:
    picked: Metric = st.segmented_control(
        "Compare vectors by",
        ["cosine", "euclidean"],
        default="cosine",
        required=True,
        key="map metric",
        **KEPT,
        help="Cosine sees directions alone; Euclidean sees lengths as well.",
    )
    return picked


def _choose_seed() -> int:
    return round(
        st.number_input(  # of floats, since Streamlit fails on 1e999 in the URL for an integer
            "Seed",
            0.0,
            2.0**31,
            0.0,
            1.0,
            format="%.0f",
            key="map seed",
            **KEPT,
            help="Another seed, another layout: what stays the same is real.",
        )
    )


def _choose_neighbours() -> int:
    return int(
        st.slider(
            "Neighbours",
            2,
            100,
            15,
            key="umap neighbours",
            **KEPT,
            help="Few show fine detail, many the whole shape.",
        )
    )


def _choose_min_dist() -> float:
    return float(
        st.slider(
            "Least distance",
            0.0,
            0.99,
            0.1,
            0.01,
            key="umap min dist",
            **KEPT,
            help="How close points may be put.",
        )
    )


def _choose_perplexity() -> float:
    return float(
        st.slider(
            "Perplexity",
            5,
            100,
            30,
            key="tsne perplexity",
            **KEPT,
            help="How many neighbours of a clip count, softly.",
        )
    )
