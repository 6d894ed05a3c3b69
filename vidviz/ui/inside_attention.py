"""The panel Attention: what each head of a transformer looks at, and the rollout through all blocks."""

from __future__ import annotations

import numpy as np
import streamlit as st

from vidviz.render.heat import overlay_heat
from vidviz.render.inside_figures import frame_matrix
from vidviz.services import attending
from vidviz.services.attending import Attended, LayerAttention, resize_heat
from vidviz.ui.film_data import FilmLane
from vidviz.ui.heat_films import colour_lane, play_side_by_side
from vidviz.ui.inside_panels import Closer

KINDS = {
    "joint": "over space and time together",
    "space": "over each frame",
    "time": "along time, at each place",
    "parts": "within parts of the clip",
}
ROLLOUT_HELP = (
    "The mean of the heads and the identity in equal parts, multiplied through all blocks (Abnar and Zuidema, 2020); "
    "where time and space attend apart, each has its own."
)


def draw_attention(closer: Closer) -> None:
    """Attention by head, spatial and temporal apart where the network keeps them apart."""
    if not attending.attends(closer.request.backbone):
        st.caption(f"{closer.request.backbone} has no attention: choose a transformer, such as timesformer_b.")
        return
    with st.spinner(f"Reading the attention of {closer.request.backbone}", show_time=True):
        attended = attending.attend(closer.look)
    layers = {f"{one.layer} · {KINDS[one.kind]}": one for one in attended.attention.layers}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"inside attention {closer.request.backbone}"
        name = st.selectbox("Layer", list(layers), index=len(layers) - 1, key=key)
        layer = layers[name]
        heads = ["mean of all", *range(layer.heads.shape[0])]
        head = st.selectbox("Head", heads, key=f"inside head {closer.request.backbone}", width=140)
    _draw_maps(attended, layer, head)
    if closer.inspection.weights == "random":
        st.caption(":orange[Random weights: this attention has learned nothing.]")


def _draw_maps(attended: Attended, layer: LayerAttention, head: str | int) -> None:
    lanes: list[FilmLane] = []
    if layer.heads.size:
        heat = layer.heads.mean(axis=0) if isinstance(head, str) else layer.heads[head]
        lanes.append(_lane(attended, heat, f"{KINDS[layer.kind]}, head: {head}"))
    else:
        st.caption(f"{layer.layer} has no picture: {layer.reason}.")
    for kind, rollout in attended.attention.rollouts.items():
        lanes.append(_lane(attended, rollout, f"Rollout {KINDS[kind]}"))
    if lanes:
        play_side_by_side(lanes, key="inside attention film", title="Attention over the clip")
    st.caption(
        "How much weight each position gets: from the class token where there is one, else from all on average.",
        help=ROLLOUT_HELP,
    )
    if not attended.attention.rollouts:
        st.caption("No rollout: some of its attention is pooled, within windows, or over more than 3,200 tokens.")
    if layer.between_frames.shape[-1] > 1:
        between = layer.between_frames.mean(axis=0) if isinstance(head, str) else layer.between_frames[head]
        st.plotly_chart(frame_matrix(between), key="inside between frames", width=420)


def _lane(attended: Attended, heat: np.ndarray, title: str) -> FilmLane:
    size = attended.frames.shape[0], attended.frames.shape[1], attended.frames.shape[2]
    over = overlay_heat(attended.frames, np.maximum(resize_heat(heat - heat.min(), size), 0))
    return colour_lane(over, title, attended.seconds)
