"""The panel To the vector: the last maps, their pooling, and the embedding as a barcode."""

from __future__ import annotations

import streamlit as st

from vidviz.render.heat import overlay_heat
from vidviz.render.inside_figures import barcode
from vidviz.services.inside import gradients, vector_shares
from vidviz.ui.components.heat_films import colour_lane, play_side_by_side
from vidviz.ui.inside.closer_panels import PanelContext

SHARE_HELP = (
    "Activation times gradient of the embedding's length, over that length. Where the embedding is the mean over all "
    "positions the shares add up to 1; through dense layers they are the first-order part."
)


def draw_vector(context: PanelContext) -> None:
    """From maps to vector: how much each region gave, and what came out."""
    at, pooling = gradients.embedding_of(context.request.backbone, context.chosen)
    with st.spinner("Following the clip into its vector", show_time=True):
        parts = vector_shares.explain_vector(context.clip_input, at=at, pooling=pooling)
    gave, took = parts.over_clip()
    peak = float(max(gave.max(), took.max()))
    lanes = [
        colour_lane(overlay_heat(parts.frames, gave, peak=peak), "Gave to it", parts.clock, f"by {parts.layer}"),
        colour_lane(overlay_heat(parts.frames, took, peak=peak), "Took from it", parts.clock, "same scale"),
    ]
    play_side_by_side(lanes, key="inside vector film", title="How much each region gave to the embedding")
    shape = " × ".join(map(str, (len(parts.means), *parts.shares.shape)))
    st.caption(
        f"{parts.layer}, {shape} → {at}, pooled by {pooling} → {len(parts.vector)} numbers. Shares of all "
        f"{parts.shares.size} regions add up to {parts.shares.sum():.2f}.",
        help=SHARE_HELP,
    )
    st.plotly_chart(barcode(parts.vector), key="inside barcode")
