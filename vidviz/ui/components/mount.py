"""How the scripts and styles in `assets/` become components; there is no build step."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

_ASSETS = Path(__file__).parent / "assets"
_NAME = "vidviz_"

# Which scripts make up each component, after shared.js. Plotly writes its styles into the page and cannot live in a
# shadow root, so the map is not isolated; all of its classes begin with "vv-".
_SCRIPTS = {
    "clip_map": (
        "map_points.js",
        "map_large_points.js",
        "map_hover.js",
        "map_posters.js",
        "map_ribbons.js",
        "map_traces.js",
        "map_layout.js",
        "map_plotly.js",
        "map_plotly_input.js",
        "map_grid.js",
        "map_camera.js",
        "map_gl_points.js",
        "map_sketch.js",
        "map_tools.js",
        "map_legend.js",
        "map_gl_input.js",
        "map_gl.js",
        "clip_map.js",
    ),
    "clip_gallery": ("clip_gallery.js",),
    "clip_player": ("clip_player.js",),
    "timeline": ("timeline_strip.js", "timeline_stretch.js", "timeline.js"),
    "feature_film": (
        "colour_maps.js",
        "film_sheet.js",
        "film_tiles.js",
        "film_layer.js",
        "film_large.js",
        "film_lane.js",
        "film_energy.js",
        "film_picture.js",
        "film_bar.js",
        "feature_film.js",
    ),
}


@functools.cache
def component(name: str) -> ComponentRenderer:
    """The component of this name, registered once a process."""
    script = "\n".join((_ASSETS / file).read_text("utf-8") for file in ("shared.js", *_SCRIPTS[name]))
    style = "\n".join((_ASSETS / file).read_text("utf-8") for file in ("shared.css", f"{name}.css"))
    return st.components.v2.component(_NAME + name, js=script, css=style, isolate_styles=name != "clip_map")


def base_path() -> str:
    """Below which path of its host the app is served."""
    return str(st.get_option("server.baseUrlPath") or "")


def no_action() -> None:
    """Streamlit gives a trigger's value only for names that have a callback."""
