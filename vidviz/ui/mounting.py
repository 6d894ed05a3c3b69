"""How a browser component of ours is put together from its scripts and styles and registered with Streamlit."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

_ASSETS = Path(__file__).parent / "assets"
_NAME = "vidviz_"


@functools.cache
def mount_component(name: str, scripts: tuple[str, ...], *, isolate_styles: bool = True) -> ComponentRenderer:
    """Register a component once a process: `scripts` after shared.js, and the style sheet of its name."""
    script = "\n".join((_ASSETS / file).read_text("utf-8") for file in ("shared.js", *scripts))
    style = "\n".join((_ASSETS / file).read_text("utf-8") for file in ("shared.css", f"{name}.css"))
    return st.components.v2.component(_NAME + name, js=script, css=style, isolate_styles=isolate_styles)


def base_path() -> str:
    """Where the app is served below its host, as configured."""
    return str(st.get_option("server.baseUrlPath") or "")


def do_nothing() -> None:
    """Streamlit gives a trigger's value only for names that have a callback."""
