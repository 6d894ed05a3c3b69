"""The map of clips as one typed call: points in, what was done on it out.

Up to `PLOTLY_MOST_POINTS` clips, and always in 3-D, Plotly draws it and everything goes along as JSON; above that a
renderer of our own does, which fetches the points as typed arrays (`map_shelf.py`). What a person sees and does is
the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import streamlit as st

from vidviz.render.colours import is_colour
from vidviz.render.figures import point_size_px
from vidviz.render.point_colours import Groups, Values, group_by_label
from vidviz.ui.components.map_events import Polygon, Window, read_clip_id, read_polygon, read_window
from vidviz.ui.components.map_points import MapPoints, digest_coordinates, fold_groups, pack_flags, pack_points
from vidviz.ui.components.map_shelf import shelve_flags, shelve_points
from vidviz.ui.components.mount import base_path, component, no_action

PLOTLY_MOST_POINTS = 5_000
"""With software GL a lasso over 10,000 points takes Plotly seconds, and our own renderer tenths of one."""
SMALLEST_POINT_PX = 2.5
Others = Literal["dimmed", "hidden"]


@dataclass(frozen=True)
class MapEvent:
    """What a person did on the map since the last run; None where nothing of the kind was done.

    `window` is the part in view once a pan, zoom or turn has ended: x0, x1, y0, y1, in 3-D the camera's eye, centre
    and up (9 numbers), and empty where the map was made to fit.
    """

    clicked: int | None = None
    polygon: Polygon | None = None
    window: Window | None = None


@dataclass(frozen=True)
class MapPath:
    """A ribbon through the map, from clip to clip in time order: thin and pale where it starts, strong where it ends.

    Attributes:
        clip_ids: in time order; clips that the map does not hold are passed over.
        name: shown in the legend.
        colour: #RRGGBB.
    """

    clip_ids: Sequence[int]
    name: str
    colour: str

    def __post_init__(self) -> None:
        if not is_colour(self.colour):
            raise ValueError(f"the colour of a path is #RRGGBB, not {self.colour!r}")


@dataclass(frozen=True)
class MapMarks:
    """What stands out among the points, and what stands back.

    Attributes:
        selected_ids: when given, all other clips are faded.
        left_out: (N,) bool, clips that a filter leaves out; `MapLooks.others` says what becomes of them.
        current: the clip with a ring.
        lines: pairs of clip ids to join by a line; pairs with an unknown clip are left out.
        paths: ribbons through the map.
    """

    selected_ids: Collection[int] | np.ndarray | None = None
    left_out: np.ndarray | None = None
    current: int | None = None
    lines: Iterable[tuple[int, int]] = ()
    paths: Sequence[MapPath] = ()


@dataclass(frozen=True)
class MapLooks:
    """How the map is drawn, and the part of it in view.

    Attributes:
        colours: by group or by value; by label when not given.
        height_px: height of the map.
        thumbnails: in 2-D, posters instead of dots where they fit.
        others: whether clips that are left out are faded, or neither drawn nor found by any pointer; the map keeps its
            extent.
        window: the part in view at first, as `MapEvent.window` has it; one that cannot be is passed over.
        view_key: names the layout; made from the coordinates when not given.
        title: what a screen reader says.
        most_plotly_points: above that, a map in 2-D is drawn by WebGL.
    """

    colours: Groups | Values | None = None
    height_px: int = 560
    thumbnails: bool = False
    others: Others = "dimmed"
    window: Window | None = None
    view_key: str | None = None
    title: str = "Map of clips"
    most_plotly_points: int = PLOTLY_MOST_POINTS


NO_MARKS, PLAIN_LOOKS = MapMarks(), MapLooks()


def clip_map(
    points: MapPoints,
    *,
    key: str,
    marks: MapMarks = NO_MARKS,
    looks: MapLooks = PLAIN_LOOKS,
    on_event: Callable[[], None] | None = None,
) -> MapEvent:
    """Draw the map of clips and return what was done on it.

    Zoom, tool and hidden legend entries survive every change of the data but `MapLooks.view_key`; when that changes,
    points that were there before glide to their new places. A run with the same data leaves the picture alone.

    Args:
        points: the clips.
        key: the component's key in the session state.
        marks: what stands out.
        looks: how the map is drawn.
        on_event: called before the run that an event starts; it may call `map_event(key)`.
    """
    dimensions = points.coordinates.shape[1]
    large = dimensions == 2 and len(points) > looks.most_plotly_points
    pack = _pack_large if large else _pack_small
    data = {
        **pack(points, marks, looks),
        **_pack_joined(points.ids, marks),
        "large": large,
        "base": base_path(),
        "title": looks.title,
        "height_px": looks.height_px,
        "thumbnails": looks.thumbnails and dimensions == 2,
        "window": _fitting_window(looks.window, dimensions),
        "view_key": f"{dimensions}-{looks.view_key or digest_coordinates(points)}",
    }
    act = on_event or no_action
    mounted = component("clip_map")
    return _read_event(mounted(key=key, data=data, on_clicked_change=act, on_polygon_change=act, on_window_change=act))


def map_event(key: str) -> MapEvent:
    """The event of the map with this key, for use in its `on_event`."""
    return _read_event(st.session_state.get(key) or {})


def _read_event(state: Any) -> MapEvent:
    clicked, polygon = read_clip_id(state.get("clicked")), read_polygon(state.get("polygon"))
    return MapEvent(clicked, polygon, read_window(state.get("window")))


def _colours(points: MapPoints, looks: MapLooks) -> Groups | Values:
    return fold_groups(looks.colours if looks.colours is not None else group_by_label(points.labels))


def _left_out(marks: MapMarks, looks: MapLooks) -> tuple[np.ndarray | None, np.ndarray | None]:
    """The clips that are dimmed, and those that are hidden."""
    return (marks.left_out, None) if looks.others == "dimmed" else (None, marks.left_out)


def _pack_small(points: MapPoints, marks: MapMarks, looks: MapLooks) -> dict[str, Any]:
    dimmed, hidden = _left_out(marks, looks)
    return {
        **pack_points(points, _colours(points, looks)),
        "point_px": point_size_px(len(points)),
        "selected": pack_flags(_flag_ids(points.ids, marks.selected_ids), len(points)),
        "dimmed": pack_flags(dimmed, len(points)),
        "hidden": pack_flags(hidden, len(points)),
    }


def _pack_large(points: MapPoints, marks: MapMarks, looks: MapLooks) -> dict[str, Any]:
    """One set of flags says what is faded; so a selection sends a bit a point and nothing else."""
    dimmed, hidden = _left_out(marks, looks)
    chosen = _flag_ids(points.ids, marks.selected_ids)
    faded = None if chosen is None else ~chosen
    if dimmed is not None:
        faded = dimmed if faded is None else faded | dimmed
    size_px = float(np.clip(14 - 2.2 * np.log10(len(points)), SMALLEST_POINT_PX, 11))
    return {
        **shelve_points(points, _colours(points, looks), with_ids=looks.thumbnails),
        "point_px": size_px,
        "faded": shelve_flags(faded, len(points)),
        "hidden": shelve_flags(hidden, len(points)),
    }


def _pack_joined(ids: np.ndarray, marks: MapMarks) -> dict[str, Any]:
    """What names clips by id, in rows; clips that are not on the map are left out."""
    current, lines, paths = marks.current, list(marks.lines), marks.paths
    wanted = [number for pair in lines for number in pair] + [number for path in paths for number in path.clip_ids]
    wanted += [] if current is None else [current]
    rows = np.flatnonzero(np.isin(ids, np.unique(np.array(wanted, dtype=np.int64))))
    row_of = {int(ids[row]): int(row) for row in rows}
    return {
        "current": current,
        "current_row": None if current is None else row_of.get(current),
        "lines": [[row_of[a], row_of[b]] for a, b in lines if a in row_of and b in row_of],
        "paths": [
            {
                "rows": [row_of[number] for number in path.clip_ids if number in row_of],
                "name": path.name,
                "colour": path.colour,
            }
            for path in paths
        ],
    }


def _fitting_window(window: Window | None, dimensions: int) -> list[float] | None:
    read = read_window(window)
    return list(read) if read and len(read) == (4 if dimensions == 2 else 9) else None


def _flag_ids(ids: np.ndarray, wanted: Collection[int] | np.ndarray | None) -> np.ndarray | None:
    if wanted is None:
        return None
    if isinstance(wanted, np.ndarray):
        return np.isin(ids, wanted)
    return np.isin(ids, np.fromiter(wanted, dtype=np.int64, count=len(wanted)))
