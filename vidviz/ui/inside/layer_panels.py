"""Panels about the network itself: the layers in numbers, the layer tree, the kernels."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from vidviz.services.inside import layer_facts, layer_films
from vidviz.services.inside.layer_facts import LayerFacts
from vidviz.ui.components.heat_films import play_kernels
from vidviz.ui.inside.closer_panels import PanelContext

FIELD_HELP = (
    "Receptive field: how many frames and pixels one unit sees, the steps between neighbouring units, and the middle "
    "of what the first unit sees (Araujo et al., Distill 2019). Attention and dense layers are global."
)
COMPUTE_HELP = "Multiply-adds of convolutions, matrix products and attention inside, as a part of the whole pass."
MOST_KERNELS = 144


def draw_numbers(context: PanelContext) -> None:
    """The shown layers in numbers."""
    rows = [layer_films.summarise_layer(layer) for layer in context.inspection.layers]
    if not rows:
        return
    table = pd.DataFrame(
        {
            "layer": [row["layer"] for row in rows],
            "output C × T × H × W": [" × ".join(map(str, row["shape"])) for row in rows],
            "mean": [row["mean"] for row in rows],
            "spread": [row["standard_deviation"] for row in rows],
            "norm": [row["norm"] for row in rows],
            "zeros": [row["sparsity"] for row in rows],
            "dead channels": [row["dead"] for row in rows],
        }
    )
    columns = {
        "norm": st.column_config.NumberColumn(format="%.4g", help="Root mean square of all values."),
        "mean": st.column_config.NumberColumn(format="%.4g"),
        "spread": st.column_config.NumberColumn(format="%.4g", help="Standard deviation of all values."),
        "zeros": st.column_config.NumberColumn(format="percent", help="Sparsity: values that are exactly zero."),
        "dead channels": st.column_config.NumberColumn(help="Channels that are zero at every place and moment."),
    }
    st.dataframe(table, hide_index=True, column_config=columns)


def draw_tree(context: PanelContext) -> None:
    """Stages first, all modules on demand."""
    request = context.request
    with st.spinner(f"Taking {request.backbone} apart", show_time=True):
        facts = layer_facts.list_layers(request.backbone)
    every = st.toggle("All modules", key="inside all modules", help="In the order in which they run.")
    shown = [one for one in facts if every or one.is_stage]
    st.dataframe(_tree_table(shown), hide_index=True, column_config=_tree_columns())
    for note in dict.fromkeys(f"{one.name}: {one.note}" for one in shown if one.note and one.is_stage):
        st.caption(note)


def _tree_table(facts: list[LayerFacts]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "layer": ["\u2003" * (0 if one.is_stage else one.depth) + one.name for one in facts],
            "kind": [one.kind for one in facts],
            "output": [one.shape or one.note for one in facts],
            "parameters": [one.num_parameters for one in facts],
            "compute": [one.compute_share for one in facts],
            "receptive field": [one.field_words for one in facts],
        }
    )


def _tree_columns() -> dict[str, Any]:
    return {
        "parameters": st.column_config.NumberColumn(format="localized"),
        "compute": st.column_config.ProgressColumn(
            format="percent", min_value=0.0, max_value=1.0, help=COMPUTE_HELP, width="small"
        ),
        "receptive field": st.column_config.TextColumn(help=FIELD_HELP, width="large"),
        "output": st.column_config.TextColumn(help="C × T × H × W, or tokens × C, for one clip (one frame in 2-D)."),
    }


def draw_kernels(context: PanelContext) -> None:
    """The first layer's kernels in colour, later ones slice by slice; 3-D ones are small films."""
    request = context.request
    found = {one.layer: one for one in layer_facts.list_kernels(request.backbone)}
    if not found:
        st.caption(f"{request.backbone} has no convolution that looks at more than one position.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Convolution",
            list(found),
            key=f"inside kernels {request.backbone}",
            width=320,
            format_func=lambda layer: f"{layer} ({' × '.join(map(str, found[layer].shape))})",
            help="Filters × channels read × frames × rows × columns.",
        )
        one = found[name]
        channel = None
        if not one.reads_colour:
            channel = int(st.number_input("Reads channel", 0, one.shape[1] - 1, key=f"inside slice {name}", width=140))
    with st.spinner("Reading the kernels", show_time=True):
        kernels = layer_facts.read_kernels(request.backbone, request.weights, name, channel)
    what = "In colour; grey is zero." if one.reads_colour else "Red is positive, blue negative; one scale for all."
    left = f" The first {MOST_KERNELS} of {one.shape[0]}." if one.shape[0] > MOST_KERNELS else ""
    play_kernels(kernels[:, :MOST_KERNELS], f"{what}{left}", key=f"inside kernel film {name}")
    if context.inspection.weights == "random":
        st.caption(":orange[Random weights: these kernels have learned nothing.]")
