"""Our own browser components, each as one typed call: map, gallery and player.

They are built without a build step from the scripts and styles in `assets/` and fetch media by id from the routes
in `routes.py`. Everything a person typed goes to the browser as text, never as HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from vidviz.render.colours import OTHER_COLOUR
from vidviz.render.figures import point_size_px
from vidviz.ui.map_points import (
    GroupColours,
    MapPoints,
    ValueColours,
    digest_coordinates,
    group_by_label,
    pack_flags,
    pack_points,
)
from vidviz.ui.mounting import base_path as _base_path
from vidviz.ui.mounting import do_nothing as _nothing
from vidviz.ui.mounting import mount_component
from vidviz.ui.selection import Polygon, read_clip_id, read_polygon

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer


@dataclass(frozen=True)
class ShownClip:
    """A clip as a card or the player shows it.

    `video_id` is "" where the browser has nothing to play; then the animated strip is all that moves.
    """

    clip_id: int
    video_id: str
    start_seconds: float
    end_seconds: float
    title: str
    label: str = ""
    colour: str = OTHER_COLOUR
    score: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class MapEvent:
    """What a person did on the map since the last run: clicked a clip, drew a polygon, or neither."""

    clicked: int | None = None
    polygon: Polygon | None = None


def clip_map(
    points: MapPoints,
    *,
    key: str,
    colours: GroupColours | ValueColours | None = None,
    height_px: int = 560,
    selected_ids: Collection[int] | np.ndarray | None = None,
    dimmed: np.ndarray | None = None,
    current: int | None = None,
    lines: Iterable[tuple[int, int]] = (),
    view_key: str | None = None,
    title: str = "Map of clips",
    on_event: Callable[[], None] | None = None,
) -> MapEvent:
    """Draw the map of clips and return what was done on it.

    Zoom, drag mode and hidden legend entries survive every change of the data but `view_key`; when that changes,
    points that were there before glide to their new places.

    Args:
        points: the clips; about 20,000 at most.
        key: the component's key in the session state.
        colours: by group or by value; by label when not given.
        height_px: height of the map.
        selected_ids: when given, all other clips are faded.
        dimmed: (N,) bool, clips that a filter leaves out; they are faded.
        current: the clip with a ring.
        lines: pairs of clip ids to join by a line; pairs with an unknown clip are left out.
        view_key: names the layout; made from the coordinates when not given.
        title: what a screen reader says.
        on_event: called before the run that an event starts; it may call `map_event(key)`.
    """
    row_of = {int(number): row for row, number in enumerate(points.ids)}
    data = {
        **pack_points(points, colours if colours is not None else group_by_label(points.labels)),
        "base": _base_path(),
        "title": title,
        "height_px": height_px,
        "point_px": point_size_px(len(points)),
        "selected": pack_flags(_flag_ids(points.ids, selected_ids), len(points)),
        "dimmed": pack_flags(dimmed, len(points)),
        "current": current,
        "lines": [[row_of[a], row_of[b]] for a, b in lines if a in row_of and b in row_of],
        "view_key": f"{points.coordinates.shape[1]}-{view_key or digest_coordinates(points)}",
    }
    act = on_event or _nothing
    result = _component("clip_map")(key=key, data=data, on_clicked_change=act, on_polygon_change=act)
    return _read_map_event(result)


def map_event(key: str) -> MapEvent:
    """The event of the map with this key, for use in its `on_event`."""
    return _read_map_event(st.session_state.get(key) or {})


def clip_gallery(
    cards: Sequence[ShownClip],
    *,
    key: str,
    columns: int = 8,
    card_width_px: int = 150,
    current: int | None = None,
    title: str = "Clips",
    on_click: Callable[[], None] | None = None,
) -> int | None:
    """Draw cards of clips, which play on hover and focus, and return the clip that was clicked, if any.

    Args:
        cards: in the order shown.
        key: the component's key in the session state.
        columns: at most so many cards a row.
        card_width_px: at least so wide; fewer columns where the page is narrow.
        current: the clip with a ring.
        title: what a screen reader says.
        on_click: called before the run that a click starts; it may call `clicked_clip(key)`.
    """
    data = {
        "base": _base_path(),
        "cards": [asdict(card) for card in cards],
        "columns": columns,
        "card_width_px": card_width_px,
        "current": current,
        "title": title,
    }
    result = _component("clip_gallery")(key=key, data=data, on_clicked_change=on_click or _nothing)
    return read_clip_id(result.get("clicked"))


def clicked_clip(key: str) -> int | None:
    """The clip just clicked in the gallery with this key, for use in its `on_click`."""
    return read_clip_id((st.session_state.get(key) or {}).get("clicked"))


def clip_player(
    clip: ShownClip, *, key: str, aspect_ratio: float = 16 / 9, height_px: int = 420, frame_rate: float = 25.0
) -> None:
    """Play one clip, muted, looping over exactly its range, with a scrub bar and single steps.

    Args:
        clip: what to play.
        key: the component's key.
        aspect_ratio: width / height of the video, so that nothing jumps when it appears.
        height_px: at most so high.
        frame_rate: frames per second of the video, for single steps.
    """
    data = {
        "base": _base_path(),
        "clip": asdict(clip),
        "aspect_ratio": aspect_ratio,
        "height_px": height_px,
        "frame_rate": frame_rate if frame_rate > 0 else 25.0,
    }
    _component("clip_player")(key=key, data=data)


def _read_map_event(state: Any) -> MapEvent:
    return MapEvent(read_clip_id(state.get("clicked")), read_polygon(state.get("polygon")))


def _flag_ids(ids: np.ndarray, wanted: Collection[int] | np.ndarray | None) -> np.ndarray | None:
    if wanted is None:
        return None
    return np.isin(ids, np.fromiter((int(number) for number in wanted), dtype=np.int64, count=len(wanted)))


# Which scripts make up each component, after shared.js. Plotly writes its styles into the page and cannot live in a
# shadow root, so the map is not isolated; all of its classes begin with "vv-".
_SCRIPTS = {
    "clip_map": ("map_model.js", "map_plotly.js", "map_hover.js", "clip_map.js"),
    "clip_gallery": ("clip_gallery.js",),
    "clip_player": ("clip_player.js",),
}


def _component(name: str) -> ComponentRenderer:
    return mount_component(name, _SCRIPTS[name], isolate_styles=name != "clip_map")
