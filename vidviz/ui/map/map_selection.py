"""The clips that are selected on the map: kept for the session, named in the URL, changed by lasso and click."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import streamlit as st

from vidviz.services.library import clip_annotations
from vidviz.ui import state
from vidviz.ui.components.map_events import Polygon
from vidviz.ui.map.map_view import View
from vidviz.workspace_folder import WorkspaceFolder

SELECTION = "selection"


def current_selection(folder: WorkspaceFolder, view: View) -> frozenset[int]:
    """The selected clips that are on the map."""
    key = state.recall(SELECTION)
    if key is None:
        return frozenset()
    held: tuple[str, frozenset[int]] | None = st.session_state.get("selected clips")
    if held is None or held[0] != key:
        found = clip_annotations.find_selection(folder, key)
        if found is None:
            state.remember(SELECTION, None)
            return frozenset()
        held = (key, found)
        st.session_state["selected clips"] = held
    return held[1] & frozenset(view.points.ids.tolist())


def select(folder: WorkspaceFolder, clip_ids: Collection[int]) -> None:
    """Select these clips and no others."""
    if not clip_ids:
        state.remember(SELECTION, None)
        return
    chosen = frozenset(clip_ids)
    key = clip_annotations.keep_selection(folder, chosen)
    st.session_state["selected clips"] = (key, chosen)
    state.remember(SELECTION, key)


def enclose(folder: WorkspaceFolder, polygon: Polygon, view: View, kept: np.ndarray) -> None:
    """Select, add or take away what a polygon on the map encloses.

    Args:
        folder: the workspace.
        polygon: in the map's coordinates.
        view: the map.
        kept: (N,) bool, the clips that the filter lets through: no other can be selected.
    """
    known = current_selection(folder, view)
    before = np.isin(view.points.ids, np.fromiter(known, np.int64, len(known)))
    after = polygon.apply(before, view.points.coordinates) & kept
    select(folder, view.points.ids[after].tolist())
