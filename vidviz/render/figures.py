"""Plotly figures from arrays: for notebooks, stand-alone HTML files and the charts of the pages."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vidviz.render.colours import OTHER_COLOUR, colour_labels, scale_stops
from vidviz.render.map_picture import one_line
from vidviz.render.point_colours import Groups, Values, group_by_label

if TYPE_CHECKING:
    import plotly.graph_objects as go

LONGEST_NAME = 48
_CAMERA = {"eye": {"x": 1.8, "y": 1.5, "z": 0.9}}  # far enough for a whole cube to be seen
_HOVER = "<b>%{customdata[1]}</b><br>%{customdata[2]}<br>%{customdata[3]}<extra></extra>"


def plain_text(text: str, longest: int = LONGEST_NAME) -> str:
    """A person's text as Plotly may draw it: shortened, on one line, its `<` and `&` shown and never obeyed."""
    return html.escape(one_line(text, longest), quote=False)


def clip_scatter(
    coordinates: np.ndarray,
    *,
    clip_ids: np.ndarray,
    titles: Sequence[str],
    spans: np.ndarray,
    labels: Sequence[str] | None = None,
    all_labels: Sequence[str] | None = None,
    colours: Groups | Values | None = None,
    size_px: float | None = None,
) -> go.Figure:
    """The map of clips, coloured by label or by number, as a figure that needs nothing else.

    Args:
        coordinates: (N, 2) or (N, 3), the map.
        clip_ids: (N,) int64, `customdata[0]` of each point.
        titles: N names of the videos.
        spans: (N, 2), start and end in seconds.
        labels: N labels, shown at the pointer.
        all_labels: every label of the workspace, so that colours stay the same in a part of it.
        colours: groups, one trace each, or numbers. When not given: one trace a label, those without a colour of
            their own together as "other".
        size_px: diameter of a point; chosen by N when not given.

    Raises:
        ValueError: arrays that do not belong together.
    """
    import plotly.graph_objects as go

    _check_lengths(coordinates, clip_ids=clip_ids, titles=titles, spans=spans, labels=labels, colours=colours)
    shown = list(labels) if labels is not None else [""] * len(coordinates)
    table = _hover_table(clip_ids, titles, shown, spans)
    size = size_px if size_px is not None else point_size_px(len(coordinates))
    if isinstance(colours, Values):
        traces = _value_traces(coordinates, table, colours, size)
    else:
        groups = colours or group_by_label(
            shown, colours=colour_labels(all_labels or shown), unlabelled="no label" if any(shown) else "clips"
        )
        traces = _group_traces(coordinates, table, groups, size)
    figure = go.Figure(traces)
    figure.update_layout(**_map_layout(coordinates))
    return figure


def point_size_px(num_points: int) -> float:
    """A diameter at which points are seen and do not become one blot: 11 px for a few, 4 px for many."""
    return float(np.clip(14 - 2.2 * np.log10(max(num_points, 1)), 4, 11))


def _check_lengths(coordinates: np.ndarray, **columns: Sequence[str] | np.ndarray | Groups | Values | None) -> None:
    if coordinates.ndim != 2 or coordinates.shape[1] not in (2, 3):
        raise ValueError(f"a map has 2 or 3 coordinates a clip, got {coordinates.shape}")
    for name, column in columns.items():
        if column is not None and len(column) != len(coordinates):
            raise ValueError(f"{len(column)} {name} for {len(coordinates)} clips")


def _hover_table(clip_ids: np.ndarray, titles: Sequence[str], labels: Sequence[str], spans: np.ndarray) -> np.ndarray:
    """(N, 4) of texts: clip id (as text: a float would round it in some readers), title, label, time range."""
    rows = [
        (str(int(number)), plain_text(title), plain_text(label), f"{start:.2f}–{end:.2f} s")
        for number, title, label, (start, end) in zip(clip_ids, titles, labels, spans, strict=True)
    ]
    return np.array(rows, dtype=object).reshape(len(rows), 4)


def _point_trace(coordinates: np.ndarray, table: np.ndarray, marker: dict[str, object], **more: object) -> object:
    import plotly.graph_objects as go

    kind = go.Scattergl if coordinates.shape[1] == 2 else go.Scatter3d
    axes = dict(zip("xyz", coordinates.T.astype(float), strict=False))
    return kind(**axes, mode="markers", marker=marker, customdata=table, hovertemplate=_HOVER, **more)


def _group_traces(coordinates: np.ndarray, table: np.ndarray, groups: Groups, size: float) -> list[object]:
    traces = []
    for number, (name, colour) in enumerate(zip(groups.names, groups.colours, strict=True)):
        rows = np.flatnonzero(np.asarray(groups.index) == number)
        if len(rows):
            marker: dict[str, object] = {"size": size, "color": colour}
            # showlegend: Plotly hides the legend of a single trace, and with it what the colour means.
            traces.append(_point_trace(coordinates[rows], table[rows], marker, name=plain_text(name), showlegend=True))
    return traces


def _value_traces(coordinates: np.ndarray, table: np.ndarray, colours: Values, size: float) -> list[object]:
    values = np.asarray(colours.values, float)
    known = np.isfinite(values)
    low, high = colours.limits()
    title = plain_text(colours.title)
    marker = {
        "size": size,
        "color": values[known],
        "colorscale": scale_stops(colours.scale),
        "cmin": low,
        "cmax": high,
        "colorbar": {"title": {"text": title}, "thickness": 12, "outlinewidth": 0},
    }
    traces = [_point_trace(coordinates[known], table[known], marker, name=title, showlegend=False)]
    if not known.all():
        grey: dict[str, object] = {"size": size, "color": OTHER_COLOUR}
        traces.append(_point_trace(coordinates[~known], table[~known], grey, name="no value", showlegend=True))
    return traces


def _map_layout(coordinates: np.ndarray) -> dict[str, object]:
    dimensions = coordinates.shape[1]
    bare = {"showgrid": dimensions == 3, "zeroline": False, "showticklabels": False, "title": ""}
    layout: dict[str, object] = {
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "legend": {"itemsizing": "constant"},
        "dragmode": "pan" if dimensions == 2 else "orbit",
    }
    if dimensions == 3:
        bare |= {"showbackground": False, "gridcolor": OTHER_COLOUR}
        sides = {"aspectmode": "manual", "aspectratio": _side_lengths(coordinates), "camera": _CAMERA}
        return layout | {"scene": {"xaxis": bare, "yaxis": bare, "zaxis": bare, **sides}}
    return layout | {"xaxis": bare, "yaxis": bare | {"scaleanchor": "x"}}


def _side_lengths(coordinates: np.ndarray) -> dict[str, float]:
    """The sides of the box of a map in 3-D, the longest one 1.

    Plotly's own "data" keeps the volume of the box instead, and a flat map reaches out of view.
    """
    extents = np.ptp(coordinates.astype(float), axis=0) if len(coordinates) else np.ones(3)
    extents = np.where(extents > 0, extents, extents.max() or 1.0)
    return dict(zip("xyz", (extents / extents.max()).tolist(), strict=True))
