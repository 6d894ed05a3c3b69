"""How the scripts and styles in `assets/` become components; there is no build step.

Streamlit is given a small loader as text, which imports the component's modules from our own routes: there each
import line means the file that it names, the browser keeps the files for ever, and an upgrade is seen at once, as
their address holds a digest of their content. (Streamlit can serve a folder of a packaged component too, but finds it
only where the package is installed with a manifest, under addresses that stay the same when the files change.)
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING

import streamlit as st

from vidviz.ui.components.scripts import ASSETS, scripts_digest, scripts_of

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

_NAME = "vidviz_"
_FOLDERS = {
    "clip_map": "map",
    "clip_gallery": "gallery",
    "clip_player": "player",
    "timeline": "timeline",
    "history": "history",
    "video_upload": "upload",
    "feature_film": "film",
}


@functools.cache
def component(name: str) -> ComponentRenderer:
    """The component of this name, registered once a process."""
    folder = _FOLDERS[name]
    style = "\n".join((ASSETS / file).read_text("utf-8") for file in ("parts/parts.css", f"{folder}/index.css"))
    # Plotly writes its styles into the page and cannot live in a shadow root, so the map is not isolated; all of its
    # classes begin with "vv-".
    return st.components.v2.component(_NAME + name, js=_loader(folder), css=style, isolate_styles=name != "clip_map")


def _loader(folder: str) -> str:
    paths = [f"vidviz/assets/{scripts_digest()}/{path}" for path in scripts_of(f"{folder}/index.js")]
    loader = (ASSETS / "parts" / "loader.js").read_text("utf-8")
    return f"{loader}\nexport default mountFrom({json.dumps(paths)});\n"


def base_path() -> str:
    """Below which path of its host the app is served."""
    return str(st.get_option("server.baseUrlPath") or "")


def no_action() -> None:
    """Streamlit gives a trigger's value only for names that have a callback."""
