"""The map itself as the page draws it: points with their looks, the clip at hand, its neighbours, and ribbons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st

from vidviz.services.library import KnownClip
from vidviz.store.sets import EmbeddingSet
from vidviz.store.workspace import WorkspaceFolder
from vidviz.ui import state
from vidviz.ui.map_component import MapEvent, MapPath, clip_map
from vidviz.ui.map_panel import neighbour_lines
from vidviz.ui.map_points import GroupColours, ValueColours
from vidviz.ui.map_view import View
from vidviz.ui.selection import Window, read_window

MAP_PX = 600
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
    colours: GroupColours | ValueColours,
    looks: Looks,
    kept: np.ndarray,
    selected: frozenset[int],
    clip: KnownClip | None,
    ribbons: Sequence[MapPath],
) -> MapEvent:
    """Draw the map and return what was done on it.

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
    event = clip_map(
        view.points,
        key="clip map",
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
    )
    if event.window is not None:
        state.remember(WINDOW, ",".join(f"{number:.6g}" for number in event.window) or None)
    return event


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
