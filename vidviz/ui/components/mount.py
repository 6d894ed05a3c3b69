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

# Which scripts make up each component, after shared/shared.js. Plotly writes its styles into the page and cannot live in a
# shadow root, so the map is not isolated; all of its classes begin with "vv-".
_SCRIPTS = {
    "clip_map": (
        "map/points.js",
        "map/large_points.js",
        "map/hover.js",
        "map/posters.js",
        "map/ribbons.js",
        "map/traces.js",
        "map/layout.js",
        "map/plotly.js",
        "map/plotly_input.js",
        "map/grid.js",
        "map/camera.js",
        "map/gl_points.js",
        "map/sketch.js",
        "map/tools.js",
        "map/legend.js",
        "map/gl_input.js",
        "map/gl.js",
        "map/index.js",
    ),
    "clip_gallery": ("gallery/index.js",),
    "clip_player": ("player/index.js",),
    "timeline": ("timeline/strip.js", "timeline/stretch.js", "timeline/index.js"),
    "feature_film": (
        "film/colour_maps.js",
        "film/sheet.js",
        "film/tiles.js",
        "film/layer.js",
        "film/large.js",
        "film/lane.js",
        "film/energy.js",
        "film/picture.js",
        "film/bar.js",
        "film/index.js",
    ),
}

_FOLDERS = {
    "clip_map": "map",
    "clip_gallery": "gallery",
    "clip_player": "player",
    "timeline": "timeline",
    "feature_film": "film",
}


@functools.cache
def component(name: str) -> ComponentRenderer:
    """The component of this name, registered once a process."""
    script = "\n".join((_ASSETS / file).read_text("utf-8") for file in ("shared/shared.js", *_SCRIPTS[name]))
    style = "\n".join(
        (_ASSETS / file).read_text("utf-8") for file in ("shared/shared.css", f"{_FOLDERS[name]}/index.css")
    )
    return st.components.v2.component(_NAME + name, js=script, css=style, isolate_styles=name != "clip_map")


def base_path() -> str:
    """Below which path of its host the app is served."""
    return str(st.get_option("server.baseUrlPath") or "")


def no_action() -> None:
    """Streamlit gives a trigger's value only for names that have a callback."""
