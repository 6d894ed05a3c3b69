"""Two maps of the same clips side by side: one colour, one selection and one clip at hand on both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from vidviz.render.point_colours import Groups, Values
from vidviz.services.backbones.fed_frames import as_sentence
from vidviz.services.compare import set_agreement
from vidviz.services.compare.set_agreement import FaceOff
from vidviz.services.library import contents
from vidviz.services.maps import map_colours
from vidviz.services.maps.map_colours import VIDEO, ColourChoice, MapToColour
from vidviz.types import MapSpec
from vidviz.ui import state
from vidviz.ui.compare.face_off import nearest_ids
from vidviz.ui.compare.set_choice import Comparison, find_near, say_shared
from vidviz.ui.components.map_component import MapLooks, MapMarks, clip_map, map_event
from vidviz.ui.components.map_points import MapPoints
from vidviz.ui.map import map_selection, map_view
from vidviz.ui.map.map_view import View
from vidviz.ui.plain_text import plain
from vidviz.ui.state import KEPT

SHARED = "neighbours in common"
MAP_PX = 430


@dataclass(frozen=True)
class MapPair:
    """The maps of A and B, both of the clips in common and in their order, B laid over A.

    `disparity` is the part of A's spread that B, so laid, does not explain; `by_chance` what it would be of unrelated
    maps of as many clips.
    """

    first: View
    second: View
    disparity: float
    by_chance: float


def choose_colour(comparison: Comparison) -> str:
    """What the points of both maps are coloured by."""
    table = contents.clip_table(comparison.folder, comparison.pair.first.spec.recipe_key)
    choices = [*contents.label_columns(table), VIDEO, SHARED]
    return str(
        st.selectbox(
            "Colour by",
            choices,
            key="compare colour",
            width=190,
            **KEPT,
            help="The same clip has the same colour on both maps. By neighbours in common: where the two agree.",
        )
    )


def load_maps(comparison: Comparison, wanted: MapSpec) -> MapPair:
    """Both maps of one kind: PCA for both while either is still being computed.

    Raises:
        ProjectionError: a set cannot be laid out.
    """
    pair = comparison.pair
    keys = (pair.first.key, pair.second.key)
    views = [map_view.load_view(comparison.folder, key, wanted) for key in keys]
    methods = {view.drawn.spec.method for view in views}
    if len(methods) > 1:
        pca = MapSpec("pca", wanted.dims)
        views = [
            view if view.drawn.spec.method == "pca" else map_view.load_view(comparison.folder, key, pca)
            for key, view in zip(keys, views, strict=True)
        ]
    first, second = (_keep_shared(view, pair.ids) for view in views)
    laid = set_agreement.lay_over(second.points.coordinates, first.points.coordinates)
    turned = replace(second, points=replace(second.points, coordinates=laid.points))
    return MapPair(first, turned, laid.disparity, laid.by_chance)


def _keep_shared(view: View, ids: np.ndarray) -> View:
    """The view with the points of these clips only, in this order."""
    points = view.points
    order = np.argsort(points.ids)
    rows = order[np.searchsorted(points.ids[order], ids)]
    kept = MapPoints(
        ids=points.ids[rows],
        coordinates=points.coordinates[rows],
        spans=points.spans[rows],
        titles=[points.titles[row] for row in rows],
        labels=[points.labels[row] for row in rows],
    )
    drawn = replace(view.drawn, rows=view.drawn.rows.iloc[rows])
    return replace(view, points=kept, drawn=drawn)


def colour_maps(comparison: Comparison, maps: MapPair, colour_by: str) -> Groups | Values:
    """The colours of the clips in common; A's and B's points have the same."""
    if colour_by != SHARED:
        first = comparison.pair.first.key
        return map_colours.colour_points(
            MapToColour(comparison.folder, first, maps.first.drawn, ColourChoice(colour_by))
        )
    near = find_near(comparison)
    shared = np.full(len(comparison.pair), np.nan)
    shared[np.searchsorted(comparison.pair.ids, near.ids)] = near.overlap(comparison.k)
    return Values(shared, f"shared of {comparison.k}")


def draw_maps(comparison: Comparison, maps: MapPair, colours: Groups | Values, face_off: FaceOff | None) -> None:
    """Both maps; a lasso on either selects on both, a click makes a clip the one at hand.

    Lines lead from the clip at hand to its nearest, `face_off`.
    """
    near_by_first, near_by_second = nearest_ids(face_off)
    with st.container(key="side_by_side"):
        left, right = st.columns(2, gap="medium")
    with left:
        _draw_map(comparison, "A", maps.first, colours, near_by_first)
    with right:
        _draw_map(comparison, "B", maps.second, colours, near_by_second)
    how_alike = (
        ""
        if np.isnan(maps.disparity)
        else f" What is left of difference: {maps.disparity:.0%} (of unrelated maps, {maps.by_chance:.0%})."
    )
    st.caption(
        f"{say_shared(comparison.pair)} {maps.first.drawn.spec.title}; B is turned, mirrored and scaled onto A."
        f"{how_alike}",
        help="Where is up means nothing on a map, so B is laid over A by Procrustes analysis (Schönemann 1966, Gower "
        "1975). The percentage is the part of A's spread that B does not explain; two maps of one set by different "
        "seeds have some too.",
    )


def _draw_map(
    comparison: Comparison, letter: str, view: View, colours: Groups | Values, neighbours: Sequence[int]
) -> None:
    spec = (comparison.pair.first if letter == "A" else comparison.pair.second).spec
    key = f"compare map {letter}"
    current = comparison.current
    st.markdown(f"**{letter}** · {plain(spec.network)} · {plain(spec.layer)}")
    marks = MapMarks(
        selected_ids=map_selection.current_selection(comparison.folder, view) or None,
        current=current,
        lines=[] if current is None else [(current, other) for other in neighbours],
    )
    looks = MapLooks(colours=colours, height_px=MAP_PX, title=f"Map of {letter}, {spec.title}")
    clip_map(view.points, key=key, marks=marks, looks=looks, on_event=lambda: _react(comparison, key, view))
    if said := f"{as_sentence(spec)} {view.note}".strip():
        st.caption(said)


def _react(comparison: Comparison, key: str, view: View) -> None:
    event = map_event(key)
    if event.clicked is not None:
        state.choose_clip(event.clicked)
    if event.polygon is not None:
        map_selection.enclose(comparison.folder, event.polygon, view, np.ones(len(view.points), bool))
