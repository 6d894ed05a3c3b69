"""The map itself as the page draws it: points with their looks, the clip at hand, its neighbours, and ribbons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st

from vidviz.render.point_colours import Groups, Values
from vidviz.services.library import KnownClip
from vidviz.store.sets import EmbeddingSet
from vidviz.store.workspace import WorkspaceFolder
from vidviz.ui import map_selection, state
from vidviz.ui.map_component import MapPath, clip_map, map_event
from vidviz.ui.map_panel import neighbour_lines
from vidviz.ui.map_view import View
from vidviz.ui.selection import Window, read_window

MAP, MAP_PX = "clip map", 600
WINDOW = "window"
Others = Literal["dimmed", "hidden"]


@dataclass(frozen=True)
class Looks:
    """Posters or dots, and what becomes of clips that the filter leaves out."""

    thumbnails: bool
    others: Others


def choose_looks() -> Looks:
    """Posters instead of dots; and, while a filter is at work, whether the other clips are dimmed or hidden."""
    thumbnails = st.toggle(
        "Posters",
        key="map posters",
        bind="query-params",
        persist_state="session",
        help="Pictures instead of dots, where they fit. Zoom in to see more of them.",
    )
    if not state.current_filter():
        return Looks(thumbnails, "dimmed")
    others: Others = st.segmented_control(
        "Filtered out",
        ["dimmed", "hidden"],
        default="dimmed",
        required=True,
        key="map others",
        bind="query-params",
        persist_state="session",
    )
    return Looks(thumbnails, others)


def draw_map(
    folder: WorkspaceFolder,
    chosen: EmbeddingSet,
    view: View,
    colours: Groups | Values,
    looks: Looks,
    kept: np.ndarray,
    selected: frozenset[int],
    clip: KnownClip | None,
    ribbons: Sequence[MapPath],
) -> None:
    """Draw the map; what is done on it is reacted to before the page is drawn again.

    Args:
        folder: the workspace.
        chosen: the embedding set.
        view: the map.
        colours: of its points.
        looks: how points look.
        kept: (N,) bool, the clips that the filter lets through.
        selected: the clips that are selected.
        clip: the clip at hand.
        ribbons: the ways of videos.
    """
    current = clip.clip_id if clip else None
    clip_map(
        view.points,
        key=MAP,
        colours=colours,
        height_px=MAP_PX,
        selected_ids=selected or None,
        dimmed=~kept if looks.others == "dimmed" else None,
        hidden=~kept if looks.others == "hidden" else None,
        current=current,
        lines=neighbour_lines(folder, chosen.key, current),
        paths=ribbons,
        thumbnails=looks.thumbnails,
        window=_window_of(view),
        view_key=view.key,
        on_event=lambda: _react(folder, view, kept),
    )


def _react(folder: WorkspaceFolder, view: View, kept: np.ndarray) -> None:
    event = map_event(MAP)
    if event.window is not None:
        state.remember(WINDOW, ",".join(f"{number:.6g}" for number in event.window) or None)
    if event.clicked is not None:
        state.choose_clip(event.clicked)
    if event.polygon is not None:
        map_selection.enclose(folder, event.polygon, view, kept)


def _window_of(view: View) -> Window | None:
    """The part in view that the URL names; it belongs to one map and goes with it."""
    text = state.recall(WINDOW)
    if st.session_state.setdefault("window of", view.key) != view.key:
        st.session_state["window of"] = view.key
        state.remember(WINDOW, None)
        return None
    try:
        return read_window([float(number) for number in (text or "").split(",")])
    except ValueError:
        return None
