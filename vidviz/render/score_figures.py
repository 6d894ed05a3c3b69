"""Figures about searches: how high scores are, and how recall is paid for with time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from vidviz.render.colours import CATEGORY_COLOURS
from vidviz.render.figures import plain_text

if TYPE_CHECKING:
    import plotly.graph_objects as go

QUIET = "#8A929C"
ACCENT = "#D55E00"


def score_histogram(
    edges: np.ndarray,
    counts: np.ndarray,
    hit_scores: Sequence[float],
    *,
    threshold: float | None = None,
    score_name: str = "cosine similarity",
) -> go.Figure:
    """The scores of all clips, with the hits as ticks above them.

    Args:
        edges: (B + 1,) bounds of the bins.
        counts: (B,) clips in each.
        hit_scores: the scores of the hits.
        threshold: a line where scores begin to count.
        score_name: what the scores are.
    """
    import plotly.graph_objects as go

    middles = (edges[:-1] + edges[1:]) / 2
    highest = float(counts.max()) if len(counts) else 1.0
    figure = go.Figure(
        [
            go.Bar(
                x=middles,
                y=counts,
                width=np.diff(edges),
                marker={"color": QUIET, "line": {"width": 0}},
                name="all clips",
                hovertemplate="%{x:.3f}: %{y} clips<extra></extra>",
            ),
            go.Scatter(
                x=list(hit_scores),
                y=[highest * 1.08] * len(hit_scores),
                mode="markers",
                marker={"symbol": "line-ns", "size": 12, "line": {"width": 1.5, "color": ACCENT}},
                name="hits",
                hovertemplate="hit: %{x:.4f}<extra></extra>",
            ),
        ]
    )
    if threshold is not None:
        figure.add_vline(x=threshold, line={"dash": "dot", "color": ACCENT, "width": 1})
    figure.update_layout(
        height=190,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        bargap=0,
        showlegend=False,
        xaxis={"title": {"text": score_name}, "automargin": True},
        yaxis={"title": {"text": "clips"}, "automargin": True, "rangemode": "tozero"},
    )
    return figure


def recall_curves(curves: Mapping[str, Sequence[tuple[float, float, int]]], *, k: int) -> go.Figure:
    """Recall against milliseconds a query, one line an index.

    Args:
        curves: by name, points of (milliseconds, recall, effort); those of one line by rising effort.
        k: how many neighbours count.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    for place, (name, points) in enumerate(curves.items()):
        figure.add_scatter(
            x=[point[0] for point in points],
            y=[point[1] for point in points],
            customdata=[[point[2]] for point in points],
            mode="lines+markers",
            name=plain_text(name),
            line={"color": CATEGORY_COLOURS[place % len(CATEGORY_COLOURS)]},
            hovertemplate="effort %{customdata[0]}: recall %{y:.3f}, %{x:.2f} ms<extra></extra>",
        )
    figure.update_layout(
        height=320,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis={"title": {"text": "milliseconds a query"}, "automargin": True, "rangemode": "tozero"},
        yaxis={"title": {"text": f"recall@{k}"}, "automargin": True, "range": [0, 1.03]},
        legend={"orientation": "h", "y": -0.25},
    )
    return figure


def confusion_figure(names: Sequence[str], shares: np.ndarray) -> go.Figure:
    """Of the neighbours of each label's clips (a row), the share that has each label (a column).

    Args:
        names: L labels.
        shares: (L, L), rows sum to 1.
    """
    import plotly.graph_objects as go

    shown = [plain_text(name or "no label", 24) for name in names]
    figure = go.Figure(
        go.Heatmap(
            x=shown,
            y=shown,
            z=shares,
            zmin=0,
            zmax=1,
            colorscale="Cividis",
            hovertemplate="neighbours of %{y}: %{z:.0%} are %{x}<extra></extra>",
        )
    )
    figure.update_layout(
        height=max(260, 60 + 26 * len(names)),
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis={"title": {"text": "label of the neighbour"}, "automargin": True, "type": "category"},
        yaxis={"title": {"text": "label of the clip"}, "automargin": True, "autorange": "reversed", "type": "category"},
    )
    return figure
