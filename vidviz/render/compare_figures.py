"""Figures about two embedding sets: how many neighbours they share, as a whole and by label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vidviz.render.figures import plain_text
from vidviz.render.score_figures import ACCENT, QUIET

if TYPE_CHECKING:
    import plotly.graph_objects as go

LONGEST_NAME = 24


def overlap_curve(ks: Sequence[int], shared: Sequence[float], chance: Sequence[float], *, k: int) -> go.Figure:
    """Shared neighbours against how many are looked at, above what chance gives.

    Args:
        ks: how many nearest are looked at, rising.
        shared: the mean part that both sets have in common, 0..1.
        chance: what unrelated sets would have.
        k: the number that the page counts with; it is marked.
    """
    import plotly.graph_objects as go

    figure = go.Figure(
        [
            go.Scatter(
                x=list(ks),
                y=list(shared),
                mode="lines",
                name="shared",
                line={"color": ACCENT},
                hovertemplate="of %{x} nearest: %{y:.1%} shared<extra></extra>",
            ),
            go.Scatter(
                x=list(ks),
                y=list(chance),
                mode="lines",
                name="by chance",
                line={"color": QUIET, "dash": "dot"},
                hovertemplate="of %{x} nearest: %{y:.1%} by chance<extra></extra>",
            ),
        ]
    )
    figure.add_vline(x=k, line={"dash": "dot", "color": QUIET, "width": 1})
    figure.update_layout(
        height=230,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        showlegend=True,
        legend={"orientation": "h", "y": 1.15},
        xaxis={"title": {"text": "nearest looked at"}, "automargin": True},
        yaxis={"title": {"text": "shared"}, "automargin": True, "range": [0, 1.03], "tickformat": ".0%"},
    )
    return figure


def overlap_bars(names: Sequence[str], shared: Sequence[float], chance: float) -> go.Figure:
    """The mean part of shared neighbours of each label's clips.

    Args:
        names: L labels; "" is called "no label".
        shared: (L,) means, 0..1.
        chance: a line at what unrelated sets would have.
    """
    import plotly.graph_objects as go

    figure = go.Figure(
        go.Bar(
            x=list(shared),
            y=[plain_text(name or "no label", LONGEST_NAME) for name in names],
            orientation="h",
            marker={"color": ACCENT, "line": {"width": 0}},
            hovertemplate="%{y}: %{x:.1%} shared<extra></extra>",
        )
    )
    figure.add_vline(x=chance, line={"dash": "dot", "color": QUIET, "width": 1.5})
    figure.update_layout(
        height=max(160, 60 + 24 * len(names)),
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis={"title": {"text": "shared"}, "automargin": True, "range": [0, 1.03], "tickformat": ".0%"},
        yaxis={"automargin": True, "autorange": "reversed", "type": "category"},
    )
    return figure
