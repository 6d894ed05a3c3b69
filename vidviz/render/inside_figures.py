"""Plotly figures of what happens inside a network: attention between frames, and embeddings as barcodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vidviz.render.colours import scale_stops

if TYPE_CHECKING:
    import plotly.graph_objects as go


def frame_matrix(weights: np.ndarray) -> go.Figure:
    """How much each frame looks at each other one, as a square.

    Args:
        weights: (T, T), from the frame of the row to the frame of the column.
    """
    import plotly.graph_objects as go

    frames = list(range(1, len(weights) + 1))
    figure = go.Figure(
        go.Heatmap(
            z=weights,
            x=frames,
            y=frames,
            colorscale=scale_stops("magma"),
            hovertemplate="frame %{y} looks at frame %{x}: %{z:.3f}<extra></extra>",
            colorbar={"thickness": 12, "outlinewidth": 0, "title": {"text": "weight"}},
        )
    )
    figure.update_layout(
        margin={"l": 48, "r": 12, "t": 8, "b": 40},
        xaxis={"title": "attended frame", "showgrid": False},
        yaxis={"title": "attending frame", "autorange": "reversed", "showgrid": False},
        height=320,
    )
    return figure


def barcode(vector: np.ndarray) -> go.Figure:
    """An embedding as a barcode: one stripe a number, red above zero and blue below.

    Args:
        vector: (D,).
    """
    import plotly.graph_objects as go

    most = float(np.abs(vector).max()) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=vector[None],
            colorscale=scale_stops("diverging"),
            zmin=-most,
            zmax=most,
            hovertemplate="number %{x}: %{z:.4g}<extra></extra>",
            colorbar={"thickness": 12, "outlinewidth": 0},
        )
    )
    figure.update_layout(
        margin={"l": 12, "r": 12, "t": 8, "b": 40},
        xaxis={"title": f"numbers of the embedding, {len(vector)}", "showgrid": False},
        yaxis={"showticklabels": False, "showgrid": False},
        height=140,
    )
    return figure
