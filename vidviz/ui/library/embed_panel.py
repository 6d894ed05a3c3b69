"""Embedding on the Library page: a backbone, its weights, the layer and how it is pooled; and the whole registry."""

from __future__ import annotations

import streamlit as st

from vidviz.services import jobs
from vidviz.services.backbones import backbone_choices
from vidviz.services.backbones.backbone_choices import BackboneChoice
from vidviz.services.embedding import embed_run
from vidviz.services.library import embedding_sets
from vidviz.services.library.allowed_folders import ALLOW_MORE, AllowedFolders
from vidviz.types import Sampling
from vidviz.ui.components.routes.served_names import allowed_folders, readable_by_jobs
from vidviz.workspace_folder import WorkspaceFolder

TABLE_PX = 420
OWN_FILE = "a file of your own"
NO_FILES = (
    "Weights of your own cannot be named here, as others can reach this server: use `vidviz embed --weights FILE`."
)


def offer_embedding(folder: WorkspaceFolder) -> None:
    """What to embed with, and the button."""
    known, allowed = backbone_choices.list_choices(), allowed_folders(folder)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Backbone",
            list(known),
            index=list(known).index(backbone_choices.usual_backbone()),
            format_func=lambda name: f"{name} · {known[name].family}",
            key="embed backbone",
            width=215,
        )
        backbone = known[name]
        weights = _choose_weights(backbone, allowed)
        layer = _choose_layer(backbone)
        pooling = st.selectbox(
            "Pooling",
            list(backbone.poolings),
            format_func=backbone.poolings.__getitem__,
            key=f"embed pooling {len(backbone.poolings)}",
            width=150,
            help="How all positions of the layer become one vector.",
        )
        sampling = _choose_sampling(backbone)
        recipe_key = _choose_clips(folder)
        accepted = _accept_terms(backbone, weights)
        if st.button("Embed", type="primary", key="embed now", disabled=not (accepted and weights)):
            if weights not in backbone.weights:
                allowed.check(weights)
            request = embed_run.EmbedRequest(
                name,
                weights,
                layer,
                pooling,
                recipe_key,
                accept_licence=accepted,
                sampling=sampling,
                within=readable_by_jobs(folder),
            )
            jobs.start_job(folder, "embed", f"Embed with {name}", embed_run.request_arguments(request))
            st.rerun()
    st.caption(backbone.summary)
    if not allowed.folders:
        st.caption(f"{NO_FILES} {ALLOW_MORE}")


def _choose_weights(backbone: BackboneChoice, allowed: AllowedFolders) -> str:
    states = {name: f"{name} ({backbone.states[name]})" for name in backbone.weights}
    chosen: str = st.selectbox(
        "Weights",
        [*states, *([OWN_FILE] if allowed.folders else [])],
        format_func=lambda weights: states.get(weights, weights),
        key=f"embed weights {backbone.name}",
        width=215,
        help="Random weights are for comparison: nothing was learned.",
    )
    if chosen != OWN_FILE:
        return chosen
    path: str = st.text_input(
        "Weights file on this machine",
        placeholder="/data/weights.safetensors",
        key=f"embed file {backbone.name}",
        width=215,
        help="Tensors only (.safetensors, .pth, or a checkpoint's folder); it must fit the network exactly.",
    )
    return path.strip()


def _choose_layer(backbone: BackboneChoice) -> str:
    every = st.session_state.get("embed all layers", False)
    layers = backbone_choices.all_layers(backbone.name) if every else backbone.layers
    chosen: str = st.selectbox(
        "Layer",
        list(layers),
        index=list(layers).index(backbone.usual_layer),
        format_func=layers.__getitem__,
        key=f"embed layer {backbone.name} {every}",
        width=210,
        help="Whose output is the embedding; the penultimate is usual.",
    )
    st.toggle("All modules", key="embed all layers", help="Every module of the network, not its stages alone.")
    return chosen


def _choose_sampling(backbone: BackboneChoice) -> Sampling:
    chosen: Sampling = st.selectbox(
        "Frames",
        list(backbone.samplings),
        format_func=backbone.samplings.__getitem__,
        key=f"embed frames {len(backbone.samplings)}",
        width=170,
        disabled=len(backbone.samplings) == 1,
        help="As trained: views at the pace of the training, as many as cover a clip, whose vectors are averaged. "
        "Spread: one view over the whole clip, which looks faster or slower than what the network knows.",
    )
    return chosen


def _choose_clips(folder: WorkspaceFolder) -> str:
    recipes = embedding_sets.count_recipes(folder)
    if len(recipes) == 1:
        return next(iter(recipes))
    chosen: str = st.selectbox(
        "Clips", list(recipes), format_func=lambda key: f"{key} ({recipes[key]})", key="embed recipe", width=200
    )
    return chosen


def _accept_terms(backbone: BackboneChoice, weights: str) -> bool:
    """Whether the weights may be fetched: a person accepts terms that forbid commercial use."""
    if weights not in backbone.terms:
        return True
    return st.checkbox(
        f"I accept {backbone.terms[weights]}",
        key=f"accept {backbone.name} {weights}",
        help="The terms of these weights forbid commercial use.",
    )


def draw_backbones() -> None:
    """The whole registry as a table."""
    with st.expander("All backbones"):
        st.dataframe(
            backbone_choices.backbone_table(),
            hide_index=True,
            height=TABLE_PX,
            key="backbones",
            column_config={
                "name": st.column_config.TextColumn(pinned=True),
                "parameters (M)": st.column_config.NumberColumn(format="%.1f"),
                "GMACs": st.column_config.NumberColumn(format="%.1f", help="Multiply-adds for a clip, in billions."),
                "memory (GiB)": st.column_config.NumberColumn(format="%.1f"),
                "layers": st.column_config.TextColumn(width="medium"),
                "licence": st.column_config.TextColumn(width="medium"),
                "address": st.column_config.LinkColumn(width="medium"),
            },
        )
        st.caption(
            "Any other image network of torchvision can be named on the command line, and so can one of your own: "
            "`vidviz embed --backbone module:function`."
        )
