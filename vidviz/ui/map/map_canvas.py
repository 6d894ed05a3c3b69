"""The map itself as the page draws it: points with their looks, the clip at hand, its neighbours, and ribbons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from vidviz.services.maps.map_colours import explain_colours
from vidviz.services.maps.trajectories import Trajectory
from vidviz.ui import state
from vidviz.ui.components.map_component import MapLooks, MapMarks, Others, clip_map, map_event
from vidviz.ui.components.map_events import Window, read_window
from vidviz.ui.map import map_selection, map_view
from vidviz.ui.map.clip_panel import neighbour_lines
from vidviz.ui.map.map_scene import Scene
from vidviz.ui.map.map_view import View
from vidviz.ui.map.trajectory_panel import ribbons_of
from vidviz.workspace_folder import WorkspaceFolder

MAP, MAP_PX = "clip map", 600
WINDOW = "window"


def choose_looks() -> MapLooks:
    """Posters instead of dots; and, while a filter is at work, whether the other clips are dimmed or hidden."""
    thumbnails = st.toggle(
        "Posters",
        key="map posters",
        **state.KEPT,
        help="Pictures instead of dots, where they fit. Zoom in to see more of them.",
    )
    if not state.current_filter():
        return MapLooks(thumbnails=thumbnails)
    others: Others = st.segmented_control(
        "Filtered out",
        ["dimmed", "hidden"],
        default="dimmed",
        required=True,
        key="map others",
        **state.KEPT,
    )
    return MapLooks(thumbnails=thumbnails, others=others)


def draw_map(scene: Scene, looks: MapLooks, followed: Sequence[Trajectory]) -> None:
    """Draw the map and what is to be known of it; what is done on it is reacted to before the page is drawn again.

    Args:
        scene: what the page shows.
        looks: what `choose_looks` gave.
        followed: videos that are followed, as ribbons.
    """
    view, kept = scene.view, scene.kept
    marks = MapMarks(
        selected_ids=scene.selected or None,
        left_out=~kept,
        current=scene.current,
        lines=neighbour_lines(scene.folder, scene.chosen.key, scene.current),
        paths=ribbons_of(scene.folder, followed),
    )
    looks = replace(looks, colours=scene.colours, height_px=MAP_PX, window=_window_of(view), view_key=view.key)
    clip_map(view.points, key=MAP, marks=marks, looks=looks, on_event=lambda: _react(scene.folder, view, kept))
    map_view.caption(view, scene.chosen, int(kept.sum()), explain_colours(scene.to_colour, scene.colours))
    map_view.offer_new_layout(scene.folder, scene.chosen.key, view)


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
