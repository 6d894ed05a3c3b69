"""All that the Map page shows at a time: the map, its colours, and who is pointed at, picked and let through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from vidviz.records import EmbeddingSet
from vidviz.render.point_colours import Groups, Values
from vidviz.services.library import embedding_sets
from vidviz.services.library.contents import KnownClip
from vidviz.services.maps import map_colours
from vidviz.services.maps.map_colours import ColourChoice, MapToColour
from vidviz.ui import state
from vidviz.ui.map import map_selection, map_view
from vidviz.ui.map.map_controls import WantedMap
from vidviz.ui.map.map_view import View
from vidviz.workspace_folder import WorkspaceFolder


@dataclass(frozen=True)
class Scene:
    """What is on the Map page.

    Attributes:
        folder: the workspace.
        chosen: the embedding set.
        view: the map.
        choice: what its points are coloured by.
        colours: of its points.
        clip: the clip at hand.
        kept: (N,) bool, the clips that the filter lets through.
        selected: the clips that are selected.
    """

    folder: WorkspaceFolder
    chosen: EmbeddingSet
    view: View
    choice: ColourChoice
    colours: Groups | Values
    clip: KnownClip | None
    kept: np.ndarray
    selected: frozenset[int]

    @property
    def current(self) -> int | None:
        """The number of the clip at hand."""
        return self.clip.clip_id if self.clip else None

    @property
    def to_colour(self) -> MapToColour:
        """What its colours are computed from."""
        return MapToColour(self.folder, self.chosen.key, self.view.drawn, self.choice, self.current)

    @property
    def filtered(self) -> frozenset[int] | None:
        """The clips that the filter lets through; None where it lets all through."""
        return None if self.kept.all() else frozenset(self.view.points.ids[self.kept].tolist())


def set_scene(folder: WorkspaceFolder, chosen: EmbeddingSet, wanted: WantedMap, choice: ColourChoice) -> Scene:
    """Load or compute what is to be shown; what takes longer says so.

    Raises:
        ProjectionError: the set is empty or cannot be laid out.
    """
    view = map_view.load_view(folder, chosen.key, wanted.spec, wanted.other)
    if choice.by == map_colours.SEEDS and wanted.other and view.drawn.other is None:
        map_view.await_map(folder, chosen.key, wanted.other)
    clip = state.current_clip(folder)
    with st.spinner(f"Colours by {choice.by}", show_time=True):
        asked = MapToColour(folder, chosen.key, view.drawn, choice, clip.clip_id if clip else None)
        colours = map_colours.colour_points(asked)
    kept = state.current_filter().keeps(view.drawn.rows)
    selected = map_selection.current_selection(folder, view)
    return Scene(folder, chosen, view, choice, colours, clip, kept, selected)


def read_ahead(scene: Scene) -> None:
    """Have the vectors at hand, which a lasso asks for, while the person looks at the map that is there already."""
    embedding_sets.load_embeddings(scene.folder, scene.chosen.key)
